import fc from 'fast-check';
import { writeRecording } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { mergeByTime, WalkMerge } from '../../src/input/merge.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { openRecordingFile, SAMPLE_NS, sampleEvent, sampleFile, sampleHeader } from '../sample.ts';

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

it('merges logs in which all events have one time as fast as others', () => {
  const log = (runId: string) =>
    sampleFile(
      Array.from({ length: 30_000 }, (_, n) => sampleEvent({ message: `${n}` })),
      sampleHeader({ runId }),
    );
  const files = [log('one'), log('two'), log('two')];
  const { user } = process.cpuUsage();
  expect(merged(files)).toHaveLength(60_000);
  // Each compared with all before took 20 s.
  expect(process.cpuUsage({ user, system: 0 }).user / 1e6).toBeLessThan(3);
});

describe('WalkMerge', () => {
  const recordingOf = (times: readonly number[], runId: string, thread = 0): RecordingFile => {
    const events = times.map((at) => {
      return {
        timeNs: SAMPLE_NS + BigInt(at),
        message: `e${at}`,
        thread: { id: thread, name: '' },
      };
    });
    return openRecordingFile(writeRecording({ header: sampleHeader({ runId }), events }));
  };

  function walked(files: readonly RecordingFile[]): string[] {
    const merge = WalkMerge.over(files.map((file) => ({ file, query: {} })))!;
    const seen: string[] = [];
    while (merge.next()) seen.push(`${files.indexOf(merge.file)}:${merge.walk.event()?.message}`);
    expect(merge.next()).toBe(false);
    return seen;
  }

  it('brings recordings into the order of mergeByTime, each event once', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    const source = fc.tuple(
      times,
      fc.constantFrom('run-a', 'run-b'),
      fc.integer({ max: 1, min: 0 }),
    );
    fc.assert(
      fc.property(fc.array(source, { minLength: 1, maxLength: 5 }), (sources) => {
        const files = sources.map((parts) => recordingOf(...parts));
        const asked = files.map((file) => ({ file, query: {} }));
        const expected = Array.from(mergeByTime(asked), ({ event, file }) => {
          return `${files.indexOf(file)}:${event.message}`;
        });
        expect(walked(files)).toEqual(expected);
      }),
    );
  });

  it('gives the copy of an event that could not be read', () => {
    const files = [recordingOf([1, 2], 'run'), recordingOf([1, 2], 'run')];
    const merge = WalkMerge.over(files.map((file) => ({ file, query: {} })))!;
    expect(merge.next() && merge.file).toBe(files[0]);
    merge.retract();
    expect(merge.next() && merge.file).toBe(files[1]);
    expect(merge.walk.message).toBe('e1');
    expect(merge.next() && merge.walk.message).toBe('e2');
    expect(merge.next()).toBe(false);
  });

  it('leaves what can only give objects to others', () => {
    const query = {};
    const real = { file: recordingOf([1], 'run'), query };
    expect(WalkMerge.over([real, { file: sampleFile([]), query }])).toBeNull();
    expect(WalkMerge.over([])).toBeNull();
  });
});
