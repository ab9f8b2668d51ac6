/** What was in flight when a recording ended, as a table. All of it is printable when it leaves. */

import { type InFlight, takenNs } from '../digest/in-flight.ts';
import { instantText } from './clock.ts';
import type { Palette } from './colour.ts';
import { printable } from './escape.ts';
import { durationText } from './quantity.ts';
import { type Column, tableText } from './table.ts';
import { keyText, valueText } from './value.ts';

const COLUMNS: readonly Column[] = [
  { heading: 'STARTED', align: 'left' },
  { heading: 'IN FLIGHT', align: 'right' },
  { heading: 'THREAD', align: 'left' },
  { heading: 'WHAT', align: 'left' },
];
const TAKEN = 1;

export function inFlightText(
  operations: readonly InFlight[],
  palette: Palette,
  utc: boolean,
): string {
  const rows = operations.map((operation) => {
    const { what, begin } = operation;
    const values = Object.entries({ ...begin.fields, ...begin.context });
    const details = values.map(([key, value]) => ` ${keyText(key)}=${valueText(value)}`);
    return [
      instantText(Number(begin.timeNs) / 1e6, utc),
      `>${durationText(Number(takenNs(operation)) / 1e6)}`,
      printable(begin.thread.name || String(begin.thread.id)),
      `${printable(what)}${details.join('')}`,
    ];
  });
  return tableText(COLUMNS, rows, palette, (text, _, column) =>
    column === TAKEN ? palette.red(text) : text,
  );
}
