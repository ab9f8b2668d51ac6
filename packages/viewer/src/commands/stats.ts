/** `ttlog-view stats`: events counted by values and over time, and percentiles of a field. */

import type { ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { type NumberSummary, summariseNumbers } from '../digest/number-summary.ts';
import { sliceStart } from '../digest/time-slices.ts';
import { instantText, isoClock } from '../format/clock.ts';
import { choosePalette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { jsonValue } from '../format/json-value.ts';
import { countText } from '../format/quantity.ts';
import { type Column, tableText } from '../format/table.ts';
import { valueText } from '../format/value.ts';
import type { Terminal } from '../output/terminal.ts';
import { ABSENT } from '../select/field-match.ts';
import { type NameValue, nameValue } from '../select/name-value.ts';
import { parseDurationNs } from '../select/time-expression.ts';
import type { Command } from './command.ts';
import { DIGEST_OPTIONS, walkEvents } from './walk.ts';

export const stats: Command = {
  name: 'stats',
  summary: 'Count events by values and over time; percentiles of a field.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'Counts events by the values of --by (level, unless --of or --every says otherwise), each ' +
      'slice of --every apart. With --of, also the number of values of that field, their least, ' +
      'average, 50th, 95th and 99th percentile, greatest and sum; values that are no numbers ' +
      'count as events only. Names are those of the query language: logger, thread, user.id.',
  ],
  options: [
    ...DIGEST_OPTIONS,
    {
      name: 'by',
      value: 'NAME',
      isRepeatable: true,
      summary: 'Count by the values of this. Several: by each combination.',
    },
    { name: 'of', value: 'NAME', summary: 'Percentiles of this field.' },
    { name: 'every', value: 'TIME', summary: 'A row for each slice of time: 100ms, 1s, 5m.' },
  ],
  examples: [
    ['ttlog-view stats crash.bin --by logger --by level', 'who logs how much'],
    ['ttlog-view stats crash.bin --of ms --by route', 'how long routes take'],
    ["ttlog-view stats crash.bin -w 'level >= warn' --every 1s", 'warnings a second'],
  ],
  run,
};

interface Group {
  /** Of the slice; null without slices. */
  readonly startNs: bigint | null;
  /** As text; null where events have no such value. */
  readonly keys: readonly (string | null)[];
  events: number;
  readonly numbers: number[];
}

/** Combinations that are told apart; the rest is one group more. */
const MAX_GROUPS = 100_000;

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const sliceNs = parseEvery(given.value('every'));
  const of = given.value('of');
  const isBare = sliceNs === null && of === undefined && !given.has('by');
  const names = isBare ? ['level'] : given.values('by');
  const getters = names.map(nameValue);
  const measured = of === undefined ? null : nameValue(of);
  const groups = new Map<string, Group>();
  const walk = await walkEvents(given, terminal, ({ event, file }) => {
    const startNs = sliceNs === null ? null : sliceStart(event.timeNs, sliceNs);
    const group = groupOf(
      groups,
      startNs,
      getters.map((get) => keyText(get(event, file))),
    );
    group.events++;
    const value = measured === null ? null : numberOf(measured, event, file);
    if (value !== null) group.numbers.push(value);
  });
  const ordered = [...groups.values()].sort(compareGroups);
  if (given.has('json')) {
    await terminal.write(ordered.map((group) => jsonLine(group, names, of)).join(''));
  } else if (ordered.length > 0) {
    const columns = columnsFor(names, sliceNs !== null, of !== undefined);
    const rows = ordered.map((group) =>
      rowOf(group, given.has('utc'), given.has('every'), of !== undefined),
    );
    const palette = choosePalette(given.value('color'), terminal);
    await terminal.write(tableText(columns, rows, palette));
  }
  return walk.finish();
}

function parseEvery(text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const ns = parseDurationNs(text);
  if (ns === undefined || ns === 0n) {
    throw new UsageError(`--every takes a time such as 100ms or 5m, not "${text}"`);
  }
  return ns;
}

function keyText(value: unknown): string | null {
  if (value === ABSENT || value === undefined) return null;
  return typeof value === 'string' ? value : valueText(value);
}

function numberOf(get: NameValue, ...about: Parameters<NameValue>): number | null {
  const value = get(...about);
  const number =
    typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? null : number;
}

function groupOf(
  groups: Map<string, Group>,
  startNs: bigint | null,
  keys: readonly (string | null)[],
): Group {
  const id = JSON.stringify([String(startNs), ...keys]);
  const known = groups.get(id);
  if (known !== undefined) return known;
  const isOfTheRest = startNs === null && keys.every((key) => key === '…');
  if (groups.size >= MAX_GROUPS && !isOfTheRest) {
    return groupOf(
      groups,
      null,
      keys.map(() => '…'),
    );
  }
  const group: Group = { startNs, keys, events: 0, numbers: [] };
  groups.set(id, group);
  return group;
}

/** By time, what is beyond the limit last; then the most frequent first. */
function compareGroups(a: Group, b: Group): number {
  if (a.startNs !== b.startNs) {
    if (a.startNs === null || b.startNs === null) return a.startNs === null ? 1 : -1;
    return a.startNs < b.startNs ? -1 : 1;
  }
  return b.events - a.events || (a.keys.join() < b.keys.join() ? -1 : 1);
}

const MEASURES = ['min', 'avg', 'p50', 'p95', 'p99', 'max', 'sum'] as const;

function columnsFor(names: readonly string[], hasTime: boolean, isMeasured: boolean): Column[] {
  const right = (heading: string): Column => ({ heading, align: 'right' });
  return [
    ...(hasTime ? [{ heading: 'FROM', align: 'left' } as const] : []),
    ...names.map((name): Column => ({ heading: name.toUpperCase(), align: 'left' })),
    right('EVENTS'),
    ...(isMeasured ? ['VALUES', ...MEASURES].map((name) => right(name.toUpperCase())) : []),
  ];
}

function rowOf(
  { startNs, keys, events, numbers }: Group,
  utc: boolean,
  hasTime: boolean,
  isMeasured: boolean,
): string[] {
  const time = startNs === null ? '…' : instantText(Number(startNs / 1_000_000n), utc);
  const row = [
    ...(hasTime ? [time] : []),
    ...keys.map((key) => (key === null ? '-' : printable(key) || '""')),
    countText(events),
  ];
  if (!isMeasured) return row;
  const summary = summariseNumbers(numbers);
  return [...row, countText(numbers.length), ...MEASURES.map((name) => measureText(summary, name))];
}

function measureText(summary: NumberSummary | null, name: (typeof MEASURES)[number]): string {
  return summary === null ? '-' : String(Number(summary[name].toPrecision(6)));
}

function jsonLine(
  { startNs, keys, events, numbers }: Group,
  names: readonly string[],
  of?: string,
): string {
  const by = Object.fromEntries(names.map((name, index) => [name, keys[index]]));
  const from = startNs === null ? {} : { from: isoClock()(startNs) };
  const measured = of === undefined ? {} : { of, values: summariseNumbers(numbers) };
  return `${jsonValue({ ...from, by, events, ...measured })}\n`;
}
