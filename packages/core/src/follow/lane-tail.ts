/**
 * One thread's events of one pool, in the order of writing, while the thread goes on writing. Holds
 * a copy of one segment at a time; how far behind it is does not change what it takes.
 */

import { countEntries } from '../memory/cbor-item.ts';
import { type EventBounds, SegmentDecoder } from '../record/decode-segment.ts';
import type { EffectiveContext, LateFields } from '../record/effective-context.ts';
import type { EventHead } from '../record/event-head.ts';
import type { PlainObject } from '../record/own-property.ts';
import { type PrintedTo, printedToOf } from '../record/printed-mark.ts';
import { copyCommitted, GONE, isSealed, type Tenancy } from '../ring/follow.ts';
import type { RingMemory } from '../ring/ring-memory.ts';

/** An event as the ring has it, good until its follower goes on. */
export interface FollowedEvent {
  /** On the clock of the process, since the follower's origin. */
  readonly timeNs: number;
  readonly severity: number;
  readonly threadId: number;
  /** Found without decoding the rest; empty where it is damaged. */
  readonly message: string;
  /** Where the program has printed it itself, if that is known. */
  readonly printedTo: PrintedTo | null;
  /** Throws where it is damaged. Fields that were added to a context elsewhere are not in it. */
  decode(): DecodedEvent;
  /** For whoever reads values by itself: all but those, which it says where to find. Throws as well. */
  head(): EventHead;
}

export interface DecodedEvent {
  readonly kind: number;
  readonly logger: string;
  readonly message: string;
  readonly fields: PlainObject;
  readonly context: EffectiveContext;
}

const NO_LATE_FIELDS: LateFields = new Map();

/** The segment that is read. */
interface Current {
  readonly tenancy: Tenancy;
  readonly decoder: SegmentDecoder;
  readonly baseNs: number;
  /** Bytes of it that are copied. */
  committed: number;
}

export class LaneTail implements FollowedEvent {
  readonly threadId: number;
  timeNs = 0;
  /** Events that were overwritten before they were read. */
  missed = 0;
  /** 1 where some may have been, later than `resumeNs`, and how many is not known. */
  uncertainGaps = 0;
  readonly #memory: RingMemory;
  readonly #originNs: bigint;
  readonly #bounds: EventBounds;
  readonly #resumeNs: number;
  /** Whether anything later than `resumeNs` has been seen. */
  #hasResumed: boolean;
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #current: Current | null = null;
  /** Segments after the current one, the oldest first. */
  #waiting: Tenancy[] = [];
  /** Running number of the first event that was neither read nor missed. */
  #next = 1n;
  /** Events up to this number are gone, but for those of the current segment and those after it. */
  #settledNext = 1n;
  #hasThreadEnded = false;
  #isAtEvent = false;

  /**
   * What is not later than `resumeNs` has been dealt with by somebody else, and is not missed;
   * -Infinity where there was nobody.
   */
  constructor(
    memory: RingMemory,
    threadId: number,
    originNs: bigint,
    minSeverity: number,
    resumeNs: number,
  ) {
    this.#memory = memory;
    this.#originNs = originNs;
    this.#bounds = { minSeverity, minDtNs: 0, maxDtNs: Number.POSITIVE_INFINITY };
    this.#resumeNs = resumeNs;
    this.#hasResumed = resumeNs === Number.NEGATIVE_INFINITY;
    this.threadId = threadId;
  }

  get severity(): number {
    return this.#current?.decoder.severity ?? 0;
  }

  get message(): string {
    try {
      return this.#current?.decoder.peekShape().message ?? '';
    } catch {
      return '';
    }
  }

