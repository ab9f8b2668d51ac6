// One segment on its way into the file: who may write it, what is written, and what the file shows
// of it after a death at any byte.

import { describe, expect, it } from 'vitest';
import { BlackBoxMirror } from '../../src/black-box/mirror.ts';
import { installWriteThrough } from '../../src/black-box/write-through.ts';
import {
  COUNT_UNKNOWN,
  MIRROR_FREE,
  MIRROR_OWNER,
  MIRROR_RECORDER,
  SEGMENT_COMMITTED,
  SEGMENT_EVENT_COUNT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_MIRROR_LOCK,
  SEGMENT_WORD,
} from '../../src/memory/ring-layout.ts';
import { STATE_FREE, STATE_OPEN, wordState } from '../../src/memory/segment-word.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { sealAbandoned } from '../../src/ring/seal-abandoned.ts';
import { endWriteThrough, mirrorSegment, writeThrough } from '../../src/ring/segment-mirror.ts';
import { atStep } from '../ring/at-step.ts';
import {
  eventsIn,
  eventsOf,
  makeRing,
  NotedFile,
  PlayedThread,
  recordingOf,
} from './mirrored-ring.ts';

function lockOf(memory: RingMemory, segment: number): number {
  return (memory.segmentOffset(segment) + SEGMENT_MIRROR_LOCK) >> 2;
}

function stateOf(memory: RingMemory, segment: number): number {
  return wordState(memory.i64[(memory.segmentOffset(segment) + SEGMENT_WORD) >> 3]);
}

function openSegments(memory: RingMemory): number[] {
  const segments = Array.from({ length: memory.segmentCount }, (_, segment) => segment);
  return segments.filter((segment) => stateOf(memory, segment) === STATE_OPEN);
}

function setUp(segmentCount = 8) {
  const memory = makeRing(segmentCount);
  const file = new NotedFile(memory);
  const problems: (Error | null)[] = [];
  const mirror = new BlackBoxMirror(memory, file, 50, (error) => problems.push(error));
  return { memory, file, mirror, problems, thread: new PlayedThread(memory, 1) };
}

/** What mirrorSegment remembers between two calls. */
const nothingSeen = (memory: RingMemory) => ({
  lowHalves: new Int32Array(memory.segmentCount).fill(-1),
});

