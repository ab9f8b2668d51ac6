/** `ttlog-view fields`: which fields events have, and which values a field has. */

import type { ParsedArguments } from '../arguments/option.ts';
import { FieldCollector, type FieldSummary } from '../digest/field-table.ts';
import { choosePalette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { jsonValue } from '../format/json-value.ts';
import { countText } from '../format/quantity.ts';
import { type Column, tableText } from '../format/table.ts';
import { isPlainObject, valueText } from '../format/value.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Command } from './command.ts';
import { DIGEST_OPTIONS, walkEvents } from './walk.ts';

/** Values shown beside a field, and of one field. */
const TOP_OF_ALL = 3;
const TOP_OF_ONE = 100;

export const fields: Command = {
  name: 'fields',
  summary: 'List the fields of events, or the values of one.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
  description: [
    'Lists fields and bindings: how many events have them, types, different values, least and ' +
      'greatest number, most frequent values. With --name, the values of one field.',
  ],
  options: [
    ...DIGEST_OPTIONS,
    { name: 'name', value: 'NAME', summary: 'The values of this field, most frequent first.' },
  ],
  examples: [
    ['ttlog-view fields crash.bin', 'what there is to query'],
    ['ttlog-view fields crash.bin --name user.id', 'the values of one field'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const name = given.value('name');
  const collector = new FieldCollector(name === undefined ? TOP_OF_ALL : TOP_OF_ONE, {
    isPlainObject,
    valueText,
  });
  const walk = await walkEvents(given, terminal, ({ event }) => collector.add(event));
  const all = collector.summaries();
  const shown = name === undefined ? all : all.filter((field) => field.name === name);
  if (name !== undefined && shown.length === 0 && walk.events > 0) {
    terminal.report(`no event has a field ${name}`);
  }
  const palette = choosePalette(given.value('color'), terminal);
  if (given.has('json')) {
    await terminal.write(shown.map((field) => `${jsonValue(field)}\n`).join(''));
  } else if (shown.length > 0) {
    const isOne = name !== undefined;
    await terminal.write(
      isOne
        ? tableText(VALUE_COLUMNS, valueRows(shown[0]), palette)
        : tableText(COLUMNS, shown.map(rowOf), palette),
    );
  }
  const code = walk.finish();
  return code === 0 && shown.length === 0 ? 1 : code;
}

const COLUMNS: readonly Column[] = [
  { heading: 'FIELD', align: 'left' },
  { heading: 'EVENTS', align: 'right' },
  { heading: 'TYPES', align: 'left' },
  { heading: 'DISTINCT', align: 'right' },
  { heading: 'MIN', align: 'right' },
  { heading: 'MAX', align: 'right' },
  { heading: 'MOST FREQUENT', align: 'left' },
];

function rowOf(field: FieldSummary): string[] {
  const { name, events, types, distinct, isMore, min, max, top } = field;
  return [
    printable(name),
    countText(events),
    printable(types.join(', ')),
    countText(distinct) + (isMore ? '+' : ''),
    min === null ? '' : String(min),
    max === null ? '' : String(max),
    top.map(({ value, count }) => `${value} (${countText(count)})`).join(', '),
  ];
}

const VALUE_COLUMNS: readonly Column[] = [
  { heading: 'EVENTS', align: 'right' },
  { heading: '%', align: 'right' },
  { heading: 'VALUE', align: 'left' },
];

function valueRows({ events, top }: FieldSummary): string[][] {
  return top.map(({ value, count }) => [
    countText(count),
    ((100 * count) / events).toFixed(1),
    value,
  ]);
}
