/**
 * Follows the ring: hands out every event of every thread once, as it comes. For a thread that
 * does something with what others log, such as the recorder thread; nobody waits for it.
 *
 * The contract:
 * - Rounds. `begin` fixes a moment; `next` then returns the events up to it, until null. The
 *   caller may pause between two calls for as long as it likes.
 * - Order. Events of a thread come in the order of writing, over both pools and all rounds. Those
 *   of several threads come by time within a round.
 * - Gaps. What was overwritten before it was read is counted in `missed`, at the latest when its
 *   thread has written again. Not counted is what a thread had written last before it ended, where
 *   that was overwritten unread.
 * - Memory. One segment for each thread and pool that has something to be read.
 * - Cost. Events below `minSeverity` are walked over, not decoded. Writers pay nothing.
 * It begins with the oldest event that the ring has; nothing up to `fromNs` counts as missed.
 */

import { laneKey, SegmentWatch } from '../ring/follow.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { type FollowedEvent, LaneTail } from './lane-tail.ts';

/**
 * Threads relate their clocks to the one of the process within microseconds; what is younger than
 * this waits for the next round, so that no event is handed out before an earlier one.
 */
const SETTLING_NS = 1e6;
/** Lanes of threads that have ended are looked for when there are this many, and twice as many. */
const MIN_PRUNED_LANES = 64;

export class EventFollower {
  /** On the clock of `process.hrtime`; what the times of events count from. */
  readonly originNs: bigint;
  readonly #memory: RingMemory;
  readonly #minSeverity: number;
  readonly #nowNs: () => bigint;
  readonly #watch: SegmentWatch;
  readonly #resumeNs: number;
  readonly #lanes = new Map<number, LaneTail>();
  /** Those at an event of this round, as a heap: the earliest is first. */
  readonly #ready: LaneTail[] = [];
  #handedOut: LaneTail | null = null;
  #untilNs = 0;
  #missedBefore = 0;
  #uncertainGapsBefore = 0;
  #pruneAt = MIN_PRUNED_LANES;

  /** `nowNs` reads the clock of `process.hrtime`, on which somebody else came as far as `fromNs`. */
  constructor(memory: RingMemory, minSeverity: number, nowNs: () => bigint, fromNs = 0n) {
    this.#memory = memory;
    this.#minSeverity = minSeverity;
    this.#nowNs = nowNs;
    this.#watch = new SegmentWatch(memory);
    this.originNs = nowNs();
    this.#resumeNs = fromNs === 0n ? Number.NEGATIVE_INFINITY : Number(fromNs - this.originNs);
  }

  /** Events that nobody got to see. */
  get missed(): number {
    let missed = this.#missedBefore;
    for (const lane of this.#lanes.values()) missed += lane.missed;
    return missed;
  }

  /** Threads of which events later than `fromNs` may have been overwritten, nobody knows how many. */
  get uncertainGaps(): number {
    let gaps = this.#uncertainGapsBefore;
    for (const lane of this.#lanes.values()) gaps += lane.uncertainGaps;
    return gaps;
  }

  /**
   * Starts a round. Of the one before it may be anything left; it comes first. With `isLast` it takes
   * also what would wait for the next one.
   */
  begin(isLast = false): void {
    const settlingNs = isLast ? -SETTLING_NS : SETTLING_NS;
    this.#untilNs = Number(this.#nowNs() - this.originNs) - settlingNs;
    for (const tenancy of this.#watch.look()) {
      const key = laneKey(tenancy);
      let lane = this.#lanes.get(key);
      if (lane === undefined) {
        const { originNs } = this;
        lane = new LaneTail(this.#memory, tenancy, originNs, this.#minSeverity, this.#resumeNs);
        this.#lanes.set(key, lane);
      }
      lane.notice(tenancy);
    }
    this.#handedOut?.take();
    this.#handedOut = null;
    this.#ready.length = 0;
    for (const lane of this.#lanes.values()) if (this.#isReady(lane)) this.#ready.push(lane);
    for (let i = (this.#ready.length >> 1) - 1; i >= 0; i--) this.#sink(i);
    if (this.#lanes.size > this.#pruneAt) this.#prune();
  }

  /** The next event of this round, or null. It is good until the next call. */
  next(): FollowedEvent | null {
    const done = this.#handedOut;
    if (done !== null) {
      done.take();
      if (!this.#isReady(done)) this.#removeFirst();
      this.#sink(0);
    }
    this.#handedOut = this.#ready[0] ?? null;
    return this.#handedOut;
  }

  #isReady(lane: LaneTail): boolean {
    return lane.advance(this.#untilNs);
  }

  #prune(): void {
    for (const [key, lane] of this.#lanes) {
      if (!lane.hasEnded()) continue;
      this.#missedBefore += lane.missed;
      this.#uncertainGapsBefore += lane.uncertainGaps;
      this.#lanes.delete(key);
    }
    this.#pruneAt = Math.max(MIN_PRUNED_LANES, this.#lanes.size * 2);
  }

  #removeFirst(): void {
    const last = this.#ready.pop();
    if (this.#ready.length > 0 && last !== undefined) this.#ready[0] = last;
  }

  #sink(from: number): void {
    const ready = this.#ready;
    if (from >= ready.length) return;
    const lane = ready[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= ready.length) break;
      if (child + 1 < ready.length && ready[child + 1].timeNs < ready[child].timeNs) child++;
      if (ready[child].timeNs >= lane.timeNs) break;
      ready[at] = ready[child];
      at = child;
    }
    ready[at] = lane;
  }
}
