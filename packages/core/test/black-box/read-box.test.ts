// A black box that is cut, flipped, or lies about itself: what is shown was logged, nothing crashes,
// and one broken segment hides no other.

import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BlackBoxMirror } from '../../src/black-box/mirror.ts';
import { isBlackBox, readBox } from '../../src/black-box/read-box.ts';
import {
  HEADER_BYTES,
  HEADER_IDENTITY_LENGTH,
  HEADER_ROW_COUNT,
  HEADER_SEGMENT_BYTES,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  LAYOUT_VERSION,
  ROW_BYTES,
  rowOffset,
  SEGMENT_BASE_NS,
  SEGMENT_EVENT_COUNT,
  SEGMENT_FIRST_EVENT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_CRC,
  SEGMENT_INCARNATION,
  SEGMENT_LAST_DT_NS,
  SEGMENT_MAX_SEVERITY,
  SEGMENT_POOL,
  SEGMENT_RECORDS_CRC,
  SEGMENT_TICKET,
  SEGMENT_WALL_MS,
  SEGMENT_WORD,
} from '../../src/memory/ring-layout.ts';
import { RecordingError } from '../../src/snapshot/damage-error.ts';
import {
  eventsIn,
  eventsOf,
  makeRing,
  NotedFile,
  PlayedThread,
  recordingOf,
  SEGMENT_BYTES,
} from './mirrored-ring.ts';

/** A box of two threads, one of which is dead; and what is in it. */
function makeBox(): { box: Uint8Array; names: string[]; segmentsStart: number } {
  const memory = makeRing();
  const file = new NotedFile(memory);
  const mirror = new BlackBoxMirror(memory, file, 50, () => {});
  const threads = [new PlayedThread(memory, 1), new PlayedThread(memory, 2)];
  const names: string[] = [];
  for (let i = 0; i < 25; i++) {
    for (const thread of threads) names.push(thread.log('info', 100), thread.log('warn'));
  }
  threads[0].writer.seal();
  mirror.tick();
  return { box: file.bytes, names: names.sort(), segmentsStart: memory.segmentOffset(0) };
}

const { box, names, segmentsStart } = makeBox();
/** Each is a box to be read, 2 to 4 ms. */
const FLIPS = process.env.TTLOG_TEST_LONG === undefined ? 2000 : 20_000;
const known = new Set(names);

/** Names of the events, or none where there is nothing to be shown. */
function shownOf(untrustedBytes: Uint8Array): string[] {
  try {
    return eventsIn(untrustedBytes);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return [];
  }
}

function changed(change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = box.slice();
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

describe('a whole black box', () => {
  it('shows every event', () => {
    expect(shownOf(box)).toEqual(names);
    expect(isBlackBox(box)).toBe(true);
    const { header, threads } = recordingOf(box);
    expect(header).toMatchObject({
      ...{ service: 'boxed', host: 'here', pid: 4711, reason: 'process-died', notes: [] },
      blackBox: { mode: 'mirrored' },
    });
    expect(threads.map(({ id, attempted }) => [id, attempted])).toEqual([
      [1, 50],
      [2, 50],
    ]);
  });
});

describe('a black box that was cut', () => {
  it('shows at any length what is whole', () => {
    let last = 0;
    for (let length = 0; length <= box.length; length += 331) {
      const shown = shownOf(box.slice(0, length));
      for (const name of shown) expect(known.has(name)).toBe(true);
      expect(shown.length).toBeGreaterThanOrEqual(last);
      last = shown.length;
    }
    expect(last).toBeGreaterThan(0);
  });

  it('shows a segment that is whole as far as it was filled', () => {
    // Behind the last segment with records everything is zeroes.
    let end = box.length;
    while (box[end - 1] === 0) end--;
    expect(shownOf(box.slice(0, end))).toEqual(names);
  });
});

describe('a black box of which the header is gone', () => {
  it.each([0, 0xff, 0x5a])('shows every event where its first page is filled with %i', (byte) => {
    const bytes = changed((all) => all.fill(byte, 0, HEADER_BYTES));
    expect(shownOf(bytes)).toEqual(names);
    const { header, losses } = recordingOf(bytes);
    expect(header.notes[0]).toContain('the page that says whose black box');
    // Nor are its counters believed.
    expect(Object.values(losses).every((count) => count === 0)).toBe(true);
  });

  it('shows every event where the thread table is gone as well', () => {
    expect(shownOf(changed((all) => all.fill(0, 0, segmentsStart)))).toEqual(names);
  });

  it('shows who it was where only the geometry is gone', () => {
    const bytes = changed((all) => all.fill(0xff, 0, HEADER_IDENTITY_LENGTH));
    expect(shownOf(bytes)).toEqual(names);
    expect(recordingOf(bytes).header.pid).toBe(4711);
  });

  it.each([
    ['too many segments', HEADER_SEGMENT_COUNT, 0x7fffffff],
    ['no segment', HEADER_SEGMENT_COUNT, 0],
    ['other segments', HEADER_SEGMENT_BYTES, 8192],
    ['segments of nothing', HEADER_SEGMENT_BYTES, 0],
    ['segments of an odd length', HEADER_SEGMENT_BYTES, 4097],
    ['too many rows', HEADER_ROW_COUNT, 0xffffffff],
    ['no row', HEADER_ROW_COUNT, 0],
  ])('shows only what was logged where it claims %s', (_what, offset, value) => {
    const shown = shownOf(changed((_, view) => view.setUint32(offset, value, true)));
    for (const name of shown) expect(known.has(name)).toBe(true);
    if (offset !== HEADER_SEGMENT_BYTES || value !== 8192) expect(shown).toEqual(names);
  });

  it('says so of a newer layout', () => {
    const bytes = changed((_, view) => view.setUint32(HEADER_VERSION, LAYOUT_VERSION + 1, true));
    expect(() => readBox(bytes, { isAlive: false, takenAtMs: 0 })).toThrow(/reads up to/);
  });

  it('is no black box without a segment', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100), new Uint8Array(1 << 20)]) {
      expect(() => readBox(bytes, { isAlive: false, takenAtMs: 0 })).toThrow(RecordingError);
    }
  });
});

