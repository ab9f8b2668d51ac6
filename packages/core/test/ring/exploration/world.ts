// The world that threads are walked in: the smallest ring there can be, and what its threads do.
// What they see and leave behind is judged in judge.ts.

import {
  HEADER_MAGIC,
  HEADER_MODE,
  HEADER_ROW_COUNT,
  HEADER_SEGMENT_BYTES,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  HEADER_WARN_SEGMENTS,
  LAYOUT_VERSION,
  MODE_OVERWRITE,
  POOL_NORMAL,
  RING_MAGIC,
  ringBytes,
  SEGMENT_HEADER_BYTES,
} from '../../../src/memory/ring-layout.ts';
import type { RingMemory } from '../../../src/ring/ring-memory.ts';
import type { ThreadSlot } from '../../../src/ring/thread-table.ts';
import type { Steps } from './access.ts';
import { LiveMemory } from './live-memory.ts';
import { CUT } from './progress.ts';
import type { SteppedLane, SteppedRing } from './step-source.ts';

export interface WorldShape {
  readonly segmentCount: number;
  readonly entriesPerSegment: number;
  /** Of eight bytes each, at most three. */
  readonly wordsPerEntry: number;
  readonly rowCount: number;
  readonly mode?: number;
}

export interface Writer {
  readonly slot: ThreadSlot;
  /** Entries that it stored before the walk began. */
  readonly stored: number;
}

/** Numbers that the judge keeps of a writer: calls that were accepted, and refused, … */
export const NOTE_ACCEPTED = 0;
export const NOTE_REFUSED = 1;
/** … calls that were cut off since the last one that returned, … */
export const NOTE_CUT = 2;
/** … and whether an entry is begun and not committed. */
export const NOTE_BEGUN = 3;
export const NOTES_PER_WRITER = 4;
/** How often each entry was delivered to a consumer. */
const NOTE_DELIVERED = 24;
export const MAX_NUMBERS = 8;

const WORD_BYTES = 8;

export class World {
  readonly ring: SteppedRing;
  readonly shape: WorldShape;
  readonly memory: RingMemory;
  readonly writers: Writer[] = [];

  constructor(ring: SteppedRing, shape: WorldShape) {
    this.ring = ring;
    this.shape = shape;
    const { segmentCount, rowCount } = shape;
    const segmentBytes = SEGMENT_HEADER_BYTES + shape.entriesPerSegment * this.entryBytes;
    const buffer = new SharedArrayBuffer(ringBytes(rowCount, segmentCount, segmentBytes));
    const header = new Int32Array(buffer);
    header[HEADER_MAGIC >> 2] = RING_MAGIC;
    header[HEADER_VERSION >> 2] = LAYOUT_VERSION;
    header[HEADER_ROW_COUNT >> 2] = rowCount;
    header[HEADER_SEGMENT_COUNT >> 2] = segmentCount;
    header[HEADER_SEGMENT_BYTES >> 2] = segmentBytes;
    header[HEADER_WARN_SEGMENTS >> 2] = 0;
    header[HEADER_MODE >> 2] = shape.mode ?? MODE_OVERWRITE;
    this.memory = ring.RingMemory.attach(buffer);
  }

  get entryBytes(): number {
    return this.shape.wordsPerEntry * WORD_BYTES;
  }

