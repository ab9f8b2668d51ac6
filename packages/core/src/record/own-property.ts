/**
 * Sets properties of plain objects under names that a file chose. No name reaches a prototype or
 * a setter, whatever it is.
 */

export type PlainObject = { [key: string]: unknown };

/** The key under which an object says that more was there, as log calls do with their fields. */
export const REST_KEY = '…';

/** Sets an own property. Names that `Object.prototype` has, `__proto__` above all, are defined. */
export function setOwn(target: PlainObject, key: string, value: unknown): void {
  // `in` also finds what `target` has itself, which assignment handles; but it is the rare case.
  if (key in target) {
    Object.defineProperty(target, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    target[key] = value;
  }
}

/** Sets all own properties of `source`, in order. */
export function assignOwn(target: PlainObject, source: PlainObject): void {
  for (const key of Object.keys(source)) setOwn(target, key, source[key]);
}

/** The own property, or undefined: a polluted prototype shows nothing. */
export function getOwn(source: PlainObject, key: string): unknown {
  return Object.hasOwn(source, key) ? source[key] : undefined;
}

export function isPlainObject(value: unknown): value is PlainObject {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
