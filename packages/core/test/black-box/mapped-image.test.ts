// The image of a ring as a mapped file has it at a death: nothing in it has a checksum, and what a
// thread had not committed is not shown.

import { describe, expect, it } from 'vitest';
import { boxIdentity, writeIdentity } from '../../src/black-box/box-identity.ts';
import { ownIdentity } from '../../src/black-box/identity.ts';
import { BLACK_BOX_MAPPED, HEADER_BLACK_BOX, HEADER_BYTES } from '../../src/memory/ring-layout.ts';
import { RecordingError } from '../../src/snapshot/damage-error.ts';
import { eventsIn, FACTS, makeRing, PlayedThread, recordingOf } from './mirrored-ring.ts';

function makeImage(): { image: Uint8Array; names: string[]; segmentsStart: number } {
  const memory = makeRing();
  memory.i32[HEADER_BLACK_BOX >> 2] = BLACK_BOX_MAPPED;
  writeIdentity(memory.u8, boxIdentity(FACTS, ownIdentity(), 'mapped'));
  const threads = [new PlayedThread(memory, 1), new PlayedThread(memory, 2)];
  const names: string[] = [];
  for (let i = 0; i < 25; i++) {
    for (const thread of threads) names.push(thread.log('info', 100), thread.log('warn'));
  }
  threads[0].writer.seal();
  return { image: memory.u8.slice(), names: names.sort(), segmentsStart: memory.segmentOffset(0) };
}

const { image, names, segmentsStart } = makeImage();

describe('the image of a mapped ring', () => {
  it('shows every event that was committed', () => {
    expect(eventsIn(image)).toEqual(names);
    const { header, losses } = recordingOf(image);
    expect(header).toMatchObject({ blackBox: { mode: 'mapped' }, notes: [] });
    expect(losses.overwritten).toBe(0);
  });

  it('shows every event where the header is gone', () => {
    const damaged = image.slice();
    damaged.fill(0, 0, HEADER_BYTES);
    expect(eventsIn(damaged)).toEqual(names);
  });

  it('shows what is whole where the file was cut', () => {
    const known = new Set(names);
    let last = 0;
    for (let length = segmentsStart; length <= image.length; length += 331) {
      let shown: string[] = [];
      try {
        shown = eventsIn(image.slice(0, length));
      } catch (error) {
        if (!(error instanceof RecordingError)) throw error;
      }
      expect(shown.every((name) => known.has(name))).toBe(true);
      expect(shown.length).toBeGreaterThanOrEqual(last);
      last = shown.length;
    }
    expect(last).toBe(names.length);
  });

  it('is not believed where a mirrored box says so of itself', () => {
    const forged = image.slice();
    writeIdentity(forged, boxIdentity(FACTS, ownIdentity(), 'mirrored'));
    expect(eventsIn(forged)).toEqual([]);
  });
});