  /** Before the walk: a thread joins, stores entries, and seals, so that it has none open. */
  settle(entries: number): number {
    const slot = this.now(this.join(this.writers.length + 1))!;
    const lane = this.#openLane(slot);
    for (let number = 1; number <= entries; number++) this.now(this.#append(lane, number, null));
    this.now(lane.seal());
    return this.writers.push({ slot, stored: entries }) - 1;
  }

  /** Does at once, on the memory that the walk will begin with, what would be done in steps. */
  now<Result>(steps: Steps<Result>): Result {
    const live = new LiveMemory(this.memory.buffer);
    const result = walkAtOnce(live, steps);
    this.memory.u8.set(live.u8.subarray(0, this.memory.u8.length));
    return result;
  }

  join(threadId: number): Steps<ThreadSlot | null> {
    return this.ring.joinThread(this.memory, {
      threadId,
      name: '',
      parentRow: -1,
      os: { id: 0, startTicks: 0 },
      startedAtMs: 0,
    });
  }

  /** What writer `index` does: that many calls, each with the next number. */
  *write(index: number, calls: number, drainsEach = false): Steps<void> {
    const { slot, stored } = this.writers[index];
    const lane = this.#openLane(slot);
    const notes = index * NOTES_PER_WRITER;
    let number = stored + 1;
    for (let call = 0; call < calls; call++) {
      let isStored = false;
      const committing = { isReached: false };
      try {
        isStored = yield* this.#append(lane, number, notes, committing);
        yield ['note', notes + NOTE_CUT, -((yield ['note', notes + NOTE_CUT, 0]) as number)];
      } catch (error) {
        if (error !== CUT) throw error;
        // The only access of a commit is the one that publishes the entry.
        isStored = committing.isReached;
        yield ['note', notes + NOTE_CUT, 1];
        yield ['note', notes + NOTE_BEGUN, -((yield ['note', notes + NOTE_BEGUN, 0]) as number)];
        if (!isStored) continue;
      }
      if (isStored) number++;
      yield ['note', notes + (isStored ? NOTE_ACCEPTED : NOTE_REFUSED), 1];
      if (drainsEach) yield* this.drain(1);
    }
  }

  /** What another thread does when writer `index` has died. */
  *endThread(index: number): Steps<void> {
    yield* this.ring.endThread(this.memory, this.writers[index].slot.threadId, 0);
  }

  /** A thread joins, and must be the only one in its row. */
  *joinAlone(threadId: number): Steps<void> {
    const slot = yield* this.join(threadId);
    if (slot === null) throw new Error('there is a row, and a thread gets none');
    const before = yield ['note', NOTE_DELIVERED + slot.row, 1];
    if (before !== 0) throw new Error('two threads in one row');
  }

  /** What a consumer does: takes what there is, that many times. */
  *drain(times: number): Steps<void> {
    const last: number[] = [];
    for (let time = 0; time < times; time++) {
      for (const stretch of yield* this.ring.drainRing(this.memory)) {
        for (const { threadId, number } of this.entriesIn(stretch)) {
          const before = yield ['note', this.deliveredNote(threadId - 1, number), 1];
          const entry = `entry ${number} of thread ${threadId}`;
          if (before !== 0) throw new Error(`${entry} is delivered twice`);
          if (number <= (last[threadId] ?? 0)) throw new Error(`${entry} is delivered too late`);
          last[threadId] = number;
        }
      }
    }
  }

  deliveredNote(writer: number, number: number): number {
    return NOTE_DELIVERED + writer * MAX_NUMBERS + number;
  }

  /** Thread and number of the entries. Throws where a byte of one is not as it was written. */
  entriesIn(records: Uint8Array): { threadId: number; number: number }[] {
    if (records.length % this.entryBytes !== 0) throw new Error('an entry is shown in part');
    const entries: { threadId: number; number: number }[] = [];
    for (let at = 0; at < records.length; at += this.entryBytes) {
      const [, threadId, number] = records.subarray(at);
      const expected = this.#entry(threadId, number);
      if (Buffer.compare(records.subarray(at, at + this.entryBytes), expected) !== 0) {
        throw new Error(`an entry is torn, which says it is ${number} of thread ${threadId}`);
      }
      entries.push({ threadId, number });
    }
    return entries;
  }

  #openLane(slot: ThreadSlot): SteppedLane {
    let claims = 0;
    // A time that is no number: no thread is old enough to be looked for among the vanished.
    return new this.ring.Lane(this.memory, slot, POOL_NORMAL, () => {
      const baseNs = slot.threadId * 1000 + ++claims;
      return { baseNs: BigInt(baseNs), wallMs: baseNs, baseTickNs: Number.NaN };
    });
  }

  /** A call: stores entry `number`, or counts that it was refused. */
  *#append(
    lane: SteppedLane,
    number: number,
    notes: number | null,
    committing?: { isReached: boolean },
  ): Steps<boolean> {
    if (!(yield* lane.reserve(this.entryBytes))) {
      yield* lane.countRefused();
      return false;
    }
    const start = lane.position;
    const bytes = this.#entry(lane.thread.threadId, number);
    for (const [index, word] of new BigInt64Array(bytes.buffer).entries()) {
      yield ['write', 'i64', (start >> 3) + index, word];
      if (index === 0 && notes !== null) yield ['note', notes + NOTE_BEGUN, 1];
    }
    if (committing !== undefined) committing.isReached = true;
    yield* lane.commit(start + bytes.length);
    if (notes !== null) yield ['note', notes + NOTE_BEGUN, -1];
    return true;
  }

  /** A CBOR byte string that says whose it is, in every word. */
  #entry(threadId: number, number: number): Uint8Array {
    const bytes = new Uint8Array(this.entryBytes).fill(threadId * 31 + number * 7);
    bytes.set([0x40 + bytes.length - 1, threadId, number]);
    return bytes;
  }
}

/** Walks to the end without a pause. */
export function walkAtOnce<Result>(memory: LiveMemory, steps: Steps<Result>): Result {
  for (let next = steps.next(); ; next = steps.next(memory.apply(next.value))) {
    if (next.done) return next.value;
  }
}
