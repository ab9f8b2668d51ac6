/** Which fields and bindings events have: how often, of which types, which values. */

import { Mark, type RecordedEvent } from 'ttlog/reader';

export interface FieldSummary {
  /** Inside objects with dots. */
  readonly name: string;
  /** Events that have it. */
  readonly events: number;
  readonly types: readonly string[];
  /** Different values; at least so many where `isMore`. */
  readonly distinct: number;
  readonly isMore: boolean;
  /** Of numbers; null where there is none. */
  readonly min: number | null;
  readonly max: number | null;
  /** The most frequent values as text, and how often. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/** Different values that are counted of a field. */
const MAX_VALUES = 10_000;
/** Fields; with keys that are values themselves there would be no end. */
const MAX_FIELDS = 5_000;
const MAX_DEPTH = 6;
/** Units of a value that are kept. */
const MAX_VALUE_UNITS = 200;

interface Entry {
  events: number;
  readonly types: Set<string>;
  readonly values: Map<string, number>;
  isMore: boolean;
  min: number;
  max: number;
}

/** How values are told apart and written: up to who shows them. */
export interface ValueLook {
  isPlainObject(value: object): value is { [key: string]: unknown };
  valueText(value: unknown): string;
}

export class FieldCollector {
  readonly #entries = new Map<string, Entry>();
  readonly #shownValues: number;
  readonly #look: ValueLook;

  constructor(shownValues: number, look: ValueLook) {
    this.#shownValues = shownValues;
    this.#look = look;
  }

  add({ fields, context }: RecordedEvent): void {
    this.#addObject('', fields, 0);
    for (const key of Object.keys(context)) {
      if (!Object.hasOwn(fields, key)) this.#addValue(key, context[key], 0);
    }
  }

  /** By frequency, then by name. */
  summaries(): FieldSummary[] {
    const summaries = Array.from(this.#entries, ([name, entry]) => this.#summary(name, entry));
    return summaries.sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
  }

  #addObject(prefix: string, object: { readonly [key: string]: unknown }, depth: number): void {
    for (const key of Object.keys(object)) {
      this.#addValue(prefix === '' ? key : `${prefix}.${key}`, object[key], depth);
    }
  }

  #addValue(name: string, value: unknown, depth: number): void {
    const look = this.#look;
    if (
      typeof value === 'object' &&
      value !== null &&
      depth < MAX_DEPTH &&
      look.isPlainObject(value)
    ) {
      this.#addObject(name, value, depth + 1);
      return;
    }
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      if (this.#entries.size >= MAX_FIELDS) return;
      const [min, max] = [Infinity, -Infinity];
      entry = { events: 0, types: new Set(), values: new Map(), isMore: false, min, max };
      this.#entries.set(name, entry);
    }
    entry.events++;
    entry.types.add(typeName(value));
    if (typeof value === 'number') {
      if (value < entry.min) entry.min = value;
      if (value > entry.max) entry.max = value;
    }
    const text = look.valueText(value).slice(0, MAX_VALUE_UNITS);
    const count = entry.values.get(text);
    if (count !== undefined) entry.values.set(text, count + 1);
    else if (entry.values.size < MAX_VALUES) entry.values.set(text, 1);
    else entry.isMore = true;
  }

  #summary(name: string, { events, types, values, isMore, min, max }: Entry): FieldSummary {
    const top = [...values]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, this.#shownValues);
    return {
      name,
      events,
      types: [...types].sort(),
      distinct: values.size,
      isMore,
      min: Number.isFinite(min) ? min : null,
      max: Number.isFinite(max) ? max : null,
      top,
    };
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  // A build may shorten the names of its own classes.
  if (value instanceof Mark) return 'Mark';
  if (Array.isArray(value)) return 'array';
  // Not the object's own field of that name, which a line may have given it.
  return Object.getPrototypeOf(value)?.constructor.name ?? 'object';
}
