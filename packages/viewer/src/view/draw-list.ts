/** The list: a line an event, with what stands out at its left and the whole at its right edge. */

import type { RecordedEvent } from 'ttlog/reader';
import type { Paint } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { searchableText } from '../format/pretty.ts';
import { countText } from '../format/quantity.ts';
import { processLabels } from '../format/source-label.ts';
import { valueText } from '../format/value.ts';
import { filled, fitted, widthOf, withoutColumns, wrapped } from '../format/width.ts';
import type { PictureLine } from '../output/picture.ts';
import type { SourcedEvent } from '../recording-file.ts';
import { lookupOf } from '../select/query.ts';
import type { Drawing, DrawnPane } from './draw.ts';
import { edgeCells } from './draw-strips.ts';
import { lanePaint, levelPaint, levelText } from './level-paint.ts';
import type { View } from './model.ts';
import { visible } from './moves.ts';
import { rowClock } from './row-clock.ts';

const LANE_WIDTH = 10;
const COLUMN_WIDTH = 16;
const LEVEL_WIDTH = 5;
/** Text of a row beyond this is not looked at, however wide the terminal. */
const MAX_ROW_UNITS = 20_000;

export interface DrawnList extends DrawnPane {
  readonly isPartial: boolean;
  /** Events that stand on it as a whole. */
  readonly screenEvents: number;
}

export function listLines(view: View, drawing: Drawing): DrawnList {
  const { known, colours } = drawing;
  const { indexes } = visible(view, known);
  if (indexes.length === 0) {
    const isEmpty = known.count === 0;
    const nothing = isEmpty
      ? known.index.isComplete
        ? 'no events'
        : 'reading…'
      : 'nothing passes the filters';
    const text = colours.dim(fitted(nothing, drawing.columns));
    return { body: [{ text, edge: '' }], targets: [], isPartial: false, screenEvents: 1 };
  }
  const { events, isPartial } = known.reader.read(indexes, drawing.isLate);
  const rowOf = rowFormat(view, drawing, indexes);
  const rows = indexes.map((index, place) => ({ index, lines: rowOf(index, events[place]) }));
  const lines = rows.flatMap(({ index, lines }) => lines.map((text) => ({ index, text })));
  const from = firstLine(view, lines);
  const shown = lines.slice(from, from + view.heightLines);
  const edge = edgeCells(view, drawing);
  const body: PictureLine[] = Array.from({ length: view.heightLines }, (_, line) => ({
    text: shown[line]?.text ?? '',
    edge: edge[line] ?? '',
  }));
  const screenEvents = new Set(shown.map(({ index }) => index)).size;
  return { body, targets: shown.map(({ index }) => index), isPartial, screenEvents };
}

/** An event as it stands above the list, wherever that is. */
export function pinnedLine(index: number, view: View, drawing: Drawing): string {
  const { events } = drawing.known.reader.read([index], drawing.isLate);
  const [line] = rowFormat({ ...view, isWrapped: false }, drawing, [index])(index, events[0]);
  return line;
}

/** Where the picture begins among the lines, so that the chosen event is on it as a whole. */
function firstLine(view: View, lines: readonly { readonly index: number }[]): number {
  const { chosen, heightLines } = view;
  const start = lines.findIndex(({ index }) => index === chosen);
  const end = lines.findLastIndex(({ index }) => index === chosen) + 1;
  const wanted = Math.min(start, Math.max(start - view.line, end - heightLines));
  return Math.max(0, Math.min(wanted, lines.length - heightLines));
}

/** The lines of a row of the list, without what the edge takes; one, unless rows are wrapped. */
function rowFormat(
  view: View,
  drawing: Drawing,
  indexes: readonly number[],
): (index: number, sourced: SourcedEvent | null | undefined) => string[] {
  const { known, colours, columns } = drawing;
  const { index: events } = known;
  const timeOf = timeTexts(view, drawing, indexes);
  const processes = events.files.length > 1 ? processLabels(events.files) : null;
  const numberWidth = countText(known.count).length;
  const hidden = new Set(view.hiddenFields);
  return (index, sourced) => {
    const isChosen = index === view.chosen;
    const { label, file } = events.lanes[events.laneAt(index)];
    const severity = events.severityAt(index);
    const cells: [text: string, paint: Paint][] = [
      [gutterText(index, view, drawing), isChosen ? colours.bold : colours.yellow],
    ];
    if (view.hasNumbers) {
      cells.push([`${countText(index + 1).padStart(numberWidth)} `, colours.dim]);
    }
    cells.push(
      [`${timeOf(index)} `, isChosen ? colours.bold : colours.dim],
      [`${levelText(severity).padEnd(LEVEL_WIDTH)} `, levelPaint(severity, colours)],
      [`${filled(label, LANE_WIDTH)} `, lanePaint(events.laneAt(index), colours)],
    );
    if (processes !== null) {
      cells.push([`${filled(processes.get(file) ?? '', COLUMN_WIDTH)} `, colours.dim]);
    }
    for (const name of view.columns) {
      const text = sourced ? columnText(sourced, name) : '';
      cells.push([`${filled(text, COLUMN_WIDTH)} `, colours.cyan]);
    }
    const { row, left } = leadText(cells, columns - 1);
    const line = sourced ? lineText(withoutFields(sourced.event, hidden)) : absentText(sourced);
    const isContext = !known.matched.has(index);
    const paint =
      isChosen || severity >= 17 ? colours.bold : isContext ? colours.dim : (text: string) => text;
    if (!view.isWrapped || left < LEAST_WRAPPED) {
      return [row + paint(fitted(withoutColumns(line, view.leftColumns), left))];
    }
    const indent = ' '.repeat(columns - 1 - left);
    return wrapped(line, left, view.heightLines).map(
      (text, place) => (place === 0 ? row : indent) + paint(text),
    );
  };
}