describe('the recorder thread', () => {
  it('writes a new segment whole: nothing valid, the records, the header', () => {
    const { memory, file, thread } = setUp();
    thread.log();
    const [segment] = openSegments(memory);
    const offset = memory.segmentOffset(segment);
    const seen = nothingSeen(memory);
    const committed = memory.i32[(offset + SEGMENT_COMMITTED) >> 2];
    expect(mirrorSegment(memory, segment, file, seen)).toBe(committed + SEGMENT_HEADER_BYTES);
    expect(file.writes.map(({ bytes, offset }) => [offset, bytes.length])).toEqual([
      [offset, SEGMENT_HEADER_BYTES],
      [offset + SEGMENT_HEADER_BYTES, committed],
      [offset, SEGMENT_HEADER_BYTES],
    ]);
    expect(file.writes[0].bytes.every((byte) => byte === 0)).toBe(true);
    expect(memory.i32[lockOf(memory, segment)]).toBe(MIRROR_FREE);
  });

  it('writes nothing where there is nothing new', () => {
    const { memory, file, thread } = setUp();
    thread.log();
    const [segment] = openSegments(memory);
    const seen = nothingSeen(memory);
    mirrorSegment(memory, segment, file, seen);
    expect(mirrorSegment(memory, segment, file, seen)).toBe(0);
    const free = Array.from({ length: 8 }, (_, i) => i).find(
      (i) => stateOf(memory, i) === STATE_FREE,
    );
    expect(mirrorSegment(memory, free as number, file, seen)).toBe(0);
    expect(file.writes).toHaveLength(3);
  });

  it('appends what is new behind what the header vouches for', () => {
    const { memory, file, thread } = setUp();
    const first = thread.log();
    const [segment] = openSegments(memory);
    const offset = memory.segmentOffset(segment);
    const seen = nothingSeen(memory);
    mirrorSegment(memory, segment, file, seen);
    const before = memory.i32[(offset + SEGMENT_COMMITTED) >> 2];
    const second = thread.log();
    const after = memory.i32[(offset + SEGMENT_COMMITTED) >> 2];
    mirrorSegment(memory, segment, file, seen);
    expect(file.writes.slice(3).map(({ bytes, offset }) => [offset, bytes.length])).toEqual([
      [offset + SEGMENT_HEADER_BYTES + before, after - before],
      [offset, SEGMENT_HEADER_BYTES],
    ]);
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes)).toEqual([first, second]);
  });

  it('notices that a segment was sealed', () => {
    const { memory, file, thread } = setUp();
    thread.log();
    const [segment] = openSegments(memory);
    const seen = nothingSeen(memory);
    mirrorSegment(memory, segment, file, seen);
    thread.writer.seal();
    expect(mirrorSegment(memory, segment, file, seen)).toBe(SEGMENT_HEADER_BYTES);
    expect(mirrorSegment(memory, segment, file, seen)).toBe(0);
  });

  it('tells of the moment before where a segment is sealed while it is written', () => {
    const { memory, file, thread } = setUp();
    const names = [thread.log(), thread.log()];
    const [segment] = openSegments(memory);
    file.meanwhile = (write) => {
      if (write !== 0) return;
      names.push(thread.log());
      thread.writer.seal();
    };
    mirrorSegment(memory, segment, file, nothingSeen(memory));
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes)).toEqual(names.slice(0, 2));
  });

  it('leaves an open segment to an owner that writes through, and takes a sealed one', () => {
    const { memory, file, thread } = setUp();
    thread.log('warn');
    const [segment] = openSegments(memory);
    const seen = nothingSeen(memory);
    expect(writeThrough(memory, segment, file)).toBe(true);
    expect(memory.i32[lockOf(memory, segment)]).toBe(MIRROR_OWNER);
    thread.log('warn');
    expect(mirrorSegment(memory, segment, file, seen)).toBe(0);
    // The owner died before it wrote the second one.
    sealAbandoned(memory, thread.writer.thread.row);
    expect(mirrorSegment(memory, segment, file, seen)).toBeGreaterThan(0);
    expect(memory.i32[lockOf(memory, segment)]).toBe(MIRROR_FREE);
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes)).toEqual(['1:1', '1:2']);
  });

  it('gives its lock back where the file throws, and writes all of it again', () => {
    for (const failing of [0, 1, 2]) {
      const { memory, file, thread } = setUp();
      const name = thread.log();
      const [segment] = openSegments(memory);
      const seen = nothingSeen(memory);
      file.meanwhile = (write) => {
        if (write === failing) throw new Error('full');
      };
      expect(() => mirrorSegment(memory, segment, file, seen)).toThrow('full');
      expect(memory.i32[lockOf(memory, segment)]).toBe(MIRROR_FREE);
      file.meanwhile = () => {};
      mirrorSegment(memory, segment, file, seen);
      file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
      expect(eventsIn(file.bytes)).toEqual([name]);
    }
  });
});

