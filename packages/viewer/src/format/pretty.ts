/**
 * Events as a person reads them: one line an event, columns only for what differs within the
 * input, errors below their event. Times are `event-clock.ts`'s affair; what a recording says as a whole
 * stands in `ending.ts`. `pretty-lines.ts` makes the same without an object for each event.
 */

import type { Level, RecordedEvent } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { type Palette, palette } from './colour.ts';
import { errorLines } from './error-text.ts';
import { printable } from './escape.ts';
import { type ClockOptions, eventClock } from './event-clock.ts';
import { processLabels, threadLabel } from './source-label.ts';
import { keyText, valueText } from './value.ts';

/** Columns are no wider than this, whatever a thread or service calls itself. */
const MAX_COLUMN = 24;
const ERROR_INDENT = '    ';

export interface PrettyOptions extends ClockOptions {
  readonly palette: Palette;
}

/** Events that are shown beside others are dim as a whole. */
export type PrettyFormat = (
  event: RecordedEvent,
  file: RecordingFile,
  isNeighbour?: boolean,
) => string;

export function prettyFormat(options: PrettyOptions): PrettyFormat {
  const { palette: colours } = options;
  const clock = eventClock(options, colours);
  const lineOf = lineFormat(colours, options.files);
  const plainLineOf = lineFormat(UNCOLOURED, options.files);
  return (event, file, isNeighbour = false) => {
    const { rule, text } = clock(event.timeNs);
    const above = rule === '' ? '' : `${colours.dim(rule)}\n`;
    const line = (isNeighbour ? plainLineOf : lineOf)(event, file);
    if (!isNeighbour) return `${above}${text} ${line}\n`;
    const lines = `${text} ${line}`.split('\n').map(colours.dim);
    return `${above}${lines.join('\n')}\n`;
  };
}

/** An event without its time. */
export function lineFormat(
  palette: Palette,
  files: readonly RecordingFile[],
): (event: RecordedEvent, file: RecordingFile) => string {
  const start = startFormat(palette, files);
  return (event, file) => start(event, file) + valuesText(event, palette);
}

/** What stands before the values of an event. */
type EventStart = Pick<
  RecordedEvent,
  'kind' | 'level' | 'severity' | 'logger' | 'message' | 'thread'
>;

/** From the level to the message. */
export function startFormat(
  palette: Palette,
  files: readonly RecordingFile[],
): (event: EventStart, file: RecordingFile) => string {
  const levels = levelTexts(palette);
  const source = sourceColumns(files, palette);
  return (event, file) => {
    let text = `${levels[event.level]} ${source(event, file)}`;
    if (event.logger !== '') text += `${palette.cyan(`${printable(event.logger)}:`)} `;
    return text + messageText(event, palette);
  };
}

/** Message, fields and errors without colour: the text that `--grep` looks into. */
export function searchableText(event: RecordedEvent): string {
  const values = valuesText(event, UNCOLOURED);
  return `${printable(event.logger)}: ${messageText(event, UNCOLOURED)}${values}`;
}

const UNCOLOURED = palette(false);

const KIND_LABELS = { log: '', 'span-start': '[span start] ', 'span-end': '[span end] ' };

function messageText({ kind, severity, message }: EventStart, { bold }: Palette): string {
  const shown = printable(message);
  return KIND_LABELS[kind] + (severity >= 17 ? bold(shown) : shown);
}

/** Fields, bindings and ids; errors below them. */
function valuesText(event: RecordedEvent, palette: Palette): string {
  const { dim } = palette;
  let line = '';
  let below = '';
  const { fields } = event;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value instanceof Error) below += errorBlock(key, value, palette);
    else line += ` ${dim(`${keyText(key)}=`)}${valueText(value)}`;
  }
  return line + bindingsText(event, (key) => Object.hasOwn(fields, key), palette) + below;
}

export function bindingsText(
  { context, traceId, spanId }: Pick<RecordedEvent, 'context' | 'traceId' | 'spanId'>,
  isField: (key: string) => boolean,
  { dim }: Palette,
): string {
  let text = '';
  for (const key of Object.keys(context)) {
    // A field of the same name is the one that counts.
    if (isField(key)) continue;
    text += ` ${dim(`${keyText(key)}=`)}${valueText(context[key])}`;
  }
  if (traceId !== undefined) text += dim(` trace_id=${printable(traceId)}`);
  if (spanId !== undefined) text += dim(` span_id=${printable(spanId)}`);
  return text;
}

export function errorBlock(
  key: string,
  error: Error,
  { dim, red }: Pick<Palette, 'dim' | 'red'>,
): string {
  const [title, ...rest] = errorLines(error);
  const label = key === 'err' ? '' : `${keyText(key)}: `;
  let block = `\n${ERROR_INDENT}${label}${red(title)}`;
  for (const line of rest) block += `\n${ERROR_INDENT}${dim(line)}`;
  return block;
}

/** Process and thread, each only where the input has more than one. */
function sourceColumns(
  files: readonly RecordingFile[],
  palette: Palette,
): (event: Pick<RecordedEvent, 'thread'>, file: RecordingFile) => string {
  const processes = processLabels(files);
  const labels = new Map(
    files.map((file) => {
      const { threads } = file.recording;
      return [
        file,
        new Map(threads.map(({ id, name }) => [id, threadLabel({ id, name }, threads)])),
      ];
    }),
  );
  const hasThreads = [...labels.values()].some((threads) => threads.size > 1);
  const hasProcesses = new Set(processes.values()).size > 1;
  const processWidth = widthOf(processes.values());
  const threadWidth = widthOf([...labels.values()].flatMap((threads) => [...threads.values()]));
  return (event, file) => {
    let columns = '';
    if (hasProcesses) columns += palette.magenta(column(processes.get(file)!, processWidth));
    if (hasThreads) {
      const label = labels.get(file)?.get(event.thread.id) ?? threadLabel(event.thread, []);
      columns += palette.blue(column(label, threadWidth));
    }
    return columns;
  };
}

function column(label: string, width: number): string {
  return `${label.padEnd(width)} `;
}

function widthOf(labels: Iterable<string>): number {
  let width = 0;
  for (const label of labels) width = Math.max(width, label.length);
  return Math.min(MAX_COLUMN, width);
}

function levelTexts(palette: Palette): { readonly [level in Level]: string } {
  return {
    trace: palette.dim('TRACE'),
    debug: palette.blue('DEBUG'),
    info: palette.green('INFO '),
    warn: palette.yellow('WARN '),
    error: palette.red('ERROR'),
    fatal: palette.alarm('FATAL'),
  };
}
