/**
 * The package entry `ttlog/reader`: opens what a recorder left behind. Loads no logger, no ring
 * writer and no trigger.
 */

export { openRecording, openRecordingSteps, recoverBlackBox } from './black-box/open-any.ts';
export type { RecoveryResult } from './black-box/recover.ts';
export type { EventHead } from './record/event-head.ts';
export { isLevel, LEVELS, type Level } from './record/level.ts';
export { Mark, type MarkKind } from './record/marks.ts';
export { RecordingError } from './snapshot/damage-error.ts';
export { resolveDirectory } from './snapshot/directory.ts';
export { walkEvents } from './snapshot/open-recording.ts';
export type * from './snapshot/recording.ts';
export {
  createScrubber,
  type Scrubbed,
  type Scrubber,
  type ScrubFinding,
  type ScrubOptions,
} from './snapshot/scrub.ts';
export {
  type RecordedSpan,
  readSpans,
  type SpanDrops,
  type SpanEvent,
  type SpanLink,
  type SpanQuery,
  type SpanStatus,
} from './snapshot/spans.ts';
export {
  type RecordingContent,
  type WritableEvent,
  writeRecording,
} from './snapshot/write-recording.ts';
export { errorLines } from './text/error-text.ts';
export { jsonString, printable, quoted } from './text/escape.ts';
export { flattenedKey, TRACE_NAMES, type TraceNames } from './text/flattened-key.ts';
export { addJsonValue } from './text/json-bytes.ts';
export { jsonValue } from './text/json-value.ts';
export { LineBytes } from './text/line-bytes.ts';
export { addTextValue } from './text/text-bytes.ts';
export { errorTitle, isPlainObject, keyText, valueText } from './text/value.ts';
