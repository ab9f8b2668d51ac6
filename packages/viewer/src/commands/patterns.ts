/** `ttlog-view patterns`: events grouped by what their messages have in common. */

import { LEVELS } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { type Pattern, PatternCollector } from '../digest/patterns.ts';
import { instantText, isoClock } from '../format/clock.ts';
import { choosePalette, type Palette } from '../format/colour.ts';
import { jsonValue } from '../format/json-value.ts';
import { patternTitle, wildcardTexts } from '../format/pattern-text.ts';
import { countOf, countText } from '../format/quantity.ts';
import { sparkline } from '../format/spark.ts';
import { type Column, tableText } from '../format/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Command } from './command.ts';
import { DIGEST_OPTIONS, walkEvents } from './walk.ts';

export const patterns: Command = {
  name: 'patterns',
  summary: 'Group events by what their messages have in common.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'Groups events by message, where numbers, ids, addresses, paths and quoted texts count for ' +
      'nothing (<*>), and where texts that vary in other words are put together. Every event is ' +
      'in exactly one pattern. The line of bars shows when its events came, from the first event ' +
      'to the last one.',
  ],
  options: [
    ...DIGEST_OPTIONS,
    {
      name: 'values',
      summary: 'Below each pattern, the most frequent values under its wildcards.',
    },
    { name: 'top', value: 'N', summary: 'The N most frequent patterns.' },
  ],
  examples: [
    ['ttlog-view patterns crash.bin', 'what happened, and how often'],
    ['ttlog-view patterns crash.bin -S -5s --values', 'of the last five seconds, with values'],
    ['ttlog-view patterns crash.bin -l warn --json', 'of warnings and worse, as JSON'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const top = parseTop(given.value('top'));
  const collector = new PatternCollector();
  const walk = await walkEvents(given, terminal, ({ event }) => collector.add(event));
  const all = collector.patterns();
  const shown = all.slice(0, top);
  if (given.has('json')) await terminal.write(shown.map(jsonLine).join(''));
  else if (all.length > 0) {
    const colours = choosePalette(given.value('color'), terminal);
    const hidden = all.slice(shown.length).reduce((sum, { events }) => sum + events, 0);
    let text = table(shown, walk.events, colours, given);
    if (hidden > 0) {
      const rest = countOf(all.length - shown.length, 'more pattern');
      text += `… and ${rest} with ${countOf(hidden, 'event')}\n`;
    }
    await terminal.write(text);
  }
  return walk.finish();
}

function parseTop(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--top takes a number, not "${text}"`);
  return Number(text);
}

const COLUMNS: readonly Column[] = [
  { heading: 'EVENTS', align: 'right' },
  { heading: '%', align: 'right' },
  { heading: 'WORST', align: 'left' },
  { heading: 'FIRST', align: 'left' },
  { heading: 'LAST', align: 'left' },
  { heading: 'WHEN', align: 'left' },
  { heading: 'PATTERN', align: 'left' },
];
const WORST_COLUMN = 2;

function table(
  shown: readonly Pattern[],
  events: number,
  palette: Palette,
  given: ParsedArguments,
): string {
  const utc = given.has('utc');
  const timeText = timeFormat(shown, utc);
  const rows = shown.map((pattern) => [
    countText(pattern.events),
    ((100 * pattern.events) / events).toFixed(1),
    worstLevel(pattern).toUpperCase(),
    timeText(pattern.firstNs),
    timeText(pattern.lastNs),
    sparkline(pattern.bins),
    patternTitle(pattern),
  ]);
  const text = tableText(COLUMNS, rows, palette, (cell, row, column) => {
    const worst = LEVELS.indexOf(worstLevel(shown[row]));
    if (column !== WORST_COLUMN || worst < LEVELS.indexOf('warn')) return cell;
    return worst === LEVELS.indexOf('warn') ? palette.yellow(cell) : palette.red(cell);
  });
  if (!given.has('values')) return text;
  const [head, ...lines] = text.trimEnd().split('\n');
  const below = lines.flatMap((line, index) => [
    line,
    ...wildcardTexts(shown[index]).map((values) => `        ${values}`),
  ]);
  return `${[head, ...below].join('\n')}\n`;
}

function worstLevel({ byLevel }: Pattern): (typeof LEVELS)[number] {
  return LEVELS.findLast((level) => byLevel[level] !== undefined) ?? 'trace';
}

/** The time of day, with the day where there are several. */
function timeFormat(shown: readonly Pattern[], utc: boolean): (timeNs: bigint) => string {
  const partsOf = (timeNs: bigint): string[] =>
    instantText(Number(timeNs / 1_000_000n), utc).split(' ');
  const days = new Set(
    shown.flatMap(({ firstNs, lastNs }) => [partsOf(firstNs)[0], partsOf(lastNs)[0]]),
  );
  const count = days.size > 1 ? 2 : 1;
  return (timeNs) =>
    partsOf(timeNs)
      .slice(2 - count, 2)
      .join(' ');
}

function jsonLine(pattern: Pattern): string {
  const iso = isoClock();
  const { firstNs, lastNs, ...rest } = pattern;
  return `${jsonValue({ ...rest, first: iso(firstNs), last: iso(lastNs) })}\n`;
}
