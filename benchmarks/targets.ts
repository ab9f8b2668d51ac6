// What ttlog has set itself to reach, as ratios within one run. Data only: judging is the business
// of report/judge-targets.ts. To reach is to have the median of the figure within the bound.

import { FIGURE } from './runner/figure.ts';

export interface Target {
  readonly what: string;
  readonly case: string;
  readonly figure: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Beyond the target: what nobody has. */
  readonly wish?: number;
}

export const TARGETS: readonly Target[] = [
  {
    what: '`log.info`, no field: times the floor',
    case: 'log/no-field',
    figure: FIGURE.timesFloor,
    atMost: 1.5,
  },
  {
    what: '`log.info`, 4 fields: times the floor',
    case: 'log/4-fields',
    figure: FIGURE.timesFloor,
    atMost: 2.2,
    wish: 1.6,
  },
  {
    what: 'pino to a no-op stream: times `log.info`, 4 fields',
    case: 'log/pino-noop',
    figure: FIGURE.timesTtlog,
    atLeast: 7,
  },
  {
    what: 'pino to its file destination: times `log.info`, 4 fields',
    case: 'log/pino-file',
    figure: FIGURE.timesTtlog,
    atLeast: 20,
  },
  {
    what: '`defineEvent`, 4 fields: times the floor',
    case: 'log/define-event',
    figure: FIGURE.timesFloor,
    atMost: 1.6,
    wish: 1.25,
  },
  {
    what: '4 fields inside a span: ns over the same call outside',
    case: 'log/inside-span',
    figure: FIGURE.overOutside,
    atMost: 60,
  },
  {
    what: 'dynamic text: times the floor',
    case: 'log/dynamic-text',
    figure: FIGURE.timesFloor,
    atMost: 4,
  },
  {
    what: 'disabled level: ns over an empty loop',
    case: 'log/disabled',
    figure: FIGURE.overEmptyLoop,
    atMost: 3,
  },
  {
    what: 'two threads: times one thread, `blackBox: false`',
    case: 'threads/2',
    figure: FIGURE.timesOneThread,
    atLeast: 1.85,
  },
  {
    what: '16 threads: times two threads, `blackBox: false`',
    case: 'threads/16',
    figure: FIGURE.timesTwoThreads,
    atLeast: 0.9,
  },
  {
    what: '1,024 threads: all join',
    case: 'threads/1024',
    figure: FIGURE.threadsJoined,
    atLeast: 1024,
  },
  {
    what: '1,024 threads: part of the logged events that is found',
    case: 'threads/1024',
    figure: FIGURE.partFound,
    atLeast: 1,
  },
  {
    what: 'bytes an event, 4 fields',
    case: 'memory/event-bytes',
    figure: FIGURE.bytesInRing,
    atMost: 40,
  },
  {
    what: 'snapshot of 64 MiB, calling thread: times copying and compressing',
    case: 'snapshot/64MiB',
    figure: FIGURE.timesCopyAndCompress,
    atMost: 1.3,
  },
  {
    what: 'cbor-x on objects: times the snapshot of 64 MiB',
    case: 'snapshot/64MiB',
    figure: FIGURE.timesFasterThanCborX,
    atLeast: 8,
  },
  {
    what: 'asynchronous snapshot of 64 MiB: ms that it blocks the calling thread',
    case: 'snapshot/64MiB',
    figure: FIGURE.asyncBlocks,
    atMost: 5,
  },
  {
    what: 'decoding: times the rate of cbor-x on an array of objects',
    case: 'reader/decode',
    figure: FIGURE.timesCborX,
    atLeast: 2,
  },
  {
    what: 'filter by level: times the rate of the full decode',
    case: 'reader/filter-level',
    figure: FIGURE.timesFullDecode,
    atLeast: 20,
  },
  {
    what: "a million events to a file, first call to last byte: times pino's",
    case: 'output/1M-ndjson',
    figure: FIGURE.timesPinoWall,
    atMost: 1,
  },
  {
    what: "a million events to a file, CPU of the main thread: times pino's",
    case: 'output/1M-ndjson',
    figure: FIGURE.timesPinoCpu,
    atMost: 1 / 6,
  },
  {
    what: 'filter by level: events gone over in a second, by the index',
    case: 'reader/filter-level',
    figure: FIGURE.eventsGoneOver,
    atLeast: 20_000_000,
  },
  {
    what: 'first output of a small recording: ms over bare Node',
    case: 'viewer/first-output-small',
    figure: FIGURE.firstOutput,
    atMost: 250,
  },
  {
    what: 'first output of a ring of 64 MiB: ms over bare Node',
    case: 'viewer/first-output-64MiB',
    figure: FIGURE.firstOutput,
    atMost: 250,
  },
  {
    what: 'first output of a black box: ms over bare Node',
    case: 'viewer/first-output-black-box',
    figure: FIGURE.firstOutput,
    atMost: 250,
  },
  {
    what: '`cat -o jsonl`: events a second, start included',
    case: 'viewer/cat-jsonl',
    figure: FIGURE.eventsWritten,
    atLeast: 500_000,
  },
  {
    what: '`cat -o jsonl`: bytes of memory an event, over bare Node',
    case: 'viewer/memory',
    figure: FIGURE.bytesAnEvent,
    atMost: 60,
  },
  {
    what: '`view`, 2 million events: ms from a key to its picture',
    case: 'viewer/key-to-paint',
    figure: FIGURE.keyToPaint,
    atMost: 16,
  },
  {
    what: '`view`, 2 million events: bytes of memory an event, over bare Node and the file',
    case: 'viewer/view-memory',
    figure: FIGURE.bytesAnEvent,
    atMost: 60,
  },
  {
    what: "`import 'ttlog'`: ms over bare Node",
    case: 'start/import',
    figure: FIGURE.overBareNode,
    atMost: 20,
  },
];
