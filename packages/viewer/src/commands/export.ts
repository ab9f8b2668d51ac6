/** `ttlog-view export`: events in the formats of other tools. */

import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { EXPORT_FORMATS, type ExportFormat, formatOfName } from '../format/export-format.ts';
import { JsonLines } from '../format/json-lines.ts';
import { countText } from '../format/quantity.ts';
import { openInput, reportDamage, reportHosts } from '../input/input.ts';
import { DOCUMENT_OPTIONS, type DocumentStream, openDocument } from '../output/document-stream.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import {
  FILTER_OPTIONS,
  parseSelection,
  type Selection,
  selectEvents,
  selectWalk,
} from '../select/selection.ts';
import type { Command } from './command.ts';
import { exportPieces, writePieces } from './export-pieces.ts';
import { makeReportPage } from './report-page.ts';
import { writeWalk } from './write-walk.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write events for other tools: jsonl, csv, logfmt, otlp, perfetto, html.',
  operands: '[FILE|DIR|GLOB…]',
  hasFilters: true,
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
    {
      name: 'to',
      value: 'FORMAT',
      choices: EXPORT_FORMATS,
      summary: 'The format, unless the ending of --output says it: .csv, .perfetto.json.',
    },
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
  const format = formatOf(given);
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

/** Pauses are for signals alone. */
const EMPTY_PER_PAUSE = 64;

/** Throws UsageError. */
function formatOf(given: ParsedArguments): ExportFormat {
  if (given.has('json')) return 'jsonl';
  const format = given.value('to') ?? formatOfName(given.value('output') ?? '');
  if (format !== undefined && format !== 'text') return format as ExportFormat;
  throw new UsageError(`--to is missing: ${EXPORT_FORMATS.join(', ')}`);
}

interface Export {
  readonly given: ParsedArguments;
  readonly selection: Selection;
  readonly files: readonly RecordingFile[];
}

async function writeAll(
  format: ExportFormat,
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
    const signal = given.value('signal') === 'traces' ? 'traces' : 'logs';
    const pieces = exportPieces(format, events, files, signal);
    return writePieces(pieces, (text) => document.write(text), progress, EMPTY_PER_PAUSE);
  }
  await writeWalk(walk, new JsonLines(), (bytes) => document.write(bytes), progress);
}