  get printedTo(): PrintedTo | null {
    const { bytes, recordStart } = (this.#current as Current).decoder;
    return printedToOf(bytes, recordStart);
  }

  decode(): DecodedEvent {
    const { decoder } = this.#current as Current;
    decoder.decodeEvent();
    const { kind, logger, message } = decoder.shape;
    return { kind, logger, message, fields: decoder.fields, context: decoder.context };
  }

  head(): EventHead {
    const { decoder } = this.#current as Current;
    decoder.readHead();
    return decoder;
  }

  /** One of its segments has something new. */
  notice(tenancy: Tenancy): void {
    // Read to its end already, which a thread may write between a look and that.
    if (tenancy.firstEvent < this.#next) return;
    const isKnown = (other: Tenancy | undefined) =>
      other?.segment === tenancy.segment && other.generation === tenancy.generation;
    if (isKnown(this.#current?.tenancy) || this.#waiting.some(isKnown)) return;
    const later = this.#waiting.findIndex(({ firstEvent }) => firstEvent > tenancy.firstEvent);
    this.#waiting.splice(later === -1 ? this.#waiting.length : later, 0, tenancy);
  }

  /**
   * Before the last look at the segments all events below `sealedNext` were sealed, and where the
   * thread had ended there are no others: what has not been noticed of them is gone.
   */
  settle(sealedNext: bigint, hasThreadEnded: boolean): void {
    if (sealedNext > this.#settledNext) this.#settledNext = sealedNext;
    this.#hasThreadEnded ||= hasThreadEnded;
  }

  /** Nothing has been read yet. What is gone had been dealt with by somebody else. */
  skipGone(): void {
    this.#next = this.#waiting[0]?.firstEvent ?? this.#settledNext;
  }

  /** Counts what is gone, without going on. */
  missGone(): void {
    if (this.#current !== null) return;
    const first = this.#waiting[0]?.firstEvent;
    this.#missUpTo(first === undefined || first > this.#settledNext ? this.#settledNext : first);
  }

  /**
   * Its thread has ended, and nothing but the copy of the current segment is left of it. Returns how
   * many of its events are read or missed once that is read.
   */
  abandon(): bigint {
    this.#waiting.length = 0;
    let end = this.#next;
    if (this.#current !== null) {
      const { tenancy, committed } = this.#current;
      const held = countEntries(this.#bytes as Uint8Array, 0, committed);
      end = tenancy.firstEvent + BigInt(held);
    }
    this.settle(end, true);
    return this.#settledNext - 1n;
  }

  /**
   * Goes to the next event that is wanted, if it is one up to `untilNs`. `take` has to come first.
   * Reads no further than that, however fast the thread writes.
   */
  advance(untilNs: number): boolean {
    while (!this.#isAtEvent) {
      const current = this.#current ?? this.#openNext();
      if (current === null) return false;
      this.#isAtEvent = this.#stepIn(current);
      // Also of an event that was walked over.
      this.timeNs = current.baseNs + current.decoder.dtNs;
      this.#hasResumed ||= this.timeNs > this.#resumeNs;
      if (this.#isAtEvent) break;
      if (this.timeNs > untilNs || !this.#readMore(current)) return false;
    }
    return this.timeNs <= untilNs;
  }

  /** The event is dealt with. */
  take(): void {
    this.#isAtEvent = false;
  }

  /** Whether nothing more can come of it: its thread has ended, and all is read or missed. */
  hasEnded(): boolean {
    return this.#hasThreadEnded && this.#current === null && this.#waiting.length === 0;
  }

  #openNext(): Current | null {
    const tenancy = this.#waiting[0];
    if (tenancy === undefined) {
      this.#bytes = null;
      this.missGone();
      return null;
    }
    const { firstEvent } = tenancy;
    // Begun during the look, and so may be one before it, where the look had been already.
    const isSettled = this.#hasThreadEnded || firstEvent <= this.#settledNext;
    if (firstEvent > this.#next && !isSettled) return null;
    this.#waiting.shift();
    this.#bytes ??= new Uint8Array(this.#memory.segmentBytes);
    const baseNs = Number(tenancy.baseNs - this.#originNs);
    // No event before it is later than its beginning.
    if (baseNs <= this.#resumeNs) this.#next = firstEvent;
    this.#missUpTo(firstEvent);
    this.#current = {
      tenancy,
      decoder: new SegmentDecoder(this.#bytes, 0, 0, () => NO_LATE_FIELDS),
      baseNs,
      committed: 0,
    };
    return this.#current;
  }

  /** Whether there is a wanted event among the bytes that are copied. */
  #stepIn(current: Current): boolean {
    try {
      return current.decoder.advance(this.#bounds);
    } catch {
      // Not decodable: what is left of the segment counts as missed once the next one is there.
      this.#close(current);
      return false;
    }
  }

  /** False: there is nothing more for now. */
  #readMore(current: Current): boolean {
    if (this.#current !== current) return true;
    // Before the copy, so that of a sealed segment it is the whole.
    const isLast = isSealed(this.#memory, current.tenancy) || this.#waiting.length > 0;
    const bytes = this.#bytes as Uint8Array;
    const committed = copyCommitted(this.#memory, current.tenancy, current.committed, bytes);
    if (committed > current.committed) {
      current.committed = committed;
      current.decoder.extend(committed);
      return true;
    }
    if (committed !== GONE && !isLast) return false;
    this.#close(current);
    return true;
  }

  #close({ tenancy, decoder }: Current): void {
    this.#next = tenancy.firstEvent + BigInt(decoder.eventCount);
    this.#current = null;
  }

  #missUpTo(next: bigint): void {
    if (next <= this.#next) return;
    if (this.#hasResumed) this.missed += Number(next - this.#next);
    else this.uncertainGaps = 1;
    this.#next = next;
  }
}