describe('an owner that writes through', () => {
  it('waits for the recorder thread, but not for long', () => {
    const { memory, file, thread } = setUp();
    thread.log('warn');
    const [segment] = openSegments(memory);
    memory.i32[lockOf(memory, segment)] = MIRROR_RECORDER;
    const startedMs = performance.now();
    expect(writeThrough(memory, segment, file)).toBe(false);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(4);
    expect(file.writes).toEqual([]);
    memory.i32[lockOf(memory, segment)] = MIRROR_FREE;
    expect(writeThrough(memory, segment, file)).toBe(true);
  });

  it('gives the segment up, and the recorder thread goes on', () => {
    const { memory, file, thread } = setUp();
    thread.log('warn');
    const [segment] = openSegments(memory);
    writeThrough(memory, segment, file);
    endWriteThrough(memory, segment);
    thread.log('warn');
    expect(mirrorSegment(memory, segment, file, nothingSeen(memory))).toBeGreaterThan(0);
  });

  it('has its warning in the file when the call returns, also without a segment for warnings', () => {
    const { memory, file, mirror, thread } = setUp();
    installWriteThrough(thread.writer.warn, file);
    mirror.tick();
    const names = [thread.log('warn')];
    expect(eventsIn(file.bytes)).toEqual(names);
    // In a crowded ring a warning stands among the thread's other events.
    const crowd = Array.from({ length: 4 }, (_, i) => new PlayedThread(memory, 10 + i));
    for (const other of crowd) names.push(other.log());
    thread.writer.seal();
    mirror.tick();
    names.push(thread.log('warn'));
    expect(eventsIn(file.bytes)).toEqual(names.sort());
    // What follows it there is the recorder thread's business again.
    names.push(thread.log());
    mirror.tick();
    expect(eventsIn(file.bytes)).toEqual(names.sort());
  });

  it('leaves it to the recorder thread for a second after two slow writes', () => {
    const { memory, file, mirror, thread } = setUp();
    mirror.tick();
    installWriteThrough(thread.writer.warn, file);
    file.meanwhile = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8);
    const names = [thread.log('warn'), thread.log('warn')];
    file.meanwhile = () => {};
    const before = file.writes.length;
    names.push(thread.log('warn'));
    expect(file.writes).toHaveLength(before);
    const [segment] = openSegments(memory);
    expect(memory.i32[lockOf(memory, segment)]).toBe(MIRROR_FREE);
    mirror.tick();
    expect(eventsIn(file.bytes)).toEqual(names);
  });

  it('does not fail for a file that takes nothing', () => {
    const { file, thread } = setUp();
    installWriteThrough(thread.writer.warn, file);
    file.meanwhile = () => {
      throw new Error('full');
    };
    expect(() => thread.log('warn')).not.toThrow();
  });
});

describe('a segment that is reused while it is written', () => {
  /** Fills the ring's normal part until `segment` has another tenant. */
  function reuse(memory: RingMemory, thread: PlayedThread, segment: number): void {
    const word = () => memory.i64[(memory.segmentOffset(segment) + SEGMENT_WORD) >> 3] >> 32n;
    const generation = word();
    for (let i = 0; i < 1000 && word() === generation; i++) thread.log('info', 300);
    expect(word()).not.toBe(generation);
  }

  it.each([0, 1, 2])('is not shown as anyone’s when it happens before write %i', (at) => {
    const { memory, file, thread } = setUp();
    const other = new PlayedThread(memory, 2);
    thread.log();
    const [segment] = openSegments(memory);
    thread.writer.seal();
    const seen = nothingSeen(memory);
    file.meanwhile = (write) => {
      if (write === at) reuse(memory, other, segment);
    };
    mirrorSegment(memory, segment, file, seen);
    file.meanwhile = () => {};
    const head = memory.u8.slice(0, memory.segmentOffset(0));
    file.bytes.set(head, 0);
    // The last write is the header's; what comes after the check cannot harm.
    expect(eventsIn(file.bytes)).toEqual(at === 2 ? ['1:1'] : []);
    mirrorSegment(memory, segment, file, seen);
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes).every((name) => name.startsWith('2:'))).toBe(true);
    expect(eventsIn(file.bytes).length).toBeGreaterThan(0);
  });

  it('keeps what was vouched for where only more was being appended', () => {
    const { memory, file, thread } = setUp();
    const other = new PlayedThread(memory, 2);
    const first = thread.log();
    const [segment] = openSegments(memory);
    const seen = nothingSeen(memory);
    mirrorSegment(memory, segment, file, seen);
    thread.log();
    thread.writer.seal();
    const writes = file.writes.length;
    file.meanwhile = (write) => {
      if (write === writes) reuse(memory, other, segment);
    };
    mirrorSegment(memory, segment, file, seen);
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes)).toEqual([first]);
  });

  it('takes the new tenant where it came before the lock was had', () => {
    const { memory, file, thread } = setUp();
    const other = new PlayedThread(memory, 2);
    thread.log();
    const [segment] = openSegments(memory);
    thread.writer.seal();
    mirrorSegment(memory, segment, file, nothingSeen(memory));
    reuse(memory, other, segment);
    mirrorSegment(memory, segment, file, nothingSeen(memory));
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes).every((name) => name.startsWith('2:'))).toBe(true);
  });
});

