/**
 * What the language offers, as it was when ttlog was loaded: what the application patches or
 * overrides later has no say in how ttlog reads a value.
 */

/** The method as a function of its object: `uncurried(object, ...args)`. */
export function uncurry<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return Function.prototype.call.bind(method) as never;
}

/** The getter of an accessor property as a function of its object. */
export function uncurryGetter<Self, Result>(
  prototype: object,
  name: PropertyKey,
): (self: Self) => Result {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  return uncurry(get as (this: Self) => Result);
}

export const abs: typeof Math.abs = Math.abs;
export const floor: typeof Math.floor = Math.floor;
export const max: typeof Math.max = Math.max;
export const min: typeof Math.min = Math.min;
export const isSafeInteger: typeof Number.isSafeInteger = Number.isSafeInteger;
