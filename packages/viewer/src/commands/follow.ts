/** `ttlog-view follow`: prints what a living process logs, read from its black box. */

import type { RecordedEvent, Recording } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, parsePid } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { choosePalette } from '../format/colour.ts';
import { endingText } from '../format/ending.ts';
import { CLOCK_MODES, type ClockMode } from '../format/event-clock.ts';
import type { PrettyFormat } from '../format/pretty.ts';
import { findRecordings } from '../input/find-recordings.ts';
import { reportDamage } from '../input/input.ts';
import { leftInPlaceOf } from '../input/left-recording.ts';
import { isLiving, monotonicOffsetNs } from '../input/living.ts';
import { openFile, type UnopenedFile } from '../input/open-recordings.ts';
import { EXIT_FAILED, EXIT_NOTHING_MATCHED, exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import {
  FILTER_OPTIONS,
  parseSelection,
  type Selection,
  selectEvents,
} from '../select/selection.ts';
import { parseDurationNs } from '../select/time-expression.ts';
import type { Command } from './command.ts';
import { eventFormat, OUTPUT_OPTIONS, outputOf } from './event-output.ts';

export const follow: Command = {
  name: 'follow',
  summary: 'Print what a living process logs, from its black box.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'Reads the black box (.ring) of a process again and again and prints what is new: all it ' +
      'records, down to trace, whatever it prints itself. Ends when the process does, with how it ' +
      'ended. Without an argument it is the newest black box in TTLOG_SNAPSHOT_DIR or the default ' +
      'directory. A service has one unless it is switched off (blackBox: false, TTLOG_BLACK_BOX=off).',
    'Lines are in the order in which they arrive; those of a quiet thread may be a second late.',
  ],
  options: [
    PID_OPTION,
    ...FILTER_OPTIONS,
    {
      name: 'lines',
      short: 'n',
      value: 'N',
      summary: 'Begin with the last N events; 10 by default.',
    },
    { name: 'every', value: 'TIME', summary: 'How often to look: 500ms by default.' },
    ...OUTPUT_OPTIONS,
    {
      name: 'clock',
      value: 'CLOCK',
      choices: CLOCK_MODES.filter((mode) => mode !== 'crash'),
      summary: 'Times of pretty: abs (local time of day, the default), utc or delta.',
    },
    { name: 'utc', summary: 'Show and read times in UTC instead of local time.' },
  ],
  examples: [
    ['ttlog-view follow --pid 4711', 'a process'],
    ["ttlog-view follow -w 'user.id = 7'", 'the newest process, one user'],
  ],
  run,
};

const DEFAULT_EVERY_MS = 500;
const DEFAULT_LINES = 10;

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const selection = parseSelection(given, given.has('utc'));
  const everyMs = parseEvery(given.value('every'));
  const pid = parsePid(given);
  const wanted = {
    fallback: 'newest',
    kind: 'boxes',
    hasFilters: true,
    ...(pid === undefined ? {} : { pid }),
  } as const;
  const found = await findRecordings(given.operands, terminal.environment, wanted);
  for (const message of [...found.failures, ...found.vacancies]) terminal.report(message);
  if (found.paths.length === 0) {
    return found.failures.length > 0 ? EXIT_FAILED : EXIT_NOTHING_MATCHED;
  }
  const { opened, hasFailed, isPartial } = await openAll(found.paths, terminal);
  let files = opened;
  if (files.length === 0) return EXIT_FAILED;
  let isDamaged = isPartial;
  const format = formatOf(given, files, terminal);
  const first = new Map(files.map((file) => [file.path, file]));
  const tails = new Map(files.map(({ path }) => [path, new Tail()]));
  await print(skipped(files, selection, tails), { format, first }, terminal);
  for (const file of files)
    if (!isLiving(file)) isDamaged = reportDamage(file, terminal) || isDamaged;
  while (files.some(isLiving)) {
    await terminal.pause(everyMs);
    const last = files;
    const paths = last.filter(isLiving).map(({ path }) => path);
    files = (await openAll(paths, null)).opened;
    const gone = last.filter(
      (file) => isLiving(file) && !files.some(({ path }) => path === file.path),
    );
    for (const box of gone) {
      const left = await leftInPlaceOf(box);
      if (left !== null) files.push({ ...left, path: box.path });
      else terminal.report(`${box.path}: the process has ended in order and left no recording`);
    }
    await print(
      newEvents(files, { ...selection, lines: undefined }, tails),
      { format, first },
      terminal,
    );
    for (const file of files) {
      if (isLiving(file)) continue;
      await printEnding(file, given, terminal);
      isDamaged = reportDamage(file, terminal) || isDamaged;
    }
  }
  return exitCode({ hasShown: true, hasFailed: hasFailed || found.failures.length > 0, isDamaged });
}

