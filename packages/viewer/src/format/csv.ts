/**
 * Events as comma-separated values (RFC 4180): what ttlog knows in fixed columns, then all fields and
 * bindings as one JSON object, since events differ in them; or the fields that were asked for.
 */

import type { RecordedEvent } from 'ttlog/reader';
import { fieldsBesideSource, type RecordingFile, sourceOf } from '../recording-file.ts';
import { isoClock } from './clock.ts';
import { printable } from './escape.ts';
import { jsonValue } from './json-value.ts';

const COLUMNS = ['time', 'level', 'logger', 'msg', 'service', 'host', 'pid', 'thread', 'fields'];

export const CSV_HEADER: string = `${COLUMNS.join(',')}\r\n`;

export function csvFormat(): (event: RecordedEvent, file: RecordingFile) => string {
  const iso = isoClock();
  return (event, file) => {
    const { timeNs, level, logger, message, thread, context } = event;
    const { service, host, pid } = sourceOf(event, file);
    const cells = [
      iso(timeNs),
      level,
      cell(logger),
      cell(message),
      cell(service),
      cell(host),
      String(pid),
      cell(thread.name === '' ? String(thread.id) : thread.name),
      cell(jsonValue({ ...context, ...fieldsBesideSource(event) })),
    ];
    return `${cells.join(',')}\r\n`;
  };
}

/** A spreadsheet takes a cell that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const shown = printable(text);
  const safe = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
