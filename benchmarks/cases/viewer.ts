// How fast the viewer is, as a program that someone starts: to its first output, to its last, and in
// memory, beside the programs that people read logs with.

import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openRecording } from 'ttlog/reader';
import { type Case, type CaseTable, long } from '../runner/case.ts';
import {
  type Command,
  firstOutputMs,
  nodeProgram,
  peakRssBytes,
  run,
  viewer,
} from '../runner/command.ts';
import { counted, differences, FIGURE, type Figure, ratios, summarize } from '../runner/figure.ts';
import { temporaryFile } from '../runner/temporary.ts';
import { inTurns } from '../runner/turns.ts';
import { fillRing } from './fill-ring.ts';
import { type LogReader, logReaders } from './log-readers.ts';
import { MESSAGE } from './logged-event.ts';

const MIB = 1024 * 1024;
/** Of a service in good health one event in a thousand is a warning. */
const WARN_EVERY = 1000;
const ROUNDS = { quick: 2, usual: 11, long: 3 };
/** The recorder thread writes a box every 50 ms. */
const SETTLING_MS = 1000;

interface RecordingFile {
  readonly path: string;
  readonly events: number;
}

/** The snapshot of a full ring. */
async function snapshotFile(bytes: number): Promise<RecordingFile> {
  const { recorder } = fillRing(bytes, WARN_EVERY, { blackBox: false });
  const content = await recorder.capture();
  await recorder.stop();
  const path = temporaryFile('recording.bin');
  writeFileSync(path, content);
  return { path, events: openRecording(content).footer!.events };
}

/** A black box as a kill would leave it. */
async function boxFile(bytes: number): Promise<RecordingFile> {
  const { recorder } = fillRing(bytes, WARN_EVERY, { blackBox: 'mirrored' });
  await recorder.flush();
  await setTimeout(SETTLING_MS);
  const box = recorder.stats().blackBox.path;
  if (box === null || !existsSync(box)) throw new Error('there is no black box');
  const path = temporaryFile('copy.ring');
  copyFileSync(box, path);
  await recorder.stop();
  return { path, events: recorder.stats().events };
}

function firstOutput(what: string, make: () => Promise<RecordingFile>): Case {
  return {
    what: `the first output of \`cat\` of ${what}, beside a program that only prints`,
    async measure(plan) {
      const { path } = await make();
      const { bare, own } = await inTurns(
        plan.isQuick ? ROUNDS.quick : ROUNDS.usual,
        () => firstOutputMs(nodeProgram('start-output')),
        () => firstOutputMs(viewer('cat', path)),
      );
      return {
        stored: null,
        figures: [
          summarize(FIGURE.firstOutput, 'ms', differences(own, bare)),
          summarize('from the start of the process', 'ms', own),
          summarize('bare Node', 'ms', bare),
        ],
      };
    },
  };
}

interface Printing {
  readonly what: string;
  /** What is a second. */
  readonly figure: string;
  readonly args: readonly string[];
  readonly commandOf: (reader: LogReader) => ((path: string) => Command) | null;
  /** Of so many events. */
  readonly expected: (events: number, path: string) => number;
}

/** Whole processes, which write to a file: as many events as they are to write have to be there. */
function printing({ what, figure, args, commandOf, expected }: Printing): Case {
  return {
    what,
    usesPeers: true,
    async measure(plan) {
      const { path, events } = await snapshotFile((plan.isQuick ? 2 : 16) * MIB);
      const ndjsonPath = temporaryFile('events.ndjson');
      writeFileSync(ndjsonPath, run(viewer('cat', '-o', 'jsonl', path)).output);
      const { here, notes } = logReaders();
      const programs: { name: string; command: Command; rates: number[] }[] = [
        { name: 'ttlog-view', command: viewer(...args, path), rates: [] },
      ];
      for (const reader of plan.isProfile ? [] : here) {
        const command = commandOf(reader)?.(ndjsonPath);
        if (command !== undefined) programs.push({ name: reader.name, command, rates: [] });
      }
      const wanted = expected(events, path);
      const faults = new Set<string>();
      for (let round = 0; round < (plan.isQuick ? ROUNDS.quick : ROUNDS.long); round++) {
        for (const { name, command, rates } of programs) {
          const { seconds, output } = run(command);
          rates.push(events / seconds);
          const found = countOf(output, MESSAGE);
          if (found !== wanted) faults.add(`${name} wrote ${found} events, not ${wanted}`);
        }
      }
      if (faults.size > 0) throw new Error([...faults].join('; '));
      const [own, ...others] = programs;
      const figures: Figure[] = [summarize(figure, '/s', own.rates)];
      for (const { name, rates } of others) {
        figures.push(summarize(`times ${name}`, '×', ratios(own.rates, rates)));
      }
      for (const { name, rates } of others) figures.push(summarize(name, '/s', rates));
      return {
        stored: null,
        figures,
        notes: [`${wanted} of ${events} events, start of each program included`, ...notes],
      };
    },
  };
}

function countOf(output: Buffer, text: string): number {
  let count = 0;
  for (let at = output.indexOf(text); at !== -1; at = output.indexOf(text, at + 1)) count++;
  return count;
}

function countWarnings(path: string): number {
  return [...openRecording(path).events({ minLevel: 'warn' })].length;
}

const memory: Case = {
  what: 'memory of `cat -o jsonl` at most, over bare Node, for an event of a ring of 64 MiB',
  async measure(plan) {
    const { path, events } = await snapshotFile(64 * MIB);
    const samples: number[] = [];
    for (let round = 0; round < (plan.isQuick ? 1 : ROUNDS.long); round++) {
      const bare = peakRssBytes(nodeProgram('start-bare'));
      samples.push((peakRssBytes(viewer('cat', '-o', 'jsonl', path)) - bare) / events);
    }
    return {
      stored: null,
      figures: [
        summarize(FIGURE.bytesAnEvent, 'bytes', samples),
        counted('events', 'events', events),
      ],
    };
  },
};

export const VIEWER: CaseTable = {
  'viewer/first-output-small': long(firstOutput('a small recording', () => snapshotFile(MIB))),
  'viewer/first-output-64MiB': firstOutput('a ring of 64 MiB', () => snapshotFile(64 * MIB)),
  'viewer/first-output-black-box': long(
    firstOutput('a black box of 16 MiB', () => boxFile(16 * MIB)),
  ),
  'viewer/cat-jsonl': printing({
    what: 'all events as JSON lines to a file, beside programs that do so from NDJSON',
    figure: FIGURE.eventsWritten,
    args: ['cat', '-o', 'jsonl'],
    commandOf: ({ all }) => all,
    expected: (events) => events,
  }),
  'viewer/cat-pretty': long(
    printing({
      what: 'all events for people to a file, beside the same programs',
      figure: FIGURE.eventsWritten,
      args: ['cat', '--quiet'],
      commandOf: ({ all }) => all,
      expected: (events) => events,
    }),
  ),
  'viewer/filter-level': printing({
    what: 'the warnings, one event in a thousand, beside programs that search NDJSON for them',
    figure: FIGURE.eventsGoneOver,
    args: ['cat', '-o', 'jsonl', '-l', 'warn'],
    commandOf: ({ warnings }) => warnings,
    expected: (_, path) => countWarnings(path),
  }),
  'viewer/memory': long(memory),
};
