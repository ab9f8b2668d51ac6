/** The list: a line an event, with what stands out at its left and the whole at its right edge. */

import type { RecordedEvent } from 'ttlog/reader';
import type { Paint, Palette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { searchableText } from '../format/pretty.ts';
import { processLabels } from '../format/source-label.ts';
import { valueText } from '../format/value.ts';
import { filled, fitted, widthOf, withoutColumns } from '../format/width.ts';
import type { PictureLine } from '../output/picture.ts';
import type { SourcedEvent } from '../recording-file.ts';
import { lookupOf } from '../select/query.ts';
import type { Drawing } from './draw.ts';
import { edgeCells } from './draw-strips.ts';
import type { View } from './model.ts';
import { visible } from './moves.ts';
import { rowClock } from './row-clock.ts';

const LANE_WIDTH = 10;
const COLUMN_WIDTH = 16;
const LEVEL_WIDTH = 5;
/** Text of a row beyond this is not looked at, however wide the terminal. */
const MAX_ROW_UNITS = 20_000;

export function listLines(
  view: View,
  drawing: Drawing,
): { body: PictureLine[]; isPartial: boolean } {
  const { known, colours } = drawing;
  const { indexes } = visible(view, known);
  if (indexes.length === 0) {
    const isEmpty = known.count === 0;
    const nothing = isEmpty
      ? known.index.isComplete
        ? 'no events'
        : 'reading…'
      : 'nothing passes the filters';
    return {
      body: [{ text: colours.dim(fitted(nothing, drawing.columns)), edge: '' }],
      isPartial: false,
    };
  }
  const { events, isPartial } = known.reader.read(indexes, drawing.isLate);
  const rowOf = rowFormat(view, drawing, indexes);
  const edge = edgeCells(view, drawing);
  const body = indexes.map((index, line) => ({
    text: rowOf(index, events[line]),
    edge: edge[line] ?? '',
  }));
  for (let line = body.length; line < view.heightLines; line++) {
    body.push({ text: '', edge: edge[line] ?? '' });
  }
  return { body, isPartial };
}

/** A row of the list, without what the edge takes. */
function rowFormat(
  view: View,
  drawing: Drawing,
  indexes: readonly number[],
): (index: number, sourced: SourcedEvent | undefined) => string {
  const { known, colours, columns, utc } = drawing;
  const { index: events } = known;
  const before = known.shown.previous(indexes[0] - 1) ?? indexes[0];
  const mark = view.marks.at(-1) ?? 0;
  const clock = rowClock({
    clock: view.clock,
    utc,
    files: events.files,
    previousNs: events.timeNsAt(before),
    markNs: events.timeNsAt(mark),
  });
  const times = new Map(indexes.map((index) => [index, clock(events.timeNsAt(index))]));
  const timeWidth = Math.max(...Array.from(times.values(), ({ length }) => length));
  const processes = events.files.length > 1 ? processLabels(events.files) : null;
  return (index, sourced) => {
    const isChosen = index === view.chosen;
    const { label, file } = events.lanes[events.laneAt(index)];
    const severity = events.severityAt(index);
    const cells: [text: string, paint: Paint][] = [
      [gutterText(index, view, drawing), isChosen ? colours.bold : colours.yellow],
      [`${times.get(index)?.padStart(timeWidth)} `, isChosen ? colours.bold : colours.dim],
      [`${levelText(severity).padEnd(LEVEL_WIDTH)} `, levelPaint(severity, colours)],
      [`${filled(label, LANE_WIDTH)} `, lanePaint(events.laneAt(index), colours)],
    ];
    if (processes !== null) {
      cells.push([`${filled(processes.get(file) ?? '', COLUMN_WIDTH)} `, colours.dim]);
    }
    for (const name of view.columns) {
      const text = sourced === undefined ? '' : columnText(sourced, name);
      cells.push([`${filled(text, COLUMN_WIDTH)} `, colours.cyan]);
    }
    let left = columns - 1;
    let row = '';
    for (const [text, paint] of cells) {
      const shown = widthOf(text) <= left ? text : fitted(text, left);
      row += paint(shown);
      left -= widthOf(shown);
    }
    // An event that is not read yet follows within the next pictures.
    const line = sourced === undefined ? '…' : lineText(sourced.event);
    const text = fitted(withoutColumns(line, view.leftColumns), left);
    return row + (isChosen || severity >= 17 ? colours.bold(text) : text);
  };
}

/** Chosen, and what is special: a mark, a hit, a gap above, lost events before. */
function gutterText(index: number, view: View, { known }: Drawing): string {
  const chosen = index === view.chosen ? '>' : ' ';
  if (view.marks.includes(index)) return `${chosen}*`;
  if (known.hits('search')?.found.has(index)) return `${chosen}/`;
  if (known.landmarks.includes(index) && index < known.count - 1) return `${chosen}≈`;
  return known.gaps.has(index) ? `${chosen}~` : `${chosen} `;
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

const LEVEL_TEXTS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

function levelText(severity: number): string {
  return LEVEL_TEXTS[(severity - 1) >> 2] ?? '?';
}

function levelPaint(severity: number, colours: Palette): Paint {
  if (severity >= 21) return colours.alarm;
  if (severity >= 17) return colours.red;
  if (severity >= 13) return colours.yellow;
  if (severity >= 9) return colours.green;
  return severity >= 5 ? colours.blue : colours.dim;
}

/** Threads side by side look different. */
function lanePaint(lane: number, { cyan, magenta, blue, green }: Palette): Paint {
  return [cyan, magenta, blue, green][lane % 4];
}
