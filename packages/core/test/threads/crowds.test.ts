// Who keeps what when there is little room: old warnings under a flood, quiet threads beside busy
// ones, very many threads, and more threads than segments.

import { openRecording, type RecordedEvent, type ThreadInfo } from 'ttlog/reader';
import { describe, expect, it, vi } from 'vitest';
import { linesOf } from './run-fixture.ts';

// Hundreds of threads start slowly on a busy machine.
const HANG_MS = 290_000;
vi.setConfig({ testTimeout: HANG_MS + 10_000 });

interface Losses {
  overwritten: number;
  refused: number;
}

/** All events of a recording; the account of every thread is checked. */
function read(path: string): { events: RecordedEvent[]; threads: readonly ThreadInfo[] } {
  const recording = openRecording(path);
  const events = [...recording.events()];
  expect(recording.damage).toEqual([]);
  const counts = new Map<number, number>();
  for (const { thread } of events) counts.set(thread.id, (counts.get(thread.id) ?? 0) + 1);
  for (const { id, attempted, losses } of recording.threads) {
    const { overwritten, refused, tooLarge } = losses;
    expect((counts.get(id) ?? 0) + overwritten + refused + tooLarge).toBe(attempted);
  }
  return { events, threads: recording.threads };
}

function numbersOf(events: readonly RecordedEvent[], message: string): unknown[] {
  return events.filter((event) => event.message === message).map(({ fields }) => fields.n);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

describe('a flood of 3 million debug events', () => {
  it('leaves the warnings from before, and the last words of a thread that was quiet', async () => {
    const [outcome] = await linesOf<{ afterFlood: string; afterCrash: string; losses: Losses }>(
      'floods.mjs',
      { events: 3_000_000 },
    );
    const flooded = read(outcome.afterFlood);
    expect(numbersOf(flooded.events, 'warning from before')).toEqual(upTo(50));
    expect(numbersOf(flooded.events, 'last words')).toEqual(upTo(20));
    const attempted = flooded.threads.reduce((sum, thread) => sum + thread.attempted, 0);
    expect(attempted).toBe(3_000_000 + 50 + 20);

    const crashed = read(outcome.afterCrash);
    expect(numbersOf(crashed.events, 'warning from before')).toEqual(upTo(50));
    expect(numbersOf(crashed.events, 'last words')).toEqual(upTo(20));
    expect(numbersOf(crashed.events, 'about to throw')).toHaveLength(1);
    const quiet = crashed.events.find(({ message }) => message === 'about to throw')?.thread.id;
    expect(crashed.threads.find(({ id }) => id === quiet)?.end).toEqual({
      kind: 'exited',
      exitCode: 1,
    });
    // The ring is full of the flood: neither pool stands empty for want of its own.
    expect(crashed.events.length).toBeGreaterThan(200_000);
    expect(outcome.losses.refused).toBe(0);
  });
});

describe('200 threads in a default ring', () => {
  it('have all their lines recorded, at both levels', async () => {
    const [outcome] = await linesOf<{
      path: string;
      durationMs: number;
      losses: Losses;
      living: number;
      rssBytes: number;
      errors: string[];
    }>('many-threads.mjs', { threads: 200 }, HANG_MS);
    expect(outcome).toMatchObject({
      living: 201,
      losses: { refused: 0, overwritten: 0, lapped: 0 },
      errors: [],
    });
    const { events } = read(outcome.path);
    for (const [message, level] of [
      ['a warning', 'warn'],
      ['an info line', 'info'],
    ]) {
      const found = events.filter((event) => event.message === message);
      expect(new Set(found.map(({ thread }) => thread.id)).size).toBe(200);
      expect(found).toHaveLength(200);
      for (const event of found) {
        expect(event.level).toBe(level);
        expect(event.fields).toEqual({ threadId: event.thread.id });
      }
    }
    expect(events).toHaveLength(402);
    // Found by level as well, wherever the warnings stand.
    expect([...openRecording(outcome.path).events({ minLevel: 'warn' })]).toHaveLength(201);
  });
});

describe('more living threads than segments', () => {
  it('are refused, counted, and told of once; nothing is thrown', async () => {
    const threads = 12;
    const [outcome] = await linesOf<{ path: string; after: string; errors: string[] }>(
      'refusals.mjs',
      { threads },
    );
    expect(outcome.errors).toEqual([
      'ttlog: an event was refused: every segment of the ring is in use; give memory.bytes at ' +
        'least 4 x threads x memory.segmentBytes',
    ]);
    const full = read(outcome.path);
    expect(full.events.map(({ message }) => message)).toEqual(Array(8).fill('one line'));
    const main = full.threads.find(({ id }) => id === 0);
    expect(main).toMatchObject({ attempted: 110, losses: { refused: 110 } });
    const refused = full.threads.filter(({ id, losses }) => id !== 0 && losses.refused === 1);
    expect(refused).toHaveLength(threads - 8);
    const after = read(outcome.after);
    expect(after.events.at(-1)?.message).toBe('stored');
  });
});
