/**
 * What a shape's own code and the event writer know of each other.
 */

import type { Lane } from '../ring/lane.ts';
import type { Context } from './context.ts';

/** What is logged with a message: an object whose own keys count. */
export type Fields = { readonly [key: string]: unknown };

/** Of the event writer, what generated code calls. */
export interface ShapeWriter<Shape> {
  /** What one event may have. */
  readonly eventBytes: number;
  /** Array head, time, severity, shape and context; NOT_PLAIN where the lane is not ready. */
  beginShaped(lane: Lane, shape: Shape, severity: number, context: Context | null): number;
  /** A value that is not plain; NOT_PLAIN where the long way has to write the event. */
  encodeValue(position: number, limit: number, value: unknown, shape: Shape, index: number): number;
}

/** Writes an event whole and returns its end, or OTHER_KEYS, or NOT_PLAIN. Commits nothing. */
export type EncodeShaped = (
  writer: ShapeWriter<never>,
  lane: Lane,
  severity: number,
  context: Context | null,
  fields: Fields,
) => number;
