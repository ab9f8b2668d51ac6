// The few figures that the README shows, out of the many of a whole run.

import type { CaseResult } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import { formatFigure, formatValue } from './format-figure.ts';
import { machineLine } from './machine.ts';
import type { Results } from './results.ts';

interface Shown {
  readonly what: string;
  readonly case: string;
  readonly figure: string;
  /** Another figure of the same case, with the words that follow it. */
  readonly beside?: { readonly figure: string; readonly words: string };
}

const floor = { figure: FIGURE.timesFloor, words: 'the floor' };
const ttlog = { figure: FIGURE.timesTtlog, words: 'ttlog with four fields' };
const bareNode = { figure: FIGURE.timesBareNode, words: 'an empty program' };

const SHOWN: readonly Shown[] = [
  { what: '`log.info(message)`', case: 'log/no-field', figure: FIGURE.mean, beside: floor },
  {
    what: '`log.info(message, { ... })`, four fields',
    case: 'log/4-fields',
    figure: FIGURE.mean,
    beside: floor,
  },
  {
    what: 'the same as a defined event',
    case: 'log/define-event',
    figure: FIGURE.mean,
    beside: floor,
  },
  {
    what: 'another text at every call',
    case: 'log/dynamic-text',
    figure: FIGURE.mean,
    beside: floor,
  },
  {
    what: 'a warning with four fields, written to the black box before the call returns',
    case: 'log/warn-4-fields',
    figure: FIGURE.mean,
    beside: floor,
  },
  {
    what: 'a call below the level, over an empty loop',
    case: 'log/disabled',
    figure: FIGURE.overEmptyLoop,
  },
  {
    what: 'pino to a stream that does nothing, four fields',
    case: 'log/pino-noop',
    figure: FIGURE.mean,
    beside: ttlog,
  },
  {
    what: 'pino to its asynchronous file destination, until written',
    case: 'log/pino-file',
    figure: FIGURE.mean,
    beside: ttlog,
  },
  {
    what: 'an event of four fields in the ring',
    case: 'memory/event-bytes',
    figure: FIGURE.bytesInRing,
  },
  {
    what: 'a million events printed to an NDJSON file, first call to last byte',
    case: 'output/1M-ndjson',
    figure: FIGURE.wholeWay,
    beside: { figure: FIGURE.timesPinoWall, words: "pino's" },
  },
  {
    what: 'the same: what the main thread works',
    case: 'output/1M-ndjson',
    figure: FIGURE.mainCpu,
    beside: { figure: FIGURE.timesPinoCpu, words: "pino's" },
  },
  {
    what: '`snapshotSync()` of a full ring of 64 MiB',
    case: 'snapshot/64MiB',
    figure: FIGURE.callingThread,
    beside: { figure: FIGURE.timesCopyAndCompress, words: 'copying and compressing the same' },
  },
  {
    what: '`snapshot()` of the same: how long it blocks the caller',
    case: 'snapshot/64MiB',
    figure: FIGURE.asyncBlocks,
  },
  {
    what: "`import 'ttlog'`, over an empty program",
    case: 'start/import',
    figure: FIGURE.overBareNode,
    beside: bareNode,
  },
  {
    what: '`startRecorder()`, one event and the end, over an empty program',
    case: 'start/recorder',
    figure: FIGURE.overBareNode,
    beside: bareNode,
  },
];

/** Markdown; null where the run did not measure all of it, or was a quick one. */
export function readmeFigures({ cases, machine, isQuick }: Results): string | null {
  const rows = SHOWN.map((shown) => rowOf(shown, cases));
  if (isQuick || rows.includes(null)) return null;
  return [
    '| | median [quarters] | |',
    '| --- | --- | --- |',
    ...rows,
    '',
    `${machineLine(machine)}. All cases, and how each is measured: [RESULTS.md](benchmarks/RESULTS.md).`,
  ].join('\n');
}

function rowOf(
  { what, case: name, figure, beside }: Shown,
  cases: readonly CaseResult[],
): string | null {
  const result = cases.find((candidate) => candidate.name === name);
  if (result === undefined || result.error !== null) return null;
  const find = (wanted: string) => result.figures.find((candidate) => candidate.name === wanted);
  const main = find(figure);
  const other = beside === undefined ? undefined : find(beside.figure);
  if (main === undefined || (beside !== undefined && other === undefined)) return null;
  const words = other === undefined ? '' : `${formatValue(other.median, '×')} ${beside!.words}`;
  return `| ${what} | ${formatFigure(main)} | ${words} |`;
}
