/** `ttlog-view export`: events in the formats of other tools. */

import { exportOtlp } from '@ttlog/tracing/otlp';
import type { RecordedEvent } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { CSV_HEADER, csvFormat } from '../format/csv.ts';
import { JsonLines } from '../format/json-lines.ts';
import { jsonlFormat } from '../format/jsonl.ts';
import { logfmtFormat } from '../format/logfmt.ts';
import { perfettoPieces } from '../format/perfetto.ts';
import { countText } from '../format/quantity.ts';
import { openInput, reportDamage, reportHosts } from '../input/input.ts';
import { DOCUMENT_OPTIONS, type DocumentStream, openDocument } from '../output/document-stream.ts';
import { exitCode } from '../output/exit-code.ts';
import { BATCH_UNITS, type Terminal } from '../output/terminal.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import {
  FILTER_OPTIONS,
  parseSelection,
  type Selection,
  selectEvents,
  selectWalk,
} from '../select/selection.ts';
import type { Command } from './command.ts';
import { makeReportPage } from './report-page.ts';
import { writeWalk } from './write-walk.ts';

const FORMATS = ['jsonl', 'csv', 'logfmt', 'otlp', 'perfetto', 'html'] as const;
type Format = (typeof FORMATS)[number];

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write events for other tools: jsonl, csv, logfmt, otlp, perfetto, html.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'jsonl and logfmt are those of cat. csv has the fields of an event as JSON in its last column. ' +
      'otlp is OTLP/JSON, one LogsData or TracesData object a line (--signal); its logs are all ' +
      'events of the recordings. perfetto opens in ui.perfetto.dev: threads as tracks, spans as ' +
      'slices, log events as instants, the crash marked. html is the page of ttlog-view report, of one ' +
      'recording.',
    'Filters choose the log events; spans are always all of them.',
  ],
  options: [
    PID_OPTION,
    { name: 'to', value: 'FORMAT', choices: FORMATS, summary: 'The format; required.' },
    {
      name: 'signal',
      value: 'SIGNAL',
      choices: ['logs', 'traces'],
      summary: 'Of otlp: logs (the default) or traces.',
    },
    ...DOCUMENT_OPTIONS,
    ...FILTER_OPTIONS,
    { name: 'json', short: 'j', summary: 'The same as --to jsonl.' },
    { name: 'utc', summary: 'Read times, and show those of html, in UTC instead of local time.' },
  ],
  examples: [
    ['ttlog-view export crash.bin --to perfetto -o trace.json', 'for ui.perfetto.dev'],
    ['ttlog-view export crash.bin --to otlp > logs.jsonl', 'for an OpenTelemetry collector'],
    ['ttlog-view export crash.bin --to html -o crash.html', 'a page for a browser'],
    ['ttlog-view export crash.bin --to csv -l warn -o warnings.csv', 'for a spreadsheet'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const format = given.has('json') ? 'jsonl' : (given.value('to') as Format | undefined);
  if (format === undefined) throw new UsageError(`--to is missing: ${FORMATS.join(', ')}`);
  const selection = parseSelection(given, given.has('utc'));
  if ((format === 'otlp' || format === 'html') && selection.isFiltered) {
    throw new UsageError(`--to ${format} takes no filters: it exports recordings as they are`);
  }
  const wanted = wantedBy(given);
  const { files, hasFailed, isPartial } = await openInput(given.operands, wanted, terminal);
  if (files.length === 0) return exitCode({ hasShown: false, hasFailed, isDamaged: isPartial });
  if (format === 'html' && files.length > 1) {
    throw new UsageError(`--to html takes one recording; there are ${files.length} here`);
  }
  reportHosts(files, terminal);
  const document = await openDocument(given, terminal);
  try {
    await writeAll(format, { given, selection, files }, document, terminal);
    await document.finish();
  } catch (error) {
    await document.abandon().catch(() => {});
    throw error;
  } finally {
    terminal.progress('');
  }
  let isDamaged = isPartial;
  for (const file of files) if (reportDamage(file, terminal)) isDamaged = true;
  return exitCode({ hasShown: true, hasFailed, isDamaged });
}

interface Export {
  readonly given: ParsedArguments;
  readonly selection: Selection;
  readonly files: readonly RecordingFile[];
}

async function writeAll(
  format: Format,
  { given, selection, files }: Export,
  document: DocumentStream,
  terminal: Terminal,
): Promise<void> {
  if (format === 'html') {
    const { page } = await makeReportPage(files[0], given.has('utc'), terminal);
    return document.write(page);
  }
  const total = files.reduce((sum, { recording }) => sum + (recording.footer?.events ?? 0), 0);
  const progress = (done: number): void => {
    const share = total === 0 ? '' : ` of ${countText(total)}`;
    terminal.progress(`${countText(done)}${share} events`);
  };
  const walk = format === 'jsonl' ? selectWalk(selection, files) : null;
  if (walk === null) {
    const events = selectEvents(selection, files);
    return writePieces(piecesOf(format, events, files, given), document, progress);
  }
  await writeWalk(walk, new JsonLines(), (bytes) => document.write(bytes), progress);
}

interface Piece {
  readonly text: string;
  readonly events: number;
}

function piecesOf(
  format: Exclude<Format, 'html'>,
  events: Iterable<SourcedEvent | undefined>,
  files: readonly RecordingFile[],
  given: ParsedArguments,
): Iterable<Piece> {
  switch (format) {
    case 'jsonl':
      return linePieces(events, jsonlFormat());
    case 'logfmt':
      return linePieces(events, logfmtFormat());
    case 'csv':
      return linePieces(events, csvFormat(), CSV_HEADER);
    case 'perfetto':
      return perfettoPieces(events, files);
    case 'otlp':
      return otlpPieces(files, given.value('signal') === 'traces' ? 'traces' : 'logs');
  }
}

function* linePieces(
  events: Iterable<SourcedEvent | undefined>,
  format: (event: RecordedEvent, file: RecordingFile) => string,
  header = '',
): Generator<Piece> {
  yield { text: header, events: 0 };
  for (const sourced of events) {
    if (sourced === undefined) yield { text: '', events: 0 };
    else yield { text: format(sourced.event, sourced.file), events: 1 };
  }
}

/** Records of an OTLP line, by the exporter's default. */
const OTLP_BATCH = 512;

function* otlpPieces(files: readonly RecordingFile[], signal: 'logs' | 'traces'): Generator<Piece> {
  for (const { recording } of files) {
    for (const line of exportOtlp(recording)[signal]) {
      yield { text: `${line}\n`, events: OTLP_BATCH };
    }
  }
}

/** Pieces without text after which other work has its turn. */
const EMPTY_PER_PAUSE = 64;

async function writePieces(
  pieces: Iterable<Piece>,
  document: DocumentStream,
  progress: (done: number) => void,
): Promise<void> {
  let text = '';
  let done = 0;
  let emptyCount = 0;
  for (const piece of pieces) {
    text += piece.text;
    done += piece.events;
    const isPause = piece.text === '' && ++emptyCount % EMPTY_PER_PAUSE === 0;
    if (text.length < BATCH_UNITS && !isPause) continue;
    await document.write(text);
    progress(done);
    text = '';
  }
  await document.write(text);
}
