/**
 * The contexts of a segment that were used last, put together: as many as fit into bounded memory.
 * A parent counts once, and for as long as a context inside it is kept. How they are put together
 * is decode-context.ts's affair.
 */

import type { EffectiveContext, KeyList } from './effective-context.ts';

/** Units of 16 bytes that may be kept: at least so many, half a one for every byte, at most so many. */
const LEAST_LIMIT = 1 << 14;
const BYTES_PER_UNIT = 2;
const MAX_LIMIT = 1 << 20;

/** A context that was put together. */
export interface Resolved {
  /** Which definition of the segment it is. */
  readonly number: number;
  readonly effective: EffectiveContext;
  readonly outer: Resolved | null;
  /** What it takes itself, and with all around it, in units of 16 bytes. */
  readonly cost: number;
  readonly chainCost: number;
  /** Of its bindings, from when on a context inside it copies them. */
  keyList: KeyList | null;
  /** How many keep it: contexts inside it, and the queue of those used last. */
  holderCount: number;
  /** The next in that queue. */
  newer: Resolved | null;
}

export class ResolvedContexts {
  /** What all that are kept take, in units of 16 bytes. */
  cost = 0;
  private readonly byNumber: Map<number, Resolved> = new Map();
  private oldest: Resolved | null = null;
  private newest: Resolved | null = null;
  private lengthBytes = 0;

  /** So many bytes more are to be read. */
  grow(addedBytes: number): void {
    this.lengthBytes += addedBytes;
  }

  get(number: number): Resolved | undefined {
    const { newest } = this;
    return newest?.number === number ? newest : this.byNumber.get(number);
  }

  /** Keeps a context that is not kept so far. `outer` has to be kept. */
  keep(
    number: number,
    effective: EffectiveContext,
    outer: Resolved | null,
    cost: number,
  ): Resolved {
    const chainCost = cost + (outer?.chainCost ?? 0);
    const holderCount = 1;
    const keyList = effective.bindings === outer?.effective.bindings ? outer.keyList : null;
    const kept = { number, effective, outer, cost, chainCost, keyList, holderCount, newer: null };
    if (outer !== null) outer.holderCount++;
    this.byNumber.set(number, kept);
    this.cost += cost;
    if (this.newest === null) this.oldest = kept;
    else this.newest.newer = kept;
    this.newest = kept;
    const limit = Math.min(LEAST_LIMIT + this.lengthBytes / BYTES_PER_UNIT, MAX_LIMIT);
    while (this.cost > limit && this.oldest !== kept) this.dropOldest();
    return kept;
  }

  private dropOldest(): void {
    const oldest = this.oldest as Resolved;
    this.oldest = oldest.newer;
    oldest.newer = null;
    let dropped: Resolved | null = oldest;
    while (dropped !== null && --dropped.holderCount === 0) {
      this.byNumber.delete(dropped.number);
      this.cost -= dropped.cost;
      dropped = dropped.outer;
    }
  }
}
