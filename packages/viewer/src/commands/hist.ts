/** `ttlog-view hist`: how many events came when, with the warnings and errors among them. */

import type { ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { roundSliceNs, sliceStart } from '../digest/time-slices.ts';
import { instantText, isoClock } from '../format/clock.ts';
import { choosePalette, type Palette } from '../format/colour.ts';
import { jsonValue } from '../format/json-value.ts';
import { countText } from '../format/quantity.ts';
import { bar } from '../format/spark.ts';
import { type Column, tableText } from '../format/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { parseDurationNs } from '../select/time-expression.ts';
import type { Command } from './command.ts';
import { DIGEST_OPTIONS, walkEvents } from './walk.ts';

export const hist: Command = {
  name: 'hist',
  summary: 'Show how many events came when, as bars.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'A bar for each slice of time, with the number of events, of warnings and of errors ' +
      '(error and fatal). Slices have a round length, so that there are no more than --buckets of them.',
  ],
  options: [
    ...DIGEST_OPTIONS,
    { name: 'buckets', value: 'N', summary: 'At most N bars; 40 by default.' },
    { name: 'every', value: 'TIME', summary: 'The length of a slice: 10ms, 1s, 5m.' },
  ],
  examples: [
    ['ttlog-view hist crash.bin', 'the whole recording'],
    ['ttlog-view hist crash.bin -S -10s --every 500ms', 'the last ten seconds'],
  ],
  run,
};

const DEFAULT_BUCKETS = 40;
const MAX_BUCKETS = 100_000;
const BAR_WIDTH = 40;
const WARN_SEVERITY = 13;
const ERROR_SEVERITY = 17;

interface Bucket {
  events: number;
  warnings: number;
  errors: number;
}

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const everyNs = parseEvery(given.value('every'));
  const count = parseBuckets(given.value('buckets'));
  let firstNs: bigint | null = null;
  let lastMs = 0;
  const atMs: number[] = [];
  const severities: number[] = [];
  const walk = await walkEvents(given, terminal, ({ event: { timeNs, severity } }) => {
    firstNs ??= timeNs;
    const ms = Number(timeNs - firstNs) / 1e6;
    if (ms > lastMs) lastMs = ms;
    atMs.push(ms);
    severities.push(severity);
  });
  if (firstNs === null) return walk.finish();
  const spanNs = BigInt(Math.round(lastMs * 1e6));
  const sliceNs = everyNs ?? roundSliceNs(spanNs, Math.max(1, count - 1));
  const originNs = sliceStart(firstNs, sliceNs);
  const beforeMs = Number(firstNs - originNs) / 1e6;
  const sliceMs = Number(sliceNs) / 1e6;
  const total = Math.floor((lastMs + beforeMs) / sliceMs) + 1;
  if (total > MAX_BUCKETS) {
    throw new UsageError(`--every ${given.value('every')} would make ${countText(total)} bars`);
  }
  const buckets: Bucket[] = Array.from({ length: total }, () => ({
    events: 0,
    warnings: 0,
    errors: 0,
  }));
  atMs.forEach((ms, index) => {
    const bucket = buckets[Math.max(0, Math.floor((ms + beforeMs) / sliceMs))];
    bucket.events++;
    if (severities[index] >= ERROR_SEVERITY) bucket.errors++;
    else if (severities[index] >= WARN_SEVERITY) bucket.warnings++;
  });
  const startOf = (index: number): bigint => originNs + BigInt(index) * sliceNs;
  if (given.has('json')) await terminal.write(jsonLines(buckets, startOf));
  else {
    const palette = choosePalette(given.value('color'), terminal);
    await terminal.write(table(buckets, startOf, palette, given.has('utc')));
  }
  return walk.finish();
}

function parseEvery(text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const ns = parseDurationNs(text);
  if (ns === undefined || ns === 0n) {
    throw new UsageError(`--every takes a time such as 10ms or 5m, not "${text}"`);
  }
  return ns;
}

function parseBuckets(text: string | undefined): number {
  if (text === undefined) return DEFAULT_BUCKETS;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_BUCKETS) return count;
  throw new UsageError(`--buckets takes a number from 1 to ${MAX_BUCKETS}, not "${text}"`);
}

const COLUMNS: readonly Column[] = [
  { heading: 'FROM', align: 'left' },
  { heading: 'EVENTS', align: 'right' },
  { heading: 'WARN', align: 'right' },
  { heading: 'ERROR', align: 'right' },
  { heading: '', align: 'left' },
];

function table(
  buckets: readonly Bucket[],
  startOf: (index: number) => bigint,
  palette: Palette,
  utc: boolean,
): string {
  const largest = buckets.reduce((most, { events }) => Math.max(most, events), 1);
  const rows = buckets.map(({ events, warnings, errors }, index) => [
    instantText(Number(startOf(index) / 1_000_000n), utc),
    countText(events),
    warnings === 0 ? '' : countText(warnings),
    errors === 0 ? '' : countText(errors),
    bar(events, largest, BAR_WIDTH),
  ]);
  const text = tableText(COLUMNS, rows, palette, (cell, row, column) => {
    const { warnings, errors } = buckets[row];
    const isBar = column === 4;
    if (errors > 0 && (column === 3 || isBar)) return palette.red(cell);
    if (warnings > 0 && (column === 2 || isBar)) return palette.yellow(cell);
    return cell;
  });
  return text.replace(/ +$/gm, '');
}

function jsonLines(buckets: readonly Bucket[], startOf: (index: number) => bigint): string {
  const iso = isoClock();
  return buckets
    .map((bucket, index) => `${jsonValue({ from: iso(startOf(index)), ...bucket })}\n`)
    .join('');
}