function parseEvery(text: string | undefined): number {
  if (text === undefined) return DEFAULT_EVERY_MS;
  const ns = parseDurationNs(text);
  const ms = ns === undefined ? 0 : Number(ns) / 1e6;
  if (ms >= 10 && ms <= 3_600_000) return ms;
  throw new UsageError(`--every takes a time from 10ms to 1h, not "${text}"`);
}

function formatOf(
  given: ParsedArguments,
  files: readonly RecordingFile[],
  terminal: Terminal,
): PrettyFormat {
  const palette = choosePalette(given.value('color'), terminal);
  const mode = (given.value('clock') as ClockMode | undefined) ?? 'abs';
  return eventFormat(outputOf(given), { palette, utc: given.has('utc'), mode, files });
}

interface OpenedBoxes {
  readonly opened: RecordingFile[];
  /** One could not be read. */
  readonly hasFailed: boolean;
  /** One is no black box. */
  readonly isPartial: boolean;
}

/** Those that can be opened; a process that ends in order removes its black box. */
async function openAll(paths: readonly string[], terminal: Terminal | null): Promise<OpenedBoxes> {
  const opened: RecordingFile[] = [];
  const unopened: UnopenedFile[] = [];
  for (const path of paths) {
    const result = await openFile(path);
    if (result.ok) opened.push(result.file);
    else unopened.push(result.unopened);
  }
  for (const { problem } of unopened) terminal?.report(problem);
  return {
    opened,
    hasFailed: unopened.some(({ isUnintelligible }) => !isUnintelligible),
    isPartial: unopened.some(({ isUnintelligible }) => isUnintelligible),
  };
}

/** From this severity on events have segments of their own, which are written at another time. */
const SEVERE = 13;
/** How much later than others an event may reach the file. */
const LATENESS_NS = 5_000_000_000n;

/** How far a black box has been read: by thread and pool, since each is in order only by itself. */
class Tail {
  #newestNs: bigint | null = null;
  readonly #lastNs = new Map<string, bigint>();

  /** The part of a recording that may hold something new. */
  view(recording: Recording): Recording {
    const fromNs = this.#newestNs === null ? undefined : this.#newestNs - LATENESS_NS;
    if (fromNs === undefined) return recording;
    const events: Recording['events'] = (query = {}) => {
      const { sinceNs = fromNs } = query;
      return recording.events({ ...query, sinceNs: sinceNs > fromNs ? sinceNs : fromNs });
    };
    return Object.create(recording, { events: { value: events } }) as Recording;
  }

  /** Whether the event is new; from then on it is not. Takes a recording or a view of it. */
  take({ thread, severity, timeNs }: RecordedEvent, recording: Recording): boolean {
    const lane = `${thread.id}/${severity >= SEVERE}`;
    const lastNs = this.#lastNs.get(lane);
    const monoNs = timeNs + monotonicOffsetNs(recording);
    if (lastNs !== undefined && monoNs <= lastNs) return false;
    this.#lastNs.set(lane, monoNs);
    if (this.#newestNs === null || timeNs > this.#newestNs) this.#newestNs = timeNs;
    return true;
  }
}

/** The last events that are there already; all that came before count as read. */
function skipped(
  files: readonly RecordingFile[],
  selection: Selection,
  tails: ReadonlyMap<string, Tail>,
): Iterable<SourcedEvent | undefined> {
  for (const { path, recording } of files) {
    for (const event of recording.events()) tails.get(path)?.take(event, recording);
  }
  const lines = selection.lines ?? { count: DEFAULT_LINES, from: 'end' };
  return selectEvents({ ...selection, lines }, files);
}

function* newEvents(
  files: readonly RecordingFile[],
  selection: Selection,
  tails: ReadonlyMap<string, Tail>,
): Generator<SourcedEvent | undefined> {
  const views = files.map((file) => {
    const recording = tails.get(file.path)?.view(file.recording) ?? file.recording;
    return { ...file, recording };
  });
  for (const sourced of selectEvents(selection, views)) {
    if (sourced === undefined) yield sourced;
    else if (tails.get(sourced.file.path)?.take(sourced.event, sourced.file.recording))
      yield sourced;
  }
}

interface Look {
  readonly format: PrettyFormat;
  /** Each file as it was first opened, which is how the format knows it. */
  readonly first: ReadonlyMap<string, RecordingFile>;
}

async function print(
  events: Iterable<SourcedEvent | undefined>,
  { format, first }: Look,
  terminal: Terminal,
): Promise<void> {
  let text = '';
  for (const sourced of events) {
    if (sourced === undefined) continue;
    text += format(sourced.event, first.get(sourced.file.path) ?? sourced.file);
  }
  await terminal.write(text);
}

async function printEnding(
  file: RecordingFile,
  given: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  if (outputOf(given) !== 'pretty') return;
  const palette = choosePalette(given.value('color'), terminal);
  await terminal.write(`\n${endingText(file, palette, given.has('utc'))}`);
}
