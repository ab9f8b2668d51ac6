// Threads that come, log numbered events and go, all played by one; and what a follower hands out
// of that and says it has missed.

import { EventFollower } from '../../src/follow/event-follower.ts';
import { EventWriter } from '../../src/logger/event-writer.ts';
import { getLogger } from '../../src/logger/logger.ts';
import { attachWriter, detachWriter } from '../../src/logger/thread-state.ts';
import {
  HEADER_BYTES,
  HEADER_ROW_COUNT,
  MODE_OVERWRITE,
  ringBytes,
} from '../../src/memory/ring-layout.ts';
import { DEFAULT_LIMITS } from '../../src/record/limits.ts';
import { Redaction } from '../../src/record/redaction.ts';
import { recordLevels, setRecordLevel } from '../../src/ring/recorder-words.ts';
import { RingMemory, ringGeometry } from '../../src/ring/ring-memory.ts';
import { endThread, joinThread } from '../../src/ring/thread-table.ts';

const log = getLogger('numbered');
const SEGMENT_BYTES = 4096;
const SEGMENTS = 16;
/** So far ahead that an event may be handed out at once. */
const SETTLED_NS = 10_000_000n;
const settledNs = (): bigint => process.hrtime.bigint() + SETTLED_NS;

/** As few rows as leave some to be given away: those whose thread has a segment left are kept. */
const ROWS = SEGMENTS + 6;
/** Some fifty events a segment. */
const TEXT = 'x'.repeat(60);

/** More than all segments hold. */
export const MORE_THAN_THE_RING = 1200;

export interface PlayedThread {
  readonly threadId: number;
  readonly writer: EventWriter;
  logged: number;
}

/** A ring of sixteen small segments, and few rows. */
export class PlayedThreads {
  readonly memory: RingMemory;
  readonly living: PlayedThread[] = [];
  logged = 0;
  joined = 0;

  constructor() {
    const geometry = ringGeometry(SEGMENTS * SEGMENT_BYTES, SEGMENT_BYTES, MODE_OVERWRITE, 2);
    const buffer = new SharedArrayBuffer(ringBytes(ROWS, SEGMENTS, SEGMENT_BYTES));
    const { u8 } = RingMemory.allocate(geometry);
    new Uint8Array(buffer).set(u8.subarray(0, HEADER_BYTES));
    new Int32Array(buffer)[HEADER_ROW_COUNT >> 2] = ROWS;
    this.memory = RingMemory.attach(buffer);
    setRecordLevel(this.memory, 1);
  }

  start(): PlayedThread {
    const threadId = ++this.joined;
    const slot = joinThread(this.memory, {
      threadId,
      name: '',
      parentRow: -1,
      os: { id: 0, startTicks: 0 },
      startedAtMs: 0,
    });
    if (slot === null) throw new Error('no row');
    const writer = new EventWriter(
      this.memory,
      slot,
      DEFAULT_LIMITS,
      new Redaction(undefined),
      () => {
        throw new Error('refused');
      },
    );
    const thread = { threadId, writer, logged: 0 };
    this.living.push(thread);
    return thread;
  }

  log(thread: PlayedThread, count: number, level: 'debug' | 'error' = 'debug'): void {
    attachWriter(thread.writer, recordLevels(this.memory), 9);
    for (let i = 0; i < count; i++) {
      log[level]('event', { t: thread.threadId, n: thread.logged++, text: TEXT });
    }
    detachWriter();
    this.logged += count;
  }

  end(thread: PlayedThread): void {
    endThread(this.memory, thread.threadId, 0);
    this.living.splice(this.living.indexOf(thread), 1);
  }

  /** One that comes and goes between two rounds. */
  pass(count: number, level: 'debug' | 'error' = 'debug'): void {
    const thread = this.start();
    this.log(thread, count, level);
    this.end(thread);
  }
}

/** Collects what a follower hands out. */
export class Handed {
  readonly follower: EventFollower;
  /** Thread and number of each event. */
  readonly events: string[] = [];
  /** Numbers that came after a later one of the same thread and level. */
  readonly misplaced: string[] = [];
  /** Whether it once said to have missed less than before. */
  tookBack = false;
  readonly #last = new Map<string, number>();
  #missed = 0;

  constructor(memory: RingMemory, fromNs?: bigint) {
    this.follower = new EventFollower(memory, 1, settledNs, fromNs);
  }

  get doubled(): number {
    return this.events.length - new Set(this.events).size;
  }

  /** Events that are handed out or counted as missed. */
  get accounted(): number {
    return this.events.length + this.follower.missed;
  }

  round(isLast = false, onEvent?: (ordinal: number) => void): void {
    this.follower.begin(isLast);
    this.#lookAtMissed();
    for (let ordinal = 0; ; ordinal++) {
      onEvent?.(ordinal);
      const event = this.follower.next();
      if (event === null) break;
      const { t, n } = event.decode().fields as { t: number; n: number };
      const lane = `${t} ${event.severity}`;
      if (n <= (this.#last.get(lane) ?? -1)) this.misplaced.push(`${lane} ${n}`);
      this.#last.set(lane, n);
      this.events.push(`${t} ${n}`);
    }
    this.#lookAtMissed();
  }

  #lookAtMissed(): void {
    const { missed } = this.follower;
    if (missed < this.#missed) this.tookBack = true;
    this.#missed = missed;
  }
}
