import { describe, expect, it } from 'vitest';
import { openRecording, type RecordedEvent } from '../../src/reader.ts';
import { hex, sequence } from '../formats/cbor-bytes.ts';
import {
  CLOCK_NS,
  eventOf,
  recording,
  type SegmentParts,
  WORKER,
} from '../formats/recording-bytes.ts';

const xs = (events: Iterable<RecordedEvent>): unknown[] =>
  [...events].map(({ fields }) => fields.x);

/** A segment with an event at each of these times, whose `x` is the time. */
function segmentAt(dts: number[], parts: Partial<SegmentParts> = {}): SegmentParts {
  const records = dts.map((dt) => eventOf(dt, dt));
  return { records, lastDtNs: Math.max(...dts), maxSeverity: 9, ...parts };
}

describe('events()', () => {
  it('merges segments by monotonic time', () => {
    const bytes = recording({
      segments: [
        segmentAt([10, 40, 50], { thread: WORKER }),
        segmentAt([20, 30, 60]),
        segmentAt([5, 45], { pool: 1 }),
        segmentAt([1], { ageNs: 999_999_000n }),
      ],
    });
    const opened = openRecording(bytes);
    expect(xs(opened.events())).toEqual([5, 10, 20, 30, 40, 45, 50, 60, 1]);
    expect(opened.damage).toEqual([]);
  });

  it('keeps the order of each thread where times are equal or run backwards', () => {
    const bytes = recording({
      segments: [
        segmentAt([7, 7, 3, 9], {
          thread: WORKER,
          records: [7, 7, 3, 9].map((dt, i) => eventOf(`w${i}`, dt)),
        }),
        segmentAt([7, 8], { records: [7, 8].map((dt, i) => eventOf(`m${i}`, dt)) }),
      ],
    });
    const seen = xs(openRecording(bytes).events());
    expect(seen).toEqual(['m0', 'w0', 'w1', 'w2', 'm1', 'w3']);
  });

  it('may be walked again and again, several walks at a time', () => {
    const opened = openRecording(recording({ segments: [segmentAt([1, 2, 3])] }));
    const first = opened.events();
    expect(first.next().value.fields.x).toBe(1);
    expect(xs(opened.events())).toEqual([1, 2, 3]);
    expect(xs(first)).toEqual([2, 3]);
    expect(opened.damage).toEqual([]);
  });

  it('filters by level, time and thread', () => {
    const opened = openRecording(
      recording({
        segments: [
          {
            records: [eventOf(1, 1, 5), eventOf(2, 2, 13), eventOf(4, 4, 21)],
            maxSeverity: 21,
            lastDtNs: 4,
          },
          { records: [eventOf(3, 3, 9)], maxSeverity: 9, lastDtNs: 3, thread: WORKER },
        ],
      }),
    );
    const base = CLOCK_NS - 1_000_000_000n;
    expect(xs(opened.events({ minLevel: 'warn' }))).toEqual([2, 4]);
    expect(xs(opened.events({ minLevel: 9 }))).toEqual([2, 3, 4]);
    expect(xs(opened.events({ sinceNs: base + 3n }))).toEqual([3, 4]);
    expect(xs(opened.events({ untilNs: base + 3n }))).toEqual([1, 2, 3]);
    expect(xs(opened.events({ sinceNs: base + 2n, untilNs: base + 2n }))).toEqual([2]);
    expect(xs(opened.events({ untilNs: base }))).toEqual([]);
    expect(xs(opened.events({ sinceNs: 0n, untilNs: 10n ** 19n }))).toEqual([1, 2, 3, 4]);
    expect(xs(opened.events({ thread: 3 }))).toEqual([3]);
    expect(xs(opened.events({ thread: 'main' }))).toEqual([1, 2, 4]);
    expect(xs(opened.events({ thread: 'nobody' }))).toEqual([]);
    expect(opened.damage).toEqual([]);
  });

  it('shows one clock for threads that measured it a little differently', () => {
    const opened = openRecording(
      recording({
        segments: [
          segmentAt([10], { wallShiftMs: 1.5 }),
          segmentAt([20], { wallShiftMs: -1.5, thread: WORKER }),
          segmentAt([30], { wallShiftMs: -60_000, pool: 1 }),
        ],
      }),
    );
    const base = CLOCK_NS - 1_000_000_000n;
    const times = [...opened.events()].map(({ timeNs }) => timeNs - base);
    expect(times).toEqual([10n, 20n, 30n - 60_000_000_000n]);
    expect(opened.endNs).toBe(base + 20n);
  });

  it('applies late fields wherever the context is', () => {
    const context = ['context', 7, null, { id: 1 }, null, null, null];
    const event = [1, 9, ['', '', []], 1];
    const opened = openRecording(
      recording({
        segments: [
          { records: [context, event] },
          {
            records: [
              ['late', 7, { route: '/a' }],
              ['late', 8, { no: 1 }],
            ],
            thread: WORKER,
          },
          { records: [['text with late inside'], ['late', 7, { user: 5 }]], pool: 1 },
        ],
      }),
    );
    expect([...opened.events()].map((seen) => seen.context)).toEqual([
      { id: 1, route: '/a', user: 5 },
    ]);
    expect(opened.damage).toEqual([]);
  });

  it('ends at the last event, or with the snapshot where there is none', () => {
    const opened = openRecording(recording({ segments: [segmentAt([1, 9]), segmentAt([5])] }));
    expect(opened.endNs).toBe(CLOCK_NS - 1_000_000_000n + 9n);
    expect(openRecording(recording({ segments: [] })).endNs).toBe(CLOCK_NS);
  });

  it('does not inflate segments that a query cannot need', () => {
    // Were it inflated, its content would be found to be broken.
    const broken = segmentAt([1], { tail: Uint8Array.of(0x9f, 0xff) });
    const opened = openRecording(
      recording({
        segments: [
          { ...broken, maxSeverity: 9 },
          segmentAt([2], { records: [eventOf(2, 2, 17)], maxSeverity: 17 }),
        ],
      }),
    );
    expect(xs(opened.events({ minLevel: 'error' }))).toEqual([2]);
    expect(opened.damage).toEqual([]);
    expect(xs(opened.events())).toEqual([2]);
    expect(opened.damage).toHaveLength(1);
  });

  it('holds one segment a thread in memory, not the recording', () => {
    const records = Array.from({ length: 1000 }, (_, i) => eventOf('x'.repeat(1000), i));
    const tail = sequence([...records, hex('ff')]);
    const segments = Array.from({ length: 100 }, (_, i): SegmentParts => {
      const ageNs = BigInt(1_000_000_000 - i * 1_000_000);
      return { records: [], tail, lastDtNs: 1000, maxSeverity: 9, ageNs };
    });
    const opened = openRecording(recording({ segments, events: 100_000 }));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let count = 0;
    for (const _ of opened.events()) {
      if (++count % 1000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    expect(count).toBe(100_000);
    // Garbage included; all of it is 100 MB.
    expect(most - before).toBeLessThan(60 * 2 ** 20);
  });
});
