// Inflated segments are lent, kept for a while, and their room is used again when nobody has them.

import { describe, expect, it } from 'vitest';
import { openRecording, walkEvents } from '../../src/snapshot/open-recording.ts';
import type { EventWalk, Recording } from '../../src/snapshot/recording.ts';
import { SpareRoom } from '../../src/snapshot/spare-room.ts';
import { writeRecording } from '../../src/snapshot/write-recording.ts';

const EVENTS = 5000;
const textOf = (n: number): string => `${n} `.repeat(300).slice(0, 1200);

/** Some 6 MB of segments: more than are kept. */
function longRecording(): Recording {
  const events = Array.from({ length: EVENTS }, (_, n) => ({
    timeNs: 1_700_000_000_000_000_000n + BigInt(n) * 1000n,
    message: 'long',
    fields: { n, text: textOf(n), bytes: Uint8Array.of(n & 255, n >> 8) },
  }));
  return openRecording(writeRecording({ events }));
}

function takeTo(walk: EventWalk, end: number, from: number): void {
  for (let n = from; n < end; n++) {
    expect(walk.next()).toBe(true);
    const { fields } = walk.event()!;
    expect(fields).toEqual({ n, text: textOf(n), bytes: Uint8Array.of(n & 255, n >> 8) });
  }
}

describe('inflated segments', () => {
  it('stay what they are for a walk, whatever other walks do meanwhile', () => {
    const recording = longRecording();
    const slow = walkEvents(recording)!;
    takeTo(slow, 10, 0);
    takeTo(walkEvents(recording)!, EVENTS, 0);
    takeTo(slow, 20, 10);
    const brokenOff = walkEvents(recording)!;
    takeTo(brokenOff, 100, 0);
    const fast = walkEvents(recording)!;
    for (let n = 0; n < EVENTS - 100; n += 100) {
      takeTo(fast, n + 100, n);
      takeTo(slow, n / 10 + 30, n / 10 + 20);
    }
    expect(recording.damage).toEqual([]);
  });

  it('leave events alone that were taken of them', () => {
    const recording = longRecording();
    const events = [...recording.events()];
    expect([...recording.events()]).toEqual(events);
    expect(events.every(({ fields }, n) => fields.text === textOf(n))).toBe(true);
  });
});

describe('spare room', () => {
  it('is taken again by what is about as long, and zeroed by nobody', () => {
    const spare = new SpareRoom();
    const first = spare.take(65_000).fill(7);
    spare.give(first);
    const second = spare.take(65_100);
    expect(second.buffer).toBe(first.buffer);
    expect([second.length, second[0]]).toEqual([65_100, 7]);
    expect(spare.take(65_000).buffer).not.toBe(first.buffer);
  });

  it('is not taken by what is longer, nor kept beyond 2 MiB', () => {
    const spare = new SpareRoom();
    const rooms = [spare.take(1_500_000), spare.take(1_500_000), spare.take(4000)];
    for (const room of rooms) spare.give(room);
    expect(spare.take(1_600_000).buffer).not.toBe(rooms[0].buffer);
    expect(spare.take(1_500_000).buffer).toBe(rooms[0].buffer);
    expect(spare.take(1_500_000).buffer).not.toBe(rooms[1].buffer);
    expect(spare.take(4000).buffer).toBe(rooms[2].buffer);
  });
});