/** An event that is not read yet follows within the next pictures; null is damaged. */
function absentText(sourced: null | undefined): string {
  return sourced === null ? 'this event cannot be read' : '…';
}

/** Fewer columns are not worth wrapping into. */
const LEAST_WRAPPED = 8;

/** The cells as far as there is room, and how much is left behind them. */
function leadText(
  cells: readonly (readonly [text: string, paint: Paint])[],
  columns: number,
): { row: string; left: number } {
  let left = columns;
  let row = '';
  for (const [text, paint] of cells) {
    const shown = widthOf(text) <= left ? text : fitted(text, left);
    row += paint(shown);
    left -= widthOf(shown);
  }
  return { row, left };
}

/** Times of the rows, all of the same width. */
function timeTexts(
  view: View,
  { known, utc }: Drawing,
  indexes: readonly number[],
): (index: number) => string {
  const { index: events } = known;
  const before = known.shown.previous(indexes[0] - 1) ?? indexes[0];
  const clock = rowClock({
    clock: view.clock,
    utc,
    files: events.files,
    previousNs: events.timeNsAt(before),
    markNs: events.timeNsAt(view.marks.at(-1)?.index ?? 0),
  });
  const times = new Map(indexes.map((index) => [index, clock(events.timeNsAt(index))]));
  const width = Math.max(...Array.from(times.values(), ({ length }) => length));
  return (index) => times.get(index)?.padStart(width) ?? '';
}

/** Chosen, and what is special: a mark, a hit, a gap above, lost events before. */
function gutterText(index: number, view: View, { known }: Drawing): string {
  const chosen = index === view.chosen ? '>' : index === view.pinned ? '^' : ' ';
  const mark = view.marks.find((other) => other.index === index);
  if (mark !== undefined) return `${chosen}${mark.name === '' ? '*' : mark.name}`;
  if (known.hits('search')?.found.has(index)) return `${chosen}/`;
  if (known.landmarks.includes(index) && index < known.count - 1) return `${chosen}≈`;
  return known.gaps.has(index) ? `${chosen}~` : `${chosen} `;
}

/** The event as the list shows it, without some of its fields and bindings. */
export function withoutFields(event: RecordedEvent, hidden: ReadonlySet<string>): RecordedEvent {
  if (hidden.size === 0) return event;
  const kept = (values: RecordedEvent['fields']): RecordedEvent['fields'] =>
    Object.fromEntries(Object.entries(values).filter(([key]) => !hidden.has(key)));
  return {
    ...event,
    fields: kept(event.fields),
    context: kept(event.context),
    traceId: hidden.has('trace_id') ? undefined : event.traceId,
    spanId: hidden.has('span_id') ? undefined : event.spanId,
  };
}

/** The first value of that name, as in a query. */
function columnText({ event, file }: SourcedEvent, name: string): string {
  let text = '';
  lookupOf({ text: name.replace(/^\./, ''), isOfApplication: name.startsWith('.') })(
    event,
    file,
    (value) => {
      text = valueText(value);
      return true;
    },
  );
  return text;
}

/** The line as it is shown and copied, without time and level. */
export function lineText(event: RecordedEvent): string {
  const message = searchableText(event).slice(0, MAX_ROW_UNITS);
  const end = message.indexOf('\n');
  const line = end < 0 ? message : message.slice(0, end);
  const rest = end < 0 ? '' : ` ${message.slice(end).trim().split('\n', 1)[0]}`;
  return (event.logger === '' ? line.slice(2) : line) + printable(rest);
}
