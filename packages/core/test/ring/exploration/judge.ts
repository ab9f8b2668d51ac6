// Says whether what a walk has shown is right: each step, what a reader has captured, and what is
// left when all threads have ended or died. Whether nothing is missing, or is counted where it is,
// is the business of judge-accounts.ts.

import {
  MODE_REFUSE,
  ROW_DEAD,
  ROW_STATE,
  rowOffset,
  SEGMENT_COMMITTED,
  SEGMENT_FIRST_EVENT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_MIRROR_LOCK,
  SEGMENT_TICKET,
  SEGMENT_WORD,
} from '../../../src/memory/ring-layout.ts';
import {
  STATE_CLAIMING,
  STATE_FREE,
  STATE_OPEN,
  STATE_SEALED,
  wordGeneration,
  wordRow,
  wordState,
} from '../../../src/memory/segment-word.ts';
import type { CapturedRing } from '../../../src/ring/capture.ts';
import type { Access, Step, Steps } from './access.ts';
import { checkAccounts, checkKept, type SegmentSight, type Sight } from './judge-accounts.ts';
import type { LiveMemory } from './live-memory.ts';
import {
  NOTE_ACCEPTED,
  NOTE_BEGUN,
  NOTE_CUT,
  NOTES_PER_WRITER,
  type World,
  walkAtOnce,
} from './world.ts';

export interface JudgeOptions {
  /** No walked thread seals for the dead: it is done when all others are done. */
  readonly isSealedAtEnd: boolean;
  /** A claim may be so late that what it takes is not the oldest any more: see `oldestReusable`. */
  readonly mayLeaveGaps: boolean;
}

export class Judge {
  readonly #world: World;
  /** Rows of the walked threads, by index; -1 for those that write nothing. */
  readonly #rows: readonly number[];
  readonly #options: JudgeOptions;

  constructor(world: World, rows: readonly number[], options: JudgeOptions) {
    this.#world = world;
    this.#rows = rows;
    this.#options = options;
  }

  readonly look = (memory: LiveMemory): string => {
    const { segmentCount } = this.#world.shape;
    const segments = Array.from({ length: segmentCount }, (_, segment) => {
      const sight = this.#segmentAt(memory, segment);
      if (sight.state === STATE_OPEN || sight.state === STATE_SEALED) return sight;
      // However far a claim has come, there is nothing to be seen.
      return { ...sight, committed: 0, firstEvent: 0 };
    });
    return JSON.stringify({ segments, notes: [...memory.notes().subarray(0, 12)] });
  };

