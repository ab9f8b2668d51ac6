/** Events as text in the formats of other tools, in pieces that a stream takes. */

import { exportOtlp } from '@ttlog/tracing/otlp';
import type { RecordedEvent } from 'ttlog/reader';
import { CSV_HEADER, csvFormat } from '../format/csv.ts';
import type { ExportFormat } from '../format/export-format.ts';
import { jsonlFormat } from '../format/jsonl.ts';
import { logfmtFormat } from '../format/logfmt.ts';
import { perfettoPieces } from '../format/perfetto.ts';
import { type PrettyOptions, prettyFormat } from '../format/pretty.ts';
import { BATCH_UNITS } from '../output/terminal.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { isApart } from '../select/neighbours.ts';

export interface Piece {
  readonly text: string;
  readonly events: number;
}

/** In all formats but html, which is a page of a recording and not a list of events. */
export function exportPieces(
  format: Exclude<ExportFormat, 'html'>,
  events: Iterable<SourcedEvent | undefined>,
  files: readonly RecordingFile[],
  signal: 'logs' | 'traces',
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
      return otlpPieces(files, signal);
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

/** The text of cat, without how it all ended. */
export function* catPieces(
  events: Iterable<SourcedEvent | undefined>,
  files: readonly RecordingFile[],
  look: Omit<PrettyOptions, 'files'>,
): Generator<Piece> {
  const format = prettyFormat({ ...look, files });
  const separator = `${look.palette.dim('--')}\n`;
  let previous: SourcedEvent | undefined;
  for (const sourced of events) {
    if (sourced === undefined) {
      yield { text: '', events: 0 };
      continue;
    }
    const { event, file, isNeighbour } = sourced;
    const rule = isApart(previous, sourced) ? separator : '';
    yield { text: rule + format(event, file, isNeighbour), events: 1 };
    previous = sourced;
  }
}

/** Joins pieces until a batch is full; less, also nothing, at so many pieces without text. */
export function* batches(pieces: Iterable<Piece>, emptyPerPause = 1): Generator<string> {
  let text = '';
  let emptyCount = 0;
  for (const piece of pieces) {
    text += piece.text;
    const isPause = piece.text === '' && ++emptyCount % emptyPerPause === 0;
    if (text.length < BATCH_UNITS && !isPause) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Other work has its turn whenever `write` lets it. */
export async function writePieces(
  pieces: Iterable<Piece>,
  write: (text: string) => Promise<void>,
  progress: (done: number) => void,
  emptyPerPause = 1,
): Promise<void> {
  let done = 0;
  for (const text of batches(counted(pieces), emptyPerPause)) {
    await write(text);
    progress(done);
  }

  function* counted(counting: Iterable<Piece>): Generator<Piece> {
    for (const piece of counting) {
      done += piece.events;
      yield piece;
    }
  }
}