describe('whatever another thread does between two steps of the recorder thread', () => {
  /** Mirrors `segment` once for each of its steps, with `happen` before that step. */
  function atEveryStep(play: () => { run: () => void; happen: () => void; check: () => void }) {
    let steps = 0;
    for (let isReached = true; isReached; steps++) {
      const { run, happen, check } = play();
      isReached = atStep(steps, happen, run);
      if (isReached) check();
    }
    expect(steps).toBeGreaterThan(5);
  }

  it('a segment that is sealed with one more event is shown whole, before it or after', () => {
    atEveryStep(() => {
      const { memory, file, thread } = setUp();
      const names = [thread.log()];
      const [segment] = openSegments(memory);
      const head = memory.u8.slice(0, memory.segmentOffset(0));
      const seen = nothingSeen(memory);
      return {
        run: () => mirrorSegment(memory, segment, file, seen),
        happen: () => {
          names.push(thread.log());
          thread.writer.seal();
        },
        check: () => {
          file.bytes.set(head, 0);
          const shown = recordingOf(file.bytes);
          const events = eventsOf(shown);
          expect([names.slice(0, 1), names]).toContainEqual(events);
          // What a header says of the whole segment is true of what is in the file.
          const [{ attempted, losses }] = shown.threads;
          expect(attempted - losses.overwritten).toBe(events.length);
          mirrorSegment(memory, segment, file, seen);
          expect(eventsIn(file.bytes)).toEqual(names);
          expect(mirrorSegment(memory, segment, file, seen)).toBe(0);
        },
      };
    });
  });

  it('a header that is copied after the seal does not tell of events that are not there', () => {
    const { memory, file, thread } = setUp();
    const names = [thread.log()];
    const [segment] = openSegments(memory);
    const head = memory.u8.slice(0, memory.segmentOffset(0));
    const seen = nothingSeen(memory);
    const { slice } = memory.u8;
    memory.u8.slice = (...range) => {
      names.push(thread.log());
      thread.writer.seal();
      memory.u8.slice = slice;
      return memory.u8.slice(...range);
    };
    mirrorSegment(memory, segment, file, seen);
    expect(names).toHaveLength(2);
    file.bytes.set(head, 0);
    const shown = recordingOf(file.bytes);
    expect(eventsOf(shown)).toEqual(names.slice(0, 1));
    expect(shown.threads[0].attempted).toBe(1);
    // Of an open segment nothing is said that its owner may still change.
    const view = new DataView(file.bytes.buffer, memory.segmentOffset(segment));
    expect(wordState(view.getBigUint64(SEGMENT_WORD, true))).toBe(STATE_OPEN);
    expect(view.getInt32(SEGMENT_EVENT_COUNT, true)).toBe(COUNT_UNKNOWN);
    mirrorSegment(memory, segment, file, seen);
    expect(eventsIn(file.bytes)).toEqual(names);
  });

  it('what a new tenant has written through stays in the file', () => {
    let timesWritten = 0;
    atEveryStep(() => {
      const { memory, file, thread } = setUp();
      const other = new PlayedThread(memory, 2);
      thread.log('warn');
      const [segment] = openSegments(memory);
      writeThrough(memory, segment, file);
      thread.writer.seal();
      const word = () => memory.i64[(memory.segmentOffset(segment) + SEGMENT_WORD) >> 3];
      const head = memory.u8.slice(0, memory.segmentOffset(0));
      let last = '';
      let isWritten = false;
      return {
        run: () => mirrorSegment(memory, segment, file, nothingSeen(memory)),
        happen: () => {
          const generation = word() >> 32n;
          while (word() >> 32n === generation) last = other.log('warn', 300);
          isWritten = writeThrough(memory, segment, file);
        },
        check: () => {
          file.bytes.set(head, 0);
          if (isWritten) {
            timesWritten++;
            expect(eventsIn(file.bytes)).toEqual([last]);
          }
          other.writer.seal();
          mirrorSegment(memory, segment, file, nothingSeen(memory));
          expect(eventsIn(file.bytes)).toEqual([last]);
        },
      };
    });
    expect(timesWritten).toBeGreaterThan(3);
  });

  it('a segment whose last owner wrote through is the recorder thread’s with the next', () => {
    const { memory, file, thread } = setUp();
    const other = new PlayedThread(memory, 2);
    thread.log('warn');
    const [segment] = openSegments(memory);
    writeThrough(memory, segment, file);
    thread.writer.seal();
    const word = () => memory.i64[(memory.segmentOffset(segment) + SEGMENT_WORD) >> 3];
    const generation = word() >> 32n;
    let last = '';
    while (word() >> 32n === generation) last = other.log('warn', 300);
    expect(mirrorSegment(memory, segment, file, nothingSeen(memory))).toBeGreaterThan(0);
    file.bytes.set(memory.u8.slice(0, memory.segmentOffset(0)), 0);
    expect(eventsIn(file.bytes)).toEqual([last]);
  });
});

