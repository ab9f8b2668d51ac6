// `ttlog/ring` as its users see it: two modes, snapshots that drain nothing, and counts that add up.

import { randomInt } from 'node:crypto';
import { threadId } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachRing, createRing, type Ring, type RingOptions } from '../../src/ring.ts';

const SMALL = { bytes: 8 * 4096, segmentBytes: 4096 } as const;

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function texts(entries: readonly Uint8Array[]): string[] {
  return entries.map((entry) => new TextDecoder().decode(entry));
}

/** The equation of the stats; returns them. */
function stats(ring: Ring): ReturnType<Ring['stats']> {
  const all = ring.stats();
  expect(all.attempted).toBe(
    all.entries + all.drained + all.overwritten + all.refused + all.tooLarge,
  );
  const { total, free, open, sealed } = all.segments;
  expect(free + open + sealed).toBe(total);
  return all;
}

describe('createRing', () => {
  it('has 16 MiB in segments of 64 KiB and overwrites, unless told otherwise', () => {
    const ring = createRing();
    expect(ring.mode).toBe('overwrite');
    expect(stats(ring)).toEqual({
      mode: 'overwrite',
      segments: { total: 256, free: 256, open: 0, sealed: 0 },
      entries: 0,
      attempted: 0,
      drained: 0,
      overwritten: 0,
      refused: 0,
      tooLarge: 0,
    });
    expect(ring.takeSnapshot()).toEqual([]);
    expect(ring.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it.each([
    [{ bytes: 'many' }, 'ttlog: bytes is many; it takes a whole number'],
    [{ bytes: 100 }, 'ttlog: bytes is 100; it takes a whole number from 8 segments (524288)'],
    [{ segmentBytes: 100 }, 'ttlog: segmentBytes is 100; it takes a multiple of 128'],
    [{ mode: 'drop' }, "ttlog: mode is drop; it takes 'overwrite' or 'refuse'"],
    [{ mode: null }, "ttlog: mode is null; it takes 'overwrite' or 'refuse'"],
  ])('throws a TypeError for %j that says what it takes', (options, message) => {
    const act = (): unknown => createRing(options as RingOptions);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });

  it('throws a TypeError for a buffer that holds no ring', () => {
    expect(() => attachRing(new SharedArrayBuffer(1 << 20))).toThrow(TypeError);
    expect(() => attachRing({} as never)).toThrow(TypeError);
  });
});

describe('a ring that overwrites', () => {
  it('gives back what was sent, oldest first, as often as it is asked', () => {
    const ring = createRing(SMALL);
    const writer = ring.writer();
    for (const value of ['first', '', 'third']) expect(writer.trySend(text(value))).toBe(true);
    for (let i = 0; i < 3; i++) expect(texts(ring.takeSnapshot())).toEqual(['first', '', 'third']);
    expect(texts(attachRing(ring.buffer).takeSnapshot())).toEqual(['first', '', 'third']);
    expect(attachRing(ring.buffer).mode).toBe('overwrite');
    expect(ring.writer()).toBe(writer);
  });

  it('copies on the way in and on the way out', () => {
    const ring = createRing(SMALL);
    const bytes = text('abc');
    ring.writer().trySend(bytes);
    bytes.fill(0);
    ring.takeSnapshot()[0].fill(0);
    expect(texts(ring.takeSnapshot())).toEqual(['abc']);
  });

  it('keeps the newest entries, of any length, and counts the others', () => {
    const seed = randomInt(2 ** 31);
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 200 }), (lengths) => {
        const ring = createRing(SMALL);
        const writer = ring.writer();
        const sent: Uint8Array[] = [];
        let tooLarge = 0;
        lengths.forEach((length, index) => {
          const entry = new Uint8Array(length).fill(index + 1);
          if (writer.trySend(entry)) sent.push(entry);
          else tooLarge++;
        });
        const kept = ring.takeSnapshot();
        expect(kept).toEqual(sent.slice(sent.length - kept.length));
        expect(stats(ring)).toMatchObject({
          attempted: lengths.length,
          entries: kept.length,
          overwritten: sent.length - kept.length,
          refused: 0,
          drained: 0,
          tooLarge,
        });
        // Seven segments at least hold history; each wastes less than the next entry takes.
        const keptBytes = kept.reduce((sum, entry) => sum + entry.length, 0);
        if (kept.length < sent.length) expect(keptBytes).toBeGreaterThan(8000);
      }),
      { seed, numRuns: 50 },
    );
  });

  it('counts an entry larger than a segment as too large, and takes the largest that fits', () => {
    const ring = createRing(SMALL);
    const writer = ring.writer();
    const room = 4096 - 128 - 5;
    expect(writer.trySend(new Uint8Array(room + 1))).toBe(false);
    expect(writer.trySend(new Uint8Array(room))).toBe(true);
    expect(stats(ring)).toMatchObject({ attempted: 2, tooLarge: 1, entries: 1 });
  });

  it('has no drain()', () => {
    expect(() => createRing(SMALL).drain()).toThrow(TypeError);
  });
});

describe('a ring that refuses', () => {
  const options = { ...SMALL, mode: 'refuse' } as const;

  it('is a bounded queue: first in, first out, exactly once, false when full', () => {
    const ring = createRing(options);
    const other = attachRing(ring.buffer);
    expect(other.mode).toBe('refuse');
    const writer = ring.writer();
    let [sent, refused] = [0, 0];
    const received: string[] = [];
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 40; i++) {
        if (writer.trySend(text(String(sent).padEnd(90, '.')))) sent++;
        else refused++;
      }
      if (round % 13 === 5) received.push(...texts((round % 2 ? ring : other).drain()));
      stats(ring);
    }
    received.push(...texts(ring.drain()));
    expect(refused).toBeGreaterThan(0);
    expect(received.map((value) => Number.parseInt(value, 10))).toEqual(
      Array.from({ length: sent }, (_, i) => i),
    );
    expect(stats(ring)).toMatchObject({ attempted: 12_000, drained: sent, refused, entries: 0 });
  });

  it('shows in a snapshot what was not drained yet, and drains nothing by it', () => {
    const ring = createRing(options);
    const writer = ring.writer();
    for (const value of ['a', 'b']) writer.trySend(text(value));
    expect(texts(ring.drain())).toEqual(['a', 'b']);
    for (const value of ['c', 'd']) writer.trySend(text(value));
    expect(texts(ring.takeSnapshot())).toEqual(['c', 'd']);
    expect(texts(ring.drain())).toEqual(['c', 'd']);
    expect(texts(ring.takeSnapshot())).toEqual([]);
    expect(stats(ring)).toMatchObject({ attempted: 4, drained: 4 });
  });
});

describe('seal', () => {
  it('makes the last segment of a thread reusable and keeps its entries', () => {
    const ring = createRing(SMALL);
    ring.writer().trySend(text('last words'));
    expect(stats(ring).segments.open).toBe(1);
    ring.seal(424242);
    expect(stats(ring).segments.open).toBe(1);
    ring.seal(threadId);
    expect(stats(ring).segments).toMatchObject({ open: 0, sealed: 1 });
    expect(texts(ring.takeSnapshot())).toEqual(['last words']);
  });
});

describe('stats', () => {
  it('count on over more threads than the table has rows', () => {
    const ring = createRing(SMALL);
    // Each of these is a thread of its own as far as the ring knows.
    for (let i = 0; i < 2100; i++) {
      expect(attachRing(ring.buffer).writer().trySend(text('one'))).toBe(true);
      ring.seal(threadId);
    }
    expect(stats(ring)).toMatchObject({ attempted: 2100, refused: 0 });
  });
});
