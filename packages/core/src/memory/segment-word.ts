/**
 * The 64-bit word that says who owns a segment. One compare-and-swap changes all of it, so
 * neither a stale claim nor a death in the middle can mix two owners.
 *
 *    63            32 31          8 7        0
 *   +----------------+-------------+----------+
 *   |  generation    |  thread row |  state   |
 *   +----------------+-------------+----------+
 *
 *   free --claimer--> claiming --owner--> open --owner, or sealer for a dead one--> sealed
 *    ^                    |                                                           |
 *    +---- sealer for a dead owner                      claimer: the oldest is reused |
 *    +---- refuse mode: the consumer that drained the last entry <--------------------+
 *                                             (overwrite mode: sealed --> claiming)
 *
 * The generation rises with every claim. Readers take `claiming` for empty.
 */

export const STATE_FREE = 0;
export const STATE_CLAIMING = 1;
export const STATE_OPEN = 2;
export const STATE_SEALED = 3;

/** Rows take 24 bits. */
export const MAX_ROWS: number = 1 << 24;

/** The word as its two halves would be loaded from an Int32Array, joined. */
export function segmentWord(generation: number, row: number, state: number): bigint {
  return (BigInt(generation >>> 0) << 32n) | BigInt(((row << 8) | state) >>> 0);
}

export function wordGeneration(word: bigint): number {
  return Number((word >> 32n) & 0xffffffffn);
}

export function wordRow(word: bigint): number {
  return Number((word >> 8n) & 0xffffffn);
}

export function wordState(word: bigint): number {
  return Number(word & 0xffn);
}

/** State from the lower half of a word, as an Int32Array element holds it. */
export function lowHalfState(low: number): number {
  return low & 0xff;
}

/** Row from the lower half of a word, as an Int32Array element holds it. */
export function lowHalfRow(low: number): number {
  return low >>> 8;
}