describe('a thread that the table does not know', () => {
  it('is shown with its events, by its id', () => {
    const bytes = changed((all) => all.fill(0, HEADER_BYTES, rowOffset(1)));
    expect(shownOf(bytes)).toEqual(names);
  });

  it('does not take the row of another one', () => {
    const bytes = changed((_, view) => view.setUint32(rowOffset(0) + 4, 99, true));
    expect(shownOf(bytes)).toEqual(names);
    expect(eventsOf(recordingOf(bytes))).toEqual(names);
  });

  it('may have a name of any claimed length', () => {
    for (const length of [-1, -(2 ** 31), 2 ** 31 - 1, -segmentsStart]) {
      const bytes = changed((_, view) => view.setInt32(rowOffset(0) + 128, length, true));
      expect(shownOf(bytes)).toEqual(names);
      for (const { name } of recordingOf(bytes).threads) expect(name.length).toBeLessThan(125);
    }
  });
});

describe('a black box with bits flipped', () => {
  it('shows only what was logged, and everything of the other segments', () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    let [flips, lost] = [0, 0];
    const bytes = box.slice();
    // Where there is something, and a little of the rest.
    const ends = [HEADER_BYTES + 4 * ROW_BYTES, bytes.length];
    for (let i = 0; i < FLIPS; i++) {
      const at =
        i % 4 === 0 ? random(ends[0]) : segmentsStart + random(bytes.length - segmentsStart);
      const bit = 1 << random(8);
      bytes[at] ^= bit;
      const shown = shownOf(bytes);
      bytes[at] ^= bit;
      flips++;
      if (shown.length < names.length) lost++;
      for (const name of shown) {
        if (!known.has(name)) throw new Error(`bit ${bit} of byte ${at} made ${name}`);
      }
      // At most one segment of some 25 events is broken by one bit.
      if (shown.length < names.length - 30) throw new Error(`bit ${bit} of byte ${at} hid others`);
    }
    console.log(`${flips} flips: ${lost} with a segment less, 0 wrong events`);
    expect(lost).toBeGreaterThan(FLIPS / 50);
  });
});

describe('a black box made by an enemy', () => {
  /** Of the first segment in use, with checksums that fit. */
  function forged(change: (header: DataView, records: Uint8Array) => void): Uint8Array {
    return changed((bytes, view) => {
      for (let offset = segmentsStart; offset < bytes.length; offset += SEGMENT_BYTES) {
        const committed = view.getInt32(offset + 8, true);
        if (committed <= 0) continue;
        const start = offset + SEGMENT_HEADER_BYTES;
        const records = bytes.subarray(start, start + committed);
        change(new DataView(bytes.buffer, offset, SEGMENT_HEADER_BYTES), records);
        view.setUint32(offset + SEGMENT_RECORDS_CRC, zlib.crc32(records), true);
        const header = bytes.subarray(offset, offset + SEGMENT_HEADER_CRC);
        view.setUint32(offset + SEGMENT_HEADER_CRC, zlib.crc32(header), true);
      }
    });
  }

  /** Opens and walks it; throws nothing but RecordingError. */
  function walk(bytes: Uint8Array): void {
    try {
      const recording = recordingOf(bytes);
      for (const event of recording.events()) void event.fields;
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
    }
  }

  const WORDS = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0xffn, 0x7ff0000000000000n, 3n];
  const FIELDS = [
    ...[SEGMENT_WORD, SEGMENT_EVENT_COUNT, SEGMENT_TICKET, SEGMENT_FIRST_EVENT, SEGMENT_BASE_NS],
    ...[SEGMENT_WALL_MS, SEGMENT_POOL, SEGMENT_INCARNATION, SEGMENT_MAX_SEVERITY],
    SEGMENT_LAST_DT_NS,
  ];

  it.each(FIELDS)('may have any number at %i of its segments', (field) => {
    for (const word of WORDS) walk(forged((header) => header.setBigInt64(field, word, true)));
    for (const number of [Number.NaN, 1e300, -1e300, Number.MAX_VALUE, 8.64e15]) {
      walk(forged((header) => header.setFloat64(field, number, true)));
    }
  });

  it('may have any bytes for records, in little time and memory', () => {
    const startedMs = performance.now();
    for (const byte of [0x00, 0x1b, 0x5b, 0x81, 0x9b, 0x9f, 0xbb, 0xbf, 0xdb, 0xfb, 0xff]) {
      walk(forged((_, records) => records.fill(byte)));
    }
    let state = 1;
    for (let round = 0; round < 300; round++) {
      walk(
        forged((_, records) => {
          for (let i = 0; i < 8; i++) {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            records[state % records.length] = state >>> 16;
          }
        }),
      );
    }
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(process.memoryUsage().rss).toBeLessThan(512 << 20);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('may have many headers that lead nowhere', () => {
    const bytes = new Uint8Array(16 << 20);
    const view = new DataView(bytes.buffer);
    const header = box.slice(segmentsStart, segmentsStart + SEGMENT_HEADER_BYTES);
    for (let offset = HEADER_BYTES + 8; offset + 128 < bytes.length; offset += 136) {
      bytes.set(header, offset);
    }
    expect(view.getUint32(0)).toBe(0);
    const startedMs = performance.now();
    walk(bytes);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
