/** The spans of several recordings, each once. */

import { readSpans } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import type { FoundSpan } from './trace-tree.ts';

export interface SpanOfFile extends FoundSpan {
  readonly file: RecordingFile;
}

/** Of recordings of one process the one that saw a span end counts. */
export function spansOfFiles(files: readonly RecordingFile[]): Iterable<SpanOfFile> {
  const found = new Map<string, SpanOfFile>();
  for (const file of files) {
    const { recording } = file;
    for (const span of readSpans(recording)) {
      const key = `${span.traceId} ${span.spanId}`;
      if (span.endNs === null && found.has(key)) continue;
      found.set(key, { span, recordingEndNs: recording.endNs, file });
    }
  }
  return found.values();
}
