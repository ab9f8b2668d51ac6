/** `ttlog-view view`: the events of recordings on a full screen, to move about in. */

import { LEVELS } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { choosePalette } from '../format/colour.ts';
import { isCrash } from '../format/ending.ts';
import { defaultClockMode } from '../format/event-clock.ts';
import { openInput, reportDamage, reportHosts } from '../input/input.ts';
import { InputWatch } from '../input/input-watch.ts';
import { exitCode } from '../output/exit-code.ts';
import { Screen } from '../output/screen.ts';
import type { Terminal } from '../output/terminal.ts';
import { FILTER_OPTIONS, parseSelection } from '../select/selection.ts';
import { filtersOf } from '../view/given-filters.ts';
import { HELP_SECTIONS } from '../view/keys.ts';
import { CLOCKS, type Clock } from '../view/model.ts';
import { Session, type SessionOptions } from '../view/session.ts';
import type { Command } from './command.ts';
import { batches, catPieces } from './export-pieces.ts';
import { modeOf, viewOutlets } from './view-outlets.ts';

export const view: Command = {
  name: 'view',
  summary: 'Move about in the events on a full screen. Default on a terminal.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'Shows the events on the whole terminal, merged by time as in cat: move, search (/), filter by ' +
      'queries while typing them (&), look at an event as a tree (Enter), jump to errors, gaps, hits, ' +
      'and events of the same trace, thread or pattern, mark events, copy, see patterns (P) and a ' +
      'timeline of threads and spans (L), follow what grows (F), open the source in an editor (v), pipe ' +
      'events into a command (|), write them to a file (:write). ? lists the keys, q quits. The ' +
      'terminal is left as it was.',
    'A recording of a process that died is shown from its end. Copying needs a terminal that knows ' +
      'OSC 52; in tmux: set -s set-clipboard on.',
    'Filters given here stand above the list, and can be changed and removed there.',
  ],
  options: [
    PID_OPTION,
    ...FILTER_OPTIONS,
    {
      name: 'context',
      short: 'C',
      value: 'N',
      summary: 'Also the N events before and after each match; z and Z change it.',
    },
    {
      name: 'clock',
      value: 'CLOCK',
      choices: CLOCKS.filter((clock) => clock !== 'mark'),
      summary: 'Times at first: abs, utc, delta or crash, as in cat; T changes them.',
    },
    { name: 'utc', summary: 'Show and read times in UTC instead of local time.' },
    {
      name: 'print-marks',
      summary: 'At the end print the marked events on standard output, as cat does.',
    },
  ],
  tables: HELP_SECTIONS.map(({ title, rows }) => ({
    title: `Keys: ${title}`,
    rows: rows.map(({ keys, meaning }) => [keys, meaning] as const),
  })),
  examples: [
    ['ttlog-view', 'the newest recording, on a terminal'],
    ['ttlog-view view crash.bin', 'one of them'],
    ['ttlog-view view crash.bin --print-marks', 'what was marked stays on the terminal'],
    ["ttlog-view view crash.bin -w 'level >= warn and dur > 250ms'", 'with a filter to begin with'],
  ],
  run,
};

/** On fewer lines there are better uses for two of them. */
const LINES_FOR_HISTOGRAM = 30;

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  if (!terminal.isInteractive) {
    throw new UsageError('view needs a terminal; in a pipe use ttlog-view cat');
  }
  const utc = given.has('utc');
  // Parsed as everywhere, for the same messages about mistakes.
  const selection = parseSelection(given, utc);
  const wanted = wantedBy(given);
  const input = await openInput(given.operands, wanted, terminal, { growing: true });
  const { files, hasFailed, isPartial } = input;
  if (files.length === 0) return exitCode({ hasShown: false, hasFailed, isDamaged: isPartial });
  const screen = new Screen();
  const operands = given.operands;
  const source = new InputWatch(files, { operands, wanted, environment: terminal.environment });
  const options: SessionOptions = {
    files,
    utc,
    source,
    outlets: viewOutlets(screen, terminal, utc),
    colours: choosePalette(given.value('color'), terminal),
    look: {
      clock: (given.value('clock') as Clock | undefined) ?? defaultClockMode(files, utc),
      isAtEnd: files.some(({ recording }) => isCrash(recording.header)),
      filters: filtersOf(given),
      minSeverity:
        selection.minLevel === undefined ? 1 : LEVELS.indexOf(selection.minLevel) * 4 + 1,
      contextEvents: Number(given.value('context') ?? 0),
      hasHistogram: screen.lines >= LINES_FOR_HISTOGRAM,
    },
  };
  const session = new Session(screen, options);
  await show(screen, session);
  if (given.has('print-marks')) {
    const { files, events } = session.marked;
    const look = { mode: modeOf(session.view.clock), utc, palette: options.colours };
    for (const text of batches(catPieces(events, files, look))) await terminal.write(text);
  }
  reportHosts(files, terminal);
  let isDamaged = isPartial;
  for (const file of files) if (reportDamage(file, terminal)) isDamaged = true;
  return exitCode({ hasShown: true, hasFailed, isDamaged });
}

async function show(screen: Screen, session: Session): Promise<void> {
  await screen.open({
    onKey: (key) => session.key(key),
    onPaste: (text) => session.paste(text),
    onClick: (column, line) => session.click(column, line),
    onResize: () => session.resize(),
    onGone: () => session.end(),
  });
  try {
    await session.run();
  } finally {
    screen.close();
  }
}
