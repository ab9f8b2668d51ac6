/** `ttlog-view cat`: prints the events of recordings, merged by time, and how each of them ended. */

import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { choosePalette } from '../format/colour.ts';
import { endingText } from '../format/ending.ts';
import { CLOCK_MODES, type ClockMode, defaultClockMode } from '../format/event-clock.ts';
import { JsonLines } from '../format/json-lines.ts';
import { TRACE_NAMES, type TraceNames } from '../format/jsonl.ts';
import type { PrettyFormat } from '../format/pretty.ts';
import { PrettyLines } from '../format/pretty-lines.ts';
import { threadLabel } from '../format/source-label.ts';
import { openInput, reportDamage, reportHosts } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import { BATCH_UNITS, type Terminal } from '../output/terminal.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { isApart } from '../select/neighbours.ts';
import {
  parseSelection,
  SELECTION_OPTIONS,
  type Selection,
  selectEvents,
  selectWalk,
} from '../select/selection.ts';
import type { Command } from './command.ts';
import { eventFormat, OUTPUT_OPTIONS, outputOf } from './event-output.ts';
import { writeWalk } from './write-walk.ts';

export const cat: Command = {
  name: 'cat',
  summary: 'Print the events, merged by time. The default in a pipe.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'Prints the events of all threads by time, and at the end why the process died and of what. ' +
      'A directory stands for all its recordings, and so does a quoted pattern; an event that ' +
      'several recordings of a process hold is printed once. - is standard input. Without an ' +
      'argument it is the newest recording in TTLOG_SNAPSHOT_DIR or the default directory. A black ' +
      'box (.ring) is shown as well, of a dead process or of a living one.',
    'Times like -5s and 2m ago count back from the last event of the recording, not from now. Control ' +
      'characters in any text are shown escaped.',
    'In jsonl and logfmt a field whose name is one of ttlog (time, level, msg, …) stands under ' +
      'fields., a binding under context.',
  ],
  options: [
    PID_OPTION,
    ...SELECTION_OPTIONS,
    ...OUTPUT_OPTIONS,
    {
      name: 'trace-names',
      value: 'A,B,C',
      summary: 'Keys of trace id, span id and flags in jsonl: trace_id,span_id,trace_flags.',
    },
    {
      name: 'clock',
      value: 'CLOCK',
      choices: CLOCK_MODES,
      summary:
        'Times of pretty: abs (local time of day), utc, delta (since the event above) or crash (T-5 is five seconds before the process died: the default where one did).',
    },
    { name: 'utc', summary: 'Show and read times in UTC instead of local time.' },
    { name: 'quiet', short: 'q', summary: 'Events only: no ending, no word about damage.' },
  ],
  examples: [
    ['ttlog-view cat', 'the newest recording'],
    ['ttlog-view cat crash.bin -l warn', 'warnings and worse'],
    ['ttlog-view cat crash.bin -S -5s', 'the last five seconds'],
    ['ttlog-view cat crash.bin -n 50 --thread worker-1', 'the last 50 events of a thread'],
    [
      "ttlog-view cat crash.bin -w 'level >= warn and dur > 250ms' -C 3",
      'by a query, with three events around each',
    ],
    ["ttlog-view cat crash.bin -m user.id=7 -g 'time(d )?out'", 'by field and by text'],
    ['ttlog-view cat /var/lib/ttlog -j | jq .msg', 'all recordings of a directory as JSON lines'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const utc = given.has('utc');
  const isQuiet = given.has('quiet');
  const selection = parseSelection(given, utc);
  const output = outputOf(given);
  const traceNames = parseTraceNames(given.value('trace-names'));
  const colours = choosePalette(given.value('color'), terminal);

  const { files, hasFailed, isPartial } = await openInput(
    given.operands,
    wantedBy(given),
    terminal,
  );
  if (!isQuiet) reportHosts(files, terminal);
  const hasEnding = output === 'pretty' && !isQuiet && selection.lines?.from !== 'start';
  const endings = hasEnding ? files.map((file) => endingText(file, colours, utc)) : [];
  const ending = endings.filter((text) => text !== '').join('\n');
  const mode = (given.value('clock') as ClockMode | undefined) ?? defaultClockMode(files, utc);
  const pretty = { palette: colours, utc, files, mode };
  const walk = output === 'logfmt' ? null : selectWalk(selection, files);
  let hasShown: boolean;
  if (walk !== null) {
    const lines = output === 'jsonl' ? new JsonLines(traceNames) : new PrettyLines(pretty);
    hasShown = (await writeWalk(walk, lines, (bytes) => terminal.write(bytes))) > 0;
    await terminal.write(endingBelow(hasShown, selection, ending));
  } else {
    const format = eventFormat(output, pretty, traceNames);
    const separator = output === 'pretty' ? `${colours.dim('--')}\n` : '';
    hasShown = await print(selection, files, { format, ending, separator }, terminal);
  }
  if (!hasShown) reportUnknownThreads(selection, files, terminal);
  let isDamaged = isPartial;
  for (const file of files) {
    if (isQuiet ? file.recording.damage.length > 0 : reportDamage(file, terminal)) isDamaged = true;
  }
  return exitCode({ hasShown, hasFailed, isDamaged });
}

/** Throws UsageError. */
function parseTraceNames(text: string | undefined): TraceNames {
  if (text === undefined) return TRACE_NAMES;
  const names = text.split(',').map((name) => name.trim());
  const [traceId, spanId, flags] = names;
  if (names.length !== 3 || names.includes('') || new Set(names).size !== 3) {
    throw new UsageError(`--trace-names takes three different names, not "${text}"`);
  }
  return { traceId, spanId, flags };
}

interface Look {
  readonly format: PrettyFormat;
  /** Below the events, or empty. */
  readonly ending: string;
  /** Between groups of neighbours. */
  readonly separator: string;
}

/** Writes events and ending; whether there was an event. */
async function print(
  selection: Selection,
  files: readonly RecordingFile[],
  { format, ending, separator }: Look,
  terminal: Terminal,
): Promise<boolean> {
  const { isReversed } = selection;
  let text = '';
  let hasShown = false;
  let previous: SourcedEvent | undefined;
  for (const sourced of selectEvents(selection, files)) {
    if (sourced !== undefined) {
      // The newest comes first: so does the end.
      if (!hasShown && isReversed && ending !== '') text = `${ending}\n`;
      hasShown = true;
      if (isApart(previous, sourced)) text += separator;
      text += format(sourced.event, sourced.file, sourced.isNeighbour);
      previous = sourced;
      if (text.length < BATCH_UNITS) continue;
    }
    await terminal.write(text);
    text = '';
  }
  await terminal.write(text + endingBelow(hasShown, selection, ending));
  return hasShown;
}

function endingBelow(
  hasShown: boolean,
  { isReversed, isFiltered }: Selection,
  ending: string,
): string {
  // An ending below nothing would look like a match, unless nothing was searched for.
  const isDue = hasShown ? !isReversed : !isFiltered;
  if (!isDue || ending === '') return '';
  return hasShown ? `\n${ending}` : ending;
}

function reportUnknownThreads(
  { threads: wanted }: Selection,
  files: readonly RecordingFile[],
  terminal: Terminal,
): void {
  if (wanted.length === 0 || files.length === 0) return;
  const known = new Set<string>();
  for (const { recording } of files) {
    for (const { id, name } of recording.threads) {
      known.add(String(id));
      if (name !== '') known.add(name);
    }
  }
  const isLabel = (text: string): boolean =>
    files.some(({ recording: { threads } }) =>
      threads.some((thread) => threadLabel(thread, threads) === text),
    );
  const unknown = wanted.filter((text) => !known.has(text) && !isLabel(text));
  if (unknown.length === 0) return;
  terminal.report(
    `no thread ${unknown.join(', ')}; there are ${[...known].slice(0, 20).join(', ')}`,
  );
}