describe('a death at any byte of any write', () => {
  it('shows only what was logged, and all that a whole header vouches for', () => {
    const { memory, file, mirror } = setUp();
    const threads = [1, 2].map((id) => new PlayedThread(memory, id + 1));
    for (const thread of threads) installWriteThrough(thread.writer.warn, file);
    /** By the number of writes so far: names that have to be there from then on. */
    const vouched: { writes: number; name: string }[] = [];
    const pending: string[] = [];
    mirror.tick();
    for (let round = 0; round < 30; round++) {
      for (const thread of threads) {
        pending.push(thread.log('info', 60 + ((round * 37) % 200)));
        if (round % 5 === 0) {
          const name = thread.log('warn');
          vouched.push({ writes: file.writes.length, name });
        }
      }
      if (round % 3 !== 0) continue;
      mirror.tick();
      for (const name of pending.splice(0)) vouched.push({ writes: file.writes.length, name });
    }
    const image = new Uint8Array(file.bytes.length);
    let cuts = 0;
    let last: string[] = [];
    for (const [index, { bytes, offset }] of file.writes.entries()) {
      const isPage = bytes.length > 4096;
      // A header is written within a page of memory, so it is there whole or not at all.
      const isHeader = bytes.length === SEGMENT_HEADER_BYTES;
      const step = isPage ? 1999 : isHeader ? SEGMENT_HEADER_BYTES : 7;
      const before = image.slice(offset, offset + bytes.length);
      for (let cut = 0; cut < bytes.length; cut += step) {
        image.set(before, offset);
        image.set(bytes.subarray(0, cut), offset);
        if (index === 0 && cut < bytes.length) continue;
        const shown = safeEventsIn(image);
        cuts++;
        for (const { writes, name } of vouched) if (writes <= index) expect(shown).toContain(name);
        last = shown;
      }
      image.set(bytes, offset);
    }
    expect(image).toEqual(file.bytes);
    expect(eventsIn(image).length).toBeGreaterThanOrEqual(last.length);
    console.log(`a death at ${cuts} places of ${file.writes.length} writes`);
    expect(cuts).toBeGreaterThan(1000);
  });

  it('shows no wrong event where a header is torn', () => {
    const { file, mirror, thread } = setUp();
    for (let i = 0; i < 3; i++) {
      thread.log();
      mirror.tick();
    }
    const known = new Set(eventsIn(file.bytes));
    const header = file.writes.findLast(({ bytes }) => bytes.length === SEGMENT_HEADER_BYTES);
    if (header === undefined) throw new Error('no header was written');
    const earlier = file.writes.filter(
      ({ bytes, offset }) => offset === header.offset && bytes.length === SEGMENT_HEADER_BYTES,
    );
    for (const old of earlier) {
      for (let cut = 0; cut <= SEGMENT_HEADER_BYTES; cut++) {
        const image = file.bytes.slice();
        image.set(old.bytes, header.offset);
        image.set(header.bytes.subarray(0, cut), header.offset);
        for (const name of safeEventsIn(image)) expect(known).toContain(name);
      }
    }
  });
});

/** No event where the box has no segment yet. */
function safeEventsIn(image: Uint8Array): string[] {
  try {
    return eventsIn(image);
  } catch (error) {
    expect((error as Error).name).toBe('RecordingError');
    return [];
  }
}
