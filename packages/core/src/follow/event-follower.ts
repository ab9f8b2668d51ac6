/**
 * Follows the ring: hands out every event of every thread once, as it comes. For a thread that
 * does something with what others log, such as the recorder thread; nobody waits for it.
 *
 * The contract:
 * - Rounds. `begin` fixes a moment; `next` then returns the events up to it, until null. The
 *   caller may pause between two calls for as long as it likes.
 * - Order. Events of a thread come in the order of writing, over both pools and all rounds. Those
 *   of several threads come by time within a round.
 * - Gaps. Every event that was overwritten before it was read is counted in `missed`, also where its
 *   thread has ended or its row was given to another one: in the round after its segment was sealed,
 *   and at the end of a last round whatever is gone by then. No event is counted that is handed out.
 *   Where it is not known how many there were, `uncertainGaps` counts it: after somebody else came
 *   as far as `fromNs`, and where a last round meets a row that is just being given away.
 * - Memory. One segment for each thread and pool that has something to be read.
 * - Cost. A round looks at each row of the table and each segment once. Events below `minSeverity`
 *   are walked over, not decoded. Writers pay nothing.
 * It begins with the oldest event that the ring has; nothing up to `fromNs` counts as missed.
 */

import { POOL_COUNT } from '../memory/ring-layout.ts';
import { isWholeSince, laneKey, SegmentWatch, type Tenancy } from '../ring/follow.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { type LaneProgress, ThreadWatch } from '../ring/thread-watch.ts';
import { type FollowedEvent, LaneTail } from './lane-tail.ts';

/**
 * Threads relate their clocks to the one of the process within microseconds; what is younger than
 * this waits for the next round, so that no event is handed out before an earlier one.
 */
const SETTLING_NS = 1e6;
/** Lanes of threads that have ended are looked for when there are this many, and twice as many. */
const MIN_PRUNED_LANES = 64;
/** After a last round: a thread takes another one's row within microseconds, unless it is stopped. */
const MAX_LAST_LOOKS = 4;

export class EventFollower {
  /** On the clock of `process.hrtime`; what the times of events count from. */
  readonly originNs: bigint;
  readonly #memory: RingMemory;
  readonly #minSeverity: number;
  readonly #nowNs: () => bigint;
  readonly #threads: ThreadWatch;
  readonly #segments: SegmentWatch;
  readonly #fromNs: bigint;
  /** -Infinity for threads of which the first look has seen nothing: all that they write is later. */
  #resumeNs: number;
  readonly #lanes = new Map<number, LaneTail>();
  /** Those at an event of this round, as a heap: the earliest is first. */
  readonly #ready: LaneTail[] = [];
  #handedOut: LaneTail | null = null;
  #untilNs = 0;
  #missedBefore = 0;
  #uncertainGapsBefore = 0;
  #isFirstRound = true;
  #isLastRound = false;
  #wasUnsettled = false;
  #pruneAt = MIN_PRUNED_LANES;

  /** `nowNs` reads the clock of `process.hrtime`, on which somebody else came as far as `fromNs`. */
  constructor(memory: RingMemory, minSeverity: number, nowNs: () => bigint, fromNs = 0n) {
    this.#memory = memory;
    this.#minSeverity = minSeverity;
    this.#nowNs = nowNs;
    this.#threads = new ThreadWatch(memory, fromNs === 0n);
    this.#segments = new SegmentWatch(memory);
    this.#fromNs = fromNs;
    this.originNs = nowNs();
    this.#resumeNs = fromNs === 0n ? Number.NEGATIVE_INFINITY : Number(fromNs - this.originNs);
  }

  /** Events that nobody got to see. */
  get missed(): number {
    let missed = this.#missedBefore + Number(this.#threads.unseenEvents);
    for (const lane of this.#lanes.values()) missed += lane.missed;
    return missed;
  }

  /** Threads of which events later than `fromNs` may have been overwritten, nobody knows how many. */
  get uncertainGaps(): number {
    let gaps = this.#uncertainGapsBefore + (this.#wasUnsettled ? 1 : 0);
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
    this.#isLastRound = isLast;
    this.#look();
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
    if (this.#handedOut === null && this.#isLastRound) this.#end();
    return this.#handedOut;
  }

  #look(): void {
    // Before the segments: what a thread had sealed by then, and they do not have, is gone.
    const progress = this.#threads.look((incarnation) => this.#abandon(incarnation));
    const tenancies = this.#segments.look();
    for (const tenancy of tenancies) this.#laneOf(tenancy).notice(tenancy);
    for (const lane of progress) {
      const { sealedNext, hasEnded } = lane;
      if (sealedNext > 1n) this.#laneOf(lane).settle(sealedNext, hasEnded);
      else this.#lanes.get(laneKey(lane))?.settle(sealedNext, hasEnded);
    }
    if (!this.#isFirstRound) return;
    this.#isFirstRound = false;
    this.#resume(tenancies);
  }

  /** After the first look: what was gone by then is not missed where it is not later than `fromNs`. */
  #resume(tenancies: readonly Tenancy[]): void {
    if (this.#fromNs === 0n) return;
    this.#resumeNs = Number.NEGATIVE_INFINITY;
    if (isWholeSince(this.#memory, tenancies, this.#fromNs)) {
      for (const lane of this.#lanes.values()) lane.skipGone();
    } else if (this.#threads.earlierEvents > 0n || !this.#threads.isSettled) {
      this.#uncertainGapsBefore++;
    }
  }

  /** The end of a last round. What was overwritten while it lasted is counted as well. */
  #end(): void {
    this.#isLastRound = false;
    this.#look();
    for (let looks = 1; looks < MAX_LAST_LOOKS && !this.#threads.isSettled; looks++) this.#look();
    for (const lane of this.#lanes.values()) lane.missGone();
    if (!this.#threads.isSettled) this.#wasUnsettled = true;
  }

  #laneOf(place: Pick<LaneProgress, 'incarnation' | 'pool' | 'threadId'>): LaneTail {
    const key = laneKey(place);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      const { originNs } = this;
      lane = new LaneTail(
        this.#memory,
        place.threadId,
        originNs,
        this.#minSeverity,
        this.#resumeNs,
      );
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** The row of a thread was given away. Returns how many of its events are accounted for by lanes. */
  #abandon(incarnation: number): bigint {
    let events = 0n;
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      events += this.#lanes.get(laneKey({ incarnation, pool }))?.abandon() ?? 0n;
    }
    return events;
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
