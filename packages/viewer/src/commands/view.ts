/** `ttlog-view view`: the events of recordings on a full screen, to move about in. */

import { LEVELS } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { choosePalette } from '../format/colour.ts';
import { isCrash } from '../format/ending.ts';
import { defaultClockMode } from '../format/event-clock.ts';
import { openInput, reportDamage, reportHosts } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import { Screen } from '../output/screen.ts';
import type { Terminal } from '../output/terminal.ts';
import { FILTER_OPTIONS, parseSelection } from '../select/selection.ts';
import { CLOCKS, type Clock } from '../view/model.ts';
import { Session, type SessionOptions } from '../view/session.ts';
import type { Command } from './command.ts';

/** What else there is to filter by is said in queries, which can be changed on the screen. */
const FILTERS: readonly string[] = ['level', 'grep', 'where'];

export const view: Command = {
  name: 'view',
  summary: 'Move about in the events on a full screen. Default on a terminal.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'Shows the events on the whole terminal, merged by time as in cat: move, search (/), filter by ' +
      'queries while typing them (&), look at an event as a tree (Enter), jump to errors, gaps, hits, ' +
      'and events of the same trace, thread or pattern, mark events, copy. ? lists the keys, q quits. The ' +
      'terminal is left as it was.',
    'A recording of a process that died is shown from its end. Copying needs a terminal that knows ' +
      'OSC 52; in tmux: set -s set-clipboard on.',
  ],
  options: [
    PID_OPTION,
    ...FILTER_OPTIONS.filter(({ name }) => FILTERS.includes(name)),
    {
      name: 'clock',
      value: 'CLOCK',
      choices: CLOCKS.filter((clock) => clock !== 'mark'),
      summary: 'Times at first: abs, utc, delta or crash, as in cat; T changes them.',
    },
    { name: 'utc', summary: 'Show and read times in UTC instead of local time.' },
  ],
  examples: [
    ['ttlog-view', 'the newest recording, on a terminal'],
    ['ttlog-view view crash.bin', 'one of them'],
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
  const { minLevel } = parseSelection(given, utc);
  const input = await openInput(given.operands, wantedBy(given), terminal);
  const { files, hasFailed, isPartial } = input;
  if (files.length === 0) return exitCode({ hasShown: false, hasFailed, isDamaged: isPartial });
  const screen = new Screen();
  const filters = [
    ...given.values('where'),
    ...given.values('grep').map((expression) => `/${expression}`),
  ];
  const options: SessionOptions = {
    files,
    utc,
    colours: choosePalette(given.value('color'), terminal),
    look: {
      clock: (given.value('clock') as Clock | undefined) ?? defaultClockMode(files, utc),
      isAtEnd: files.some(({ recording }) => isCrash(recording.header)),
      filters,
      minSeverity: minLevel === undefined ? 1 : LEVELS.indexOf(minLevel) * 4 + 1,
      hasHistogram: screen.lines >= LINES_FOR_HISTOGRAM,
    },
  };
  await show(screen, options);
  reportHosts(files, terminal);
  let isDamaged = isPartial;
  for (const file of files) if (reportDamage(file, terminal)) isDamaged = true;
  return exitCode({ hasShown: true, hasFailed, isDamaged });
}

async function show(screen: Screen, options: SessionOptions): Promise<void> {
  const session = new Session(screen, options);
  await screen.open({
    onKey: (key) => session.key(key),
    onPaste: (text) => session.paste(text),
    onResize: () => session.resize(),
    onGone: () => session.end(),
  });
  try {
    await session.run();
  } finally {
    screen.close();
  }
}
