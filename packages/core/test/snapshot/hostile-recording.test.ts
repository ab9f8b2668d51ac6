// Recordings made to hurt whoever reads them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openRecording,
  type RecordedEvent,
  type Recording,
  RecordingError,
} from '../../src/reader.ts';
import { KIND_HEADER, KIND_SEGMENT } from '../../src/snapshot/container-layout.ts';
import { cbor, hex, join, sequence, tag } from '../formats/cbor-bytes.ts';
import { GOLDEN_PARTS } from '../formats/golden-content.ts';
import {
  chunk,
  eventOf,
  headerMap,
  recording,
  type SegmentParts,
  segmentChunk,
  segmentContent,
  segmentOf,
  storedFrame,
  WORKER,
} from '../formats/recording-bytes.ts';

const xs = (opened: Recording): unknown[] => [...opened.events()].map(({ fields }) => fields.x);

describe('recordings made to hurt', () => {
  /** What `work` takes at most: processor time, and memory beside what is there already. */
  function cheaply(work: () => void, limitMs = 2_000): void {
    const rssBefore = process.memoryUsage().rss;
    const cpuBefore = process.cpuUsage();
    work();
    expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(limitMs);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(256 * 2 ** 20);
  }

  it('cannot exhaust memory with chunks that inflate to much', () => {
    // A hundred chunks of 70 KiB, each 17 MiB of records that are none.
    const content = join(segmentHead(), new Uint8Array(17 * 2 ** 20 - 200));
    const bomb = (ordinal: number): Uint8Array => chunk({ kind: KIND_SEGMENT, ordinal, content });
    const header = chunk({ kind: KIND_HEADER, ordinal: 0, content: cbor(headerMap()) });
    const bombs = Array.from({ length: 20 }, (_, i) => bomb(i + 1));
    const bytes = join(header, ...bombs);
    cheaply(() => {
      const opened = openRecording(bytes);
      expect(xs(opened)).toEqual([]);
      expect(opened.damage.length).toBeGreaterThanOrEqual(20);
    }, 4_000);
  });

  it('cannot exhaust memory with many large segments at the same time', () => {
    // All begin and end together, so merging wants all of them, 340 MB, open at once.
    const records = [
      eventOf(1, 1),
      [2, 9, ['', '', ['x']], 0, new Uint8Array(16 * 2 ** 20)],
      eventOf(3, 3),
    ];
    const tail = sequence([...records, hex('ff')]);
    const header = chunk({ kind: KIND_HEADER, ordinal: 0, content: cbor(headerMap()) });
    const chunks = Array.from({ length: 20 }, (_, i) => {
      return segmentChunk({ records: [], tail, thread: { row: i, id: i }, lastDtNs: 3 }, i + 1);
    });
    const bytes = join(header, ...chunks);
    cheaply(() => {
      let count = 0;
      const order: number[] = [];
      for (const event of openRecording(bytes).events()) {
        count++;
        order.push(Number(event.timeNs % 1_000n));
      }
      expect(count).toBe(60);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }, 10_000);
  });

  it('cannot exhaust memory with values or definitions', () => {
    const maps = Buffer.from('d90103a0'.repeat(2_000_000), 'hex');
    const contexts = sequence(
      Array.from({ length: 50_000 }, (_, i) => [
        'context',
        i + 1,
        i,
        { [`k${i}`]: i },
        null,
        null,
        null,
      ]),
    );
    const tails = [
      join([0x85, 1, 9], cbor(['', '', ['x']]), [0, 0x9a, 0, 0x1e, 0x84, 0x80], maps, [0xff]),
      join(contexts, cbor([1, 9, ['', '', []], 50_000]), [0xff]),
      join(
        ...Array.from({ length: 200 }, () => [0x85, 1, 9, 0x83, 0x60, 0x60, 0x9a, 0, 1, 0, 0]),
        [0xff],
      ),
    ];
    for (const tail of tails) {
      const bytes = recording({ segments: [{ records: [], tail }] });
      cheaply(() => {
        const opened = openRecording(bytes);
        expect([...opened.events()]).toEqual([]);
        expect(opened.damage.length).toBeGreaterThan(0);
      }, 5_000);
    }
  });

  it('cannot keep the search for chunks busy', () => {
    const signature = Uint8Array.from(Buffer.from('5d2a4d183000000054544c47', 'hex'));
    const many = new Uint8Array(12 * 400_000);
    for (let at = 0; at < many.length; at += 12) many.set(signature, at);
    const tiny = Array.from({ length: 20_000 }, (_, i) => {
      return chunk({ kind: KIND_SEGMENT, ordinal: i + 1, frame: new Uint8Array(0), frameCrc: 0 });
    });
    const beyond = Array.from({ length: 20_000 }, (_, i) => {
      return chunk({
        kind: KIND_SEGMENT,
        ordinal: i + 1,
        frame: new Uint8Array(0),
        compressedLength: 2 ** 24,
      });
    });
    const emptyBlocks = join(
      ...Array.from({ length: 3_000 }, () => {
        return join(
          new Uint8Array(56),
          storedFrame(new Uint8Array(0)).subarray(0, 7),
          new Uint8Array(100).fill(0x80),
        );
      }),
    );
    for (const bytes of [many, join(...tiny), join(...beyond), emptyBlocks]) {
      cheaply(() => {
        try {
          const opened = openRecording(bytes);
          expect([...opened.events()]).toEqual([]);
          expect(opened.damage.length).toBeLessThan(1_002);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingError);
        }
      });
    }
  });

  it('cannot keep the reader busy with events that are none', () => {
    const bad = cbor([1, 9, 1, 0]);
    const tail = join(Buffer.alloc(bad.length * 1_000_000, bad), [0xff]);
    const bytes = recording({ segments: [{ records: [], tail }, segmentOf(2)] });
    cheaply(() => {
      const opened = openRecording(bytes);
      expect(xs(opened)).toEqual([2]);
      expect(opened.damage.length).toBeLessThan(1_002);
    });
  });

  it('throw nothing while they are walked, whatever is in their chunks', () => {
    const [header, segment, footer] = [
      cbor(tag(55799, headerMap())),
      segmentContent(GOLDEN_PARTS.segments[0]),
      cbor({ segments: 1, events: 6, bytes: 1, checksum: 1 }),
    ];
    const mutation = fc.record({
      chunk: fc.nat(2),
      at: fc.nat(5_000),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
      isInserted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const contents = [header, segment, footer].map((content) => Array.from(content));
        for (const { chunk: index, at, bytes, isInserted } of mutations) {
          const content = contents[index];
          content.splice(at % content.length, isInserted ? 0 : bytes.length, ...bytes);
        }
        const chunks = contents.map((content, ordinal) => {
          const bytes = Uint8Array.from(content);
          const frame = storedFrame(bytes);
          return chunk({ kind: ordinal + 1, ordinal, content: bytes, frame, maxSeverity: 24 });
        });
        try {
          const opened = openRecording(join(...chunks));
          for (const event of opened.events()) expect(event.severity).toBeLessThan(25);
          expect(typeof opened.endNs).toBe('bigint');
          expect(opened.damage.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof RecordingError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('show times beyond every calendar without falling over', () => {
    const preambles = [
      { wallMs: NaN },
      { wallMs: Infinity },
      { wallMs: -8.64e15 },
      { baseNs: 2n ** 200n },
      { baseNs: -1n, row: -1, thread: 1.5 },
      { wallMs: 1e300, firstEvent: -(2n ** 64n) },
    ];
    for (const preamble of preambles) {
      const opened = openRecording(
        recording({ segments: [segmentOf(1, { preamble }), segmentOf(2)] }),
      );
      expect(xs(opened).sort()).toEqual([1, 2]);
      expect(typeof opened.endNs).toBe('bigint');
    }
    const far = openRecording(recording({ segments: [{ records: [eventOf(1, 2 ** 32 - 1)] }] }));
    expect(xs(far)).toEqual([1]);
  });

  it('pollute no prototype and run no code', () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'then',
      'toJSON',
      'valueOf',
    ];
    const segments: SegmentParts[] = [
      {
        thread: WORKER,
        records: [
          [
            'context',
            1,
            null,
            Object.fromEntries(names.map((name) => [name, { polluted: 1 }])),
            null,
            null,
            null,
          ],
          ['late', 1, { ['__proto__']: { polluted: 2 } }],
          ['shape', 0, '__proto__', 'constructor', names],
          [1, 9, 1, 1, ...names.map(() => ({ ['__proto__']: { polluted: 3 } }))],
        ],
      },
    ];
    const opened = openRecording(
      recording({ header: { ['__proto__']: { polluted: 4 } }, segments }),
    );
    const [event] = [...opened.events()] as [RecordedEvent];
    expect(Object.getOwnPropertyNames(event.fields)).toEqual(names);
    expect(Object.getOwnPropertyNames(event.context).sort()).toEqual([...names].sort());
    expect(Object.getPrototypeOf(event.context)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(opened.damage).toEqual([]);
  });
});

/** The beginning of a segment's content: the array's head and a preamble. */
function segmentHead(): Uint8Array {
  const preamble = {
    thread: 0,
    row: 0,
    pool: 0,
    generation: 1,
    ticket: 0n,
    firstEvent: 0n,
    baseNs: 0n,
    wallMs: 0,
  };
  return join([0x9f], cbor(preamble));
}
