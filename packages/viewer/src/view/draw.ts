/**
 * What the full-screen reader shows, as lines that fit: the list, one event in full, the keys. All
 * text of a recording leaves printable; where it is put on the terminal stands in `output/screen.ts`.
 */

import type { RecordedEvent } from 'ttlog/reader';
import { isoClock } from '../format/clock.ts';
import type { Paint, Palette } from '../format/colour.ts';
import { palette } from '../format/colour.ts';
import { errorLines } from '../format/error-text.ts';
import { printable } from '../format/escape.ts';
import { type ClockMode, eventClock } from '../format/event-clock.ts';
import { searchableText } from '../format/pretty.ts';
import { countText } from '../format/quantity.ts';
import { processLabel, threadLabel } from '../format/source-label.ts';
import { keyText, valueText } from '../format/value.ts';
import { fitted } from '../format/width.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import type { EventIndex } from './event-index.ts';
import { shownIndexes, type View } from './model.ts';

/** Lines around the pane: title above, status below. */
export const FRAME_LINES = 2;
const LANE_WIDTH = 10;
const LEVEL_WIDTH = 5;
/** Text of a row beyond this is not looked at, however wide the terminal. */
const MAX_ROW_UNITS = 2000;

export interface Drawing {
  readonly files: readonly RecordingFile[];
  readonly index: EventIndex;
  readonly isComplete: boolean;
  readonly columns: number;
  readonly colours: Palette;
  readonly clockMode: ClockMode;
  readonly utc: boolean;
}

/** As many lines as the terminal has. */
export function picture(view: View, drawing: Drawing): string[] {
  const { columns, colours } = drawing;
  const body = bodyLines(view, drawing).slice(0, view.heightLines);
  while (body.length < view.heightLines) body.push('');
  const title = drawing.files.map(processLabel).join(', ');
  const lines = [colours.bold(fitted(`${title}  ${hiddenText(view)}`, columns)), ...body];
  lines.push(colours.dim(fitted(statusText(view, drawing), columns)));
  return lines;
}

function hiddenText({ minSeverity }: View): string {
  return minSeverity === 1 ? '' : `[severity ${minSeverity} and above]`;
}

function statusText(view: View, { index, isComplete }: Drawing): string {
  const at = index.count === 0 ? 0 : view.chosen + 1;
  const reading = isComplete ? '' : ', reading';
  return `${countText(at)} of ${countText(index.count)}${reading}   Enter detail  ? keys  q quit`;
}

function bodyLines(view: View, drawing: Drawing): string[] {
  if (view.pane === 'list') return listLines(view, drawing);
  const all = view.pane === 'help' ? [...KEYS] : detailLines(view, drawing);
  const first = Math.min(view.scrolledLines, Math.max(0, all.length - 1));
  return all.slice(first).map((line) => fitted(line, drawing.columns));
}

function listLines(view: View, drawing: Drawing): string[] {
  const indexes = shownIndexes(view, drawing.index);
  const clock = eventClock(
    { mode: drawing.clockMode, utc: drawing.utc, files: drawing.files },
    palette(false),
  );
  const events = drawing.index.read(indexes);
  return events.map((sourced, line) =>
    rowText(sourced, clock(sourced.event.timeNs).text, indexes[line] === view.chosen, drawing),
  );
}

function rowText(
  { event, file }: SourcedEvent,
  time: string,
  isChosen: boolean,
  { columns, colours }: Drawing,
): string {
  const lane = fitted(threadLabel(event.thread, file.recording.threads), LANE_WIDTH);
  const parts: [text: string, paint: Paint][] = [
    [isChosen ? '> ' : '  ', colours.bold],
    [`${time} `, isChosen ? colours.bold : colours.dim],
    [`${event.level.toUpperCase().padEnd(LEVEL_WIDTH)} `, levelPaint(event, colours)],
    [`${lane.padEnd(LANE_WIDTH)} `, colours.blue],
  ];
  let left = columns;
  let row = '';
  for (const [text, paint] of parts) {
    const shown = text.slice(0, Math.max(0, left));
    row += paint(shown);
    left -= shown.length;
  }
  if (left <= 0) return row;
  const text = fitted(lineText(event), left);
  return row + (isChosen ? colours.bold(text) : text);
}

function lineText(event: RecordedEvent): string {
  const [line] = searchableText(event).slice(0, MAX_ROW_UNITS).split('\n');
  return event.logger === '' ? line.slice(2) : line;
}

function levelPaint({ severity }: RecordedEvent, colours: Palette): Paint {
  if (severity >= 21) return colours.alarm;
  if (severity >= 17) return colours.red;
  if (severity >= 13) return colours.yellow;
  if (severity >= 9) return colours.green;
  return severity >= 5 ? colours.blue : colours.dim;
}

function detailLines(view: View, { index }: Drawing): string[] {
  const [sourced] = index.count === 0 ? [] : index.read([view.chosen]);
  if (sourced === undefined) return [];
  const { event, file } = sourced;
  const lines = [
    printable(event.message),
    '',
    `time     ${isoClock()(event.timeNs)}`,
    `level    ${event.level} (${event.severity})`,
    `thread   ${threadLabel(event.thread, file.recording.threads)}`,
    `process  ${processLabel(file)}`,
  ];
  if (event.logger !== '') lines.push(`logger   ${printable(event.logger)}`);
  if (event.traceId !== undefined) lines.push(`trace    ${printable(event.traceId)}`);
  if (event.spanId !== undefined) lines.push(`span     ${printable(event.spanId)}`);
  addTree(lines, 'fields', event.fields);
  addTree(lines, 'context', event.context);
  return lines;
}

function addTree(lines: string[], title: string, values: { [key: string]: unknown }): void {
  const keys = Object.keys(values);
  if (keys.length === 0) return;
  lines.push('', title);
  for (const key of keys) {
    const value = values[key];
    if (value instanceof Error) {
      lines.push(`  ${keyText(key)}`, ...errorLines(value).map((line) => `    ${line}`));
    } else {
      lines.push(`  ${keyText(key)} = ${valueText(value)}`);
    }
  }
}

const KEYS: readonly string[] = [
  'j k, arrows      next and previous event',
  'Space b, PgDn Up one screen down and up',
  'd u              half a screen down and up',
  'g G, Home End    first and last event',
  'Enter            the event in full; Enter, Esc or q: back',
  'e E              next and previous error',
  'w W              next and previous warning or worse',
  '1 to 6           show from trace, debug, info, warn, error, fatal on',
  '?                these keys',
  'q                quit',
];
