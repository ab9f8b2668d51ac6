// A recording as a released recorder wrote it: read as it was meant, and every truncation and every
// flip of a single bit is refused or reported, never shown as something else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { openRecording, type RecordedEvent, RecordingError } from '../../src/reader.ts';

const path = join(import.meta.dirname, 'golden/format-1-recorder.bin');
const golden = Uint8Array.from(readFileSync(path));
const originals = [...openRecording(golden).events()];
const byTime = new Map(originals.map((event) => [event.timeNs, event]));

/** What is wrong with how a mutilated file was read, or null if all is well. */
function complaint(untrustedBytes: Uint8Array): string | null {
  let events: RecordedEvent[];
  let damaged: number;
  let isHeaderLost: boolean;
  try {
    const recording = openRecording(untrustedBytes);
    events = [...recording.events()];
    damaged = recording.damage.length;
    isHeaderLost = recording.damage.some(({ what }) => /header/.test(what));
  } catch (error) {
    return error instanceof RecordingError ? null : `threw ${String(error)}`;
  }
  for (const event of events) {
    // Without the header there is no common clock and no thread has a name.
    const original = isHeaderLost
      ? originals.find(
          ({ message, fields }) => message === event.message && fields.n === event.fields.n,
        )
      : byTime.get(event.timeNs);
    const shown = { ...event, timeNs: 0n, thread: event.thread.id };
    const meant = original && { ...original, timeNs: 0n, thread: original.thread.id };
    if (!isDeepStrictEqual(shown, meant)) return `made up ${event.message}`;
  }
  if (damaged === 0) return 'noticed nothing';
  return events.length > originals.length ? 'doubled events' : null;
}

it('is read without damage', () => {
  const recording = openRecording(golden);
  expect(recording.header).toMatchObject({ format: 1, service: 'golden', reason: 'golden' });
  expect(originals).toHaveLength(27);
  expect(recording.damage).toEqual([]);
  expect(originals.map(({ level }) => level).slice(-3)).toEqual(['warn', 'error', 'fatal']);
  expect(originals.at(-3)).toMatchObject({
    context: { requestId: 'r-1' },
    fields: { n: 100, list: [1, [2]], map: new Map([['a', 1n]]) },
  });
  expect(originals.at(-2)?.context).toEqual({ user: 7 });
  expect(originals.at(-2)?.fields.err).toBeInstanceOf(RangeError);
  expect(originals.at(-1)?.fields.when).toEqual(new Date(1_700_000_000_000));
});

it('is noticed to be cut, wherever it is', () => {
  const complaints = new Set<string>();
  for (let length = 0; length < golden.length; length++) {
    const found = complaint(golden.subarray(0, length));
    if (found !== null) complaints.add(`${found} at ${length}`);
  }
  expect([...complaints]).toEqual([]);
});

it('is noticed to be damaged, whichever bit flips', () => {
  const complaints = new Set<string>();
  for (let bit = 0; bit < golden.length * 8; bit++) {
    const flipped = golden.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const found = complaint(flipped);
    if (found !== null) complaints.add(`${found} at bit ${bit}`);
  }
  expect([...complaints]).toEqual([]);
});
