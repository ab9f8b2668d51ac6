/**
 * Takes fields out of a decoded map, each as the type that it has to be. A file cannot break
 * what the types promise: where it tries, a harmless value stands and the name is noted.
 */

import { getOwn, isPlainObject, type PlainObject } from '../record/own-property.ts';

/** Reads fields of a map, and lists the names of those that were not what they should be. */
export class FieldReader {
  private readonly map: PlainObject;
  private readonly prefix: string;
  private readonly wrong: string[];

  constructor(map: unknown, prefix: string, wrong: string[]) {
    if (!isPlainObject(map)) wrong.push(prefix === '' ? 'all' : prefix.slice(0, -1));
    this.map = isPlainObject(map) ? map : {};
    this.prefix = prefix;
    this.wrong = wrong;
  }

  get(name: string): unknown {
    return getOwn(this.map, name);
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : this.complain(name, '');
  }

  number(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : this.complain(name, 0);
  }

  numberOrNull(name: string): number | null {
    return this.get(name) === null ? null : this.number(name);
  }

  bigint(name: string): bigint {
    const value = this.get(name);
    if (typeof value === 'bigint') return value;
    return Number.isSafeInteger(value) ? BigInt(value as number) : this.complain(name, 0n);
  }

  oneOf(name: string, names: readonly string[], fallback: string): string {
    const value = this.get(name);
    return typeof value === 'string' && names.includes(value)
      ? value
      : this.complain(name, fallback);
  }

  inner(name: string): FieldReader {
    return new FieldReader(this.get(name), `${this.prefix}${name}.`, this.wrong);
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name);
    return Array.isArray(value) ? value : this.complain(name, []);
  }

  /** All entries whose values are numbers. */
  numbers(name: string): { [name: string]: number } {
    const value = this.get(name);
    if (!isPlainObject(value)) return this.complain(name, {});
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => {
        return typeof entry[1] === 'number';
      }),
    );
  }

  private complain<T>(name: string, fallback: T): T {
    this.wrong.push(`${this.prefix}${name}`);
    return fallback;
  }
}