  #segmentAt(memory: LiveMemory, segment: number): SegmentSight {
    const offset = this.#world.memory.segmentOffset(segment);
    const word = BigInt.asUintN(64, memory.i64[(offset + SEGMENT_WORD) >> 3]);
    return {
      state: wordState(word),
      row: wordRow(word),
      generation: wordGeneration(word),
      committed: memory.i32[(offset + SEGMENT_COMMITTED) >> 2],
      firstEvent: Number(memory.i64[(offset + SEGMENT_FIRST_EVENT) >> 3]),
    };
  }

  /** Nobody but its owner writes to a segment, nothing past its end, and only while it is open. */
  readonly checkStep = (
    thread: number,
    step: Step,
    memory: LiveMemory,
    dead: ReadonlySet<number>,
  ): void => {
    if (!this.#isChange(step, memory)) return;
    const { memory: ring, shape } = this.#world;
    const { segment, field } = this.#placeOf(step);
    if (segment < 0) return;
    if (segment >= shape.segmentCount) throw new Error('a store past the last segment');
    if (field === SEGMENT_COMMITTED && Number(step[3]) > ring.segmentBytes - SEGMENT_HEADER_BYTES) {
      throw new Error('more is committed than a segment holds');
    }
    // Who seals for the dead may be late with the ticket, but must not replace a new tenant's.
    if (this.#rows[thread] === -1 && field === SEGMENT_TICKET) {
      const { state, row } = this.#segmentAt(memory, segment);
      if (
        state !== STATE_SEALED ||
        !this.#rows.includes(row) ||
        dead.has(this.#rows.indexOf(row))
      ) {
        return;
      }
      throw new Error(`segment ${segment} gets the ticket of its last tenant`);
    }
    if (this.#isOwner(thread, segment, memory)) return;
    throw new Error(`a store to byte ${field} of segment ${segment}, which is another's`);
  };

  /** Whether a step stores, or is a swap of a ticket that succeeds; the others are left to tell. */
  #isChange(step: Step, memory: LiveMemory): step is Access & { readonly 3: number | bigint } {
    if (step[0] === 'write' || step[0] === 'store') return true;
    if (step[0] !== 'compareExchange') return false;
    const isTicket = this.#placeOf(step).field === SEGMENT_TICKET;
    return isTicket && memory.i64[step[2]] === step[3];
  }

  /** What stands in a segment belongs to its owner, but for the word, which others may swap. */
  readonly isOwn = (thread: number, step: Step, memory: LiveMemory): boolean => {
    if (step[0] === 'note' || step[0] === 'look') return false;
    const { segment, field } = this.#placeOf(step);
    if (segment < 0 || field < SEGMENT_COMMITTED || !this.#isOwner(thread, segment, memory)) {
      return false;
    }
    // The lock of the black box is never taken here: to let go of it changes nothing.
    if (field === SEGMENT_MIRROR_LOCK) return true;
    return step[0] === 'read' || step[0] === 'load' || step[0] === 'bytes';
  };

  #isOwner(thread: number, segment: number, memory: LiveMemory): boolean {
    const { state, row } = this.#segmentAt(memory, segment);
    return row === this.#rows[thread] && (state === STATE_CLAIMING || state === STATE_OPEN);
  }

  /** `segment` is negative for what stands before the segments. */
  #placeOf(access: Access): { segment: number; field: number } {
    const { memory } = this.#world;
    const at =
      (access[2] << { u8: 0, i32: 2, i64: 3, f64: 3 }[access[1]]) - memory.segmentOffset(0);
    return { segment: Math.floor(at / memory.segmentBytes), field: at % memory.segmentBytes };
  }

  /** A reader: captures the ring once, and is judged by how the ring was before and after. */
  *capture(): Steps<void> {
    const before = JSON.parse((yield ['look', 'as a step']) as string) as Sight;
    const captured = yield* this.#world.ring.captureRing(this.#world.memory);
    const after = JSON.parse((yield ['look', 'now']) as string) as Sight;
    this.#judge(captured, before, after);
  }

  /** Nothing is left half done, and all is there or accounted for. */
  readonly checkEnd = (memory: LiveMemory, dead: ReadonlySet<number>): void => {
    const world = this.#world;
    if (this.#options.isSealedAtEnd) {
      for (const thread of dead) walkAtOnce(memory, world.endThread(thread));
    }
    const sight = JSON.parse(this.look(memory)) as Sight;
    const captured = walkAtOnce(memory, world.ring.captureRing(world.memory));
    this.#judge(captured, sight, sight);
    this.#checkSegments(memory, sight, dead);
    for (const [index, { slot }] of world.writers.entries()) {
      const row = captured.rows.find(({ incarnation }) => incarnation === slot.incarnation)!;
      const isDead = [...dead].some((thread) => this.#rows[thread] === slot.row);
      const state = memory.i32[(rowOffset(slot.row) + ROW_STATE) >> 2];
      if (isDead && state !== ROW_DEAD) throw new Error('a dead thread stands as a living one');
      const isTorn = isDead && sight.notes[index * NOTES_PER_WRITER + NOTE_BEGUN] === 1;
      if (row.torn !== (isTorn ? 1 : 0)) throw new Error(`torn is ${row.torn}`);
    }
    if (world.shape.mode === MODE_REFUSE) this.#checkDelivery(memory, sight);
  };

  /** Each segment is free, history, or open and a living thread's only one. */
  #checkSegments(memory: LiveMemory, { segments, notes }: Sight, dead: ReadonlySet<number>): void {
    const open = new Set<number>();
    const tickets = new Set<bigint>();
    for (const [segment, { state, row }] of segments.entries()) {
      const writer = this.#world.writers.findIndex(({ slot }) => slot.row === row);
      // What a call that was cut off has won is found by the next one.
      const mayLeave = notes[writer * NOTES_PER_WRITER + NOTE_CUT] > 0;
      const isDead = [...dead].some((thread) => this.#rows[thread] === row);
      if (state === STATE_FREE) continue;
      if (state === STATE_SEALED) {
        const offset = this.#world.memory.segmentOffset(segment);
        tickets.add(memory.i64[(offset + SEGMENT_TICKET) >> 3]);
        continue;
      }
      if (isDead) throw new Error('a dead thread has a segment for ever');
      if (mayLeave) continue;
      if (state === STATE_CLAIMING) throw new Error('a claim that nobody ends');
      if (open.has(row)) throw new Error('a thread has two segments of a pool open');
      open.add(row);
    }
    const sealed = segments.filter(({ state }) => state === STATE_SEALED).length;
    if (tickets.size !== sealed || tickets.has(0n)) throw new Error('a seal ticket is not its own');
  }

  /** What nobody has drained is drained by one more consumer, once all others are done. */
  #checkDelivery(memory: LiveMemory, { notes }: Sight): void {
    const world = this.#world;
    walkAtOnce(memory, world.drain(1));
    for (const [index, { stored }] of world.writers.entries()) {
      const accepted = stored + notes[index * NOTES_PER_WRITER + NOTE_ACCEPTED];
      for (let number = 1; number <= accepted; number++) {
        const times = memory.notes()[world.deliveredNote(index, number)];
        if (times !== 1) throw new Error(`entry ${number} is delivered ${times} times`);
      }
    }
    const isKept = JSON.parse(this.look(memory)).segments.some(
      ({ state }: SegmentSight) => state === STATE_SEALED,
    );
    if (isKept) throw new Error('a drained segment is not free');
  }

  #judge(captured: CapturedRing, before: Sight, after: Sight): void {
    const { writers } = this.#world;
    const shown = writers.map(() => [] as number[]);
    for (const segment of captured.segments) {
      const writer = writers.findIndex(({ slot }) => slot.row === segment.row);
      const { slot } = writers[writer];
      const numbers = this.#world.entriesIn(segment.records).map(({ threadId, number }) => {
        if (threadId === slot.threadId) return number;
        throw new Error('an entry in the segment of another thread');
      });
      const isOwn =
        segment.threadId === slot.threadId &&
        segment.incarnation === slot.incarnation &&
        Number(segment.baseNs / 1000n) === slot.threadId &&
        segment.wallMs === Number(segment.baseNs);
      if (!isOwn) throw new Error('the header of a segment is a mixture');
      if (segment.eventCount !== numbers.length) throw new Error('a wrong count of events');
      numbers.forEach((number, index) => {
        if (BigInt(number) === segment.firstEvent + BigInt(index)) return;
        throw new Error(`entry ${number} stands where ${segment.firstEvent} + ${index} should`);
      });
      shown[writer].push(...numbers);
    }
    const mayLeaveGaps = this.#options.mayLeaveGaps || captured.lapped > 0;
    for (const numbers of shown) {
      for (let index = 1; index < numbers.length; index++) {
        const [last, next] = numbers.slice(index - 1);
        if (next <= last) throw new Error(`entry ${next} is shown after ${last}`);
        if (next !== last + 1 && !mayLeaveGaps)
          throw new Error(`nothing between ${last} and ${next}`);
      }
    }
    checkKept(captured, before, after);
    checkAccounts(this.#world, captured, shown, before, after);
  }
}
