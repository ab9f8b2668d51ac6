import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeByTime } from '../../src/input/merge.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { sampleEvent, sampleFile, sampleHeader } from '../sample.ts';

function merged(files: readonly RecordingFile[]): string[] {
  const sources = files.map((file) => ({ file, query: {} }));
  return Array.from(mergeByTime(sources), ({ event }) => event.message);
}

describe('mergeByTime', () => {
  it('brings any number of recordings into one order and loses nothing', () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 8 }), (recordings) => {
        const files = recordings.map((list, index) =>
          sampleFile(
            list
              .sort((left, right) => left - right)
              .map((atMs) => sampleEvent({ atMs, message: String(atMs) })),
            sampleHeader({ runId: `run-${index}` }),
          ),
        );
        const expected = recordings.flat().sort((left, right) => left - right);
        expect(merged(files).map(Number)).toEqual(expected);
      }),
    );
  });

  it('gives an event once that several recordings of a process hold', () => {
    const events = [1, 2, 3].map((atMs) => sampleEvent({ atMs, message: `e${atMs}` }));
    const files = [
      sampleFile(events.slice(0, 2)),
      sampleFile(events),
      sampleFile(events.slice(1), sampleHeader({ runId: 'other' })),
    ];
    expect(merged(files)).toEqual(['e1', 'e2', 'e2', 'e3', 'e3']);
  });

  it('takes events of two threads, or twice in one recording, for two', () => {
    const main = sampleEvent({ message: 'same' });
    const worker = sampleEvent({ message: 'same', thread: { id: 1, name: 'worker' } });
    expect(merged([sampleFile([main, main]), sampleFile([worker])])).toHaveLength(3);
  });
});
