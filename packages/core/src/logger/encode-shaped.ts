/**
 * What a shape's own code and the event writer know of each other.
 */

import type { Redaction } from '../record/redaction.ts';
import type { ThreadClock } from './clock.ts';
import type { Context } from './context.ts';

/** What is logged with a message: an object whose own keys count. */
export type Fields = { readonly [key: string]: unknown };

/** What a field is expected to hold: code for it comes first. */
export type ValueKind = 'int' | 'string' | 'boolean' | 'other';

/** Of a call shape, what is looked at while a value is written. */
export interface EncodedShape {
  isPlain: boolean;
  encode: EncodeShaped | null;
  /** For each field, its place in the redaction paths. */
  readonly nodes: readonly number[];
}

/** Of the event writer, what a shape's own code uses. */
export interface ShapeWriter {
  /** Log calls so far: tells a call whether another one has come in between. */
  calls: number;
  readonly clock: ThreadClock;
  /** What one event may have. */
  readonly eventBytes: number;
  readonly redaction: Redaction;
  /** A text that may be written in place without the secrets in it; any other value as it is. */
  cleanPlain(value: unknown): unknown;
  /** A value that is not plain; NOT_PLAIN where the long way has to write the event. */
  encodeValue(
    position: number,
    limit: number,
    value: unknown,
    shape: EncodedShape,
    index: number,
  ): number;
}

/** Writes an event whole and returns WRITTEN; else OTHER_KEYS or NOT_PLAIN, and nothing is written. */
export type EncodeShaped = (severity: number, context: Context | null, fields: Fields) => number;

export function kindOf(value: unknown): ValueKind {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'other';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'other';
}
