/**
 * An event of which the head is read and the values are not: for whoever makes lines of events
 * straight from their bytes.
 */

import type { Shape } from './decode-segment.ts';
import type { EffectiveContext } from './effective-context.ts';

/** Good until its reader goes on. */
export interface EventHead {
  readonly shape: Shape;
  readonly context: EffectiveContext;
  /** One value a key of the shape stands here from `valuesStart` on, one after the other. */
  readonly bytes: Uint8Array;
  readonly valuesStart: number;
  /** The value at an offset of `bytes`. Throws where it is damaged. */
  valueAt(start: number): unknown;
}
