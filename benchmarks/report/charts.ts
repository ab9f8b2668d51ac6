// The charts of a report: which figures stand in which picture. A chart of which fewer than two
// bars were measured is left out.

import type { CaseResult } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import type { Bar, BarChart } from './bar-chart.ts';
import { formatValue } from './format-figure.ts';

interface BarSource {
  readonly label: string;
  readonly case: string;
  readonly figure: string;
  readonly kind: Bar['kind'];
}

interface ChartSource {
  readonly file: string;
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly BarSource[];
}

const mean = (kind: Bar['kind'], label: string, name: string): BarSource => {
  return { kind, label, case: name, figure: FIGURE.mean };
};

const snapshot = (kind: Bar['kind'], label: string, figure: string): BarSource => {
  return { kind, label, case: 'snapshot/64MiB', figure };
};

const THREADS = [1, 2, 4, 16, 64, 256];
const RING_LOADS = ['1p-1c', '2p-2c', '4p-4c', '8p-8c', '8p-4c', '4p-8c'];

const CHARTS: readonly ChartSource[] = [
  {
    file: 'call-cost.svg',
    title: 'What one log call costs',
    subtitle: 'Mean of a call with four fields, unless it says otherwise; less is better',
    bars: [
      mean('floor', 'floor: clock and 40 bytes', 'log/floor'),
      mean('own', 'ttlog, no field', 'log/no-field'),
      mean('own', 'ttlog, defined event', 'log/define-event'),
      mean('own', 'ttlog', 'log/4-fields'),
      mean('peer', 'pino, no-op stream', 'log/pino-noop'),
      mean('peer', 'pino, to bytes', 'log/pino-bytes'),
      mean('peer', 'pino, file, until written', 'log/pino-file'),
      mean('peer', 'LogTape, no-op sink', 'log/logtape-noop'),
      mean('peer', 'LogTape, JSON lines', 'log/logtape-json'),
      mean('peer', 'winston, no-op stream', 'log/winston-noop'),
      mean('peer', 'console.log, file', 'log/console-file'),
    ],
  },
  {
    file: 'threads.svg',
    title: 'Events a second, all threads together',
    subtitle: 'Worker threads that log four fields into one ring, no black box; more is better',
    bars: THREADS.map((threads) => ({
      label: threads === 1 ? '1 thread' : `${threads} threads`,
      case: `threads/${threads}`,
      figure: FIGURE.events,
      kind: 'own',
    })),
  },
  {
    file: 'ring.svg',
    title: 'Transfers a second through the ring',
    subtitle: 'Producers to consumers; room for a million entries of 32 bytes; more is better',
    bars: [
      { label: 'postMessage, 1 to 1', case: 'ring/1p-1c', figure: 'postMessage', kind: 'peer' },
      ...RING_LOADS.map((load): BarSource => {
        const label = load.replace('p-', ' to ').replace('c', '');
        return { label, case: `ring/${load}`, figure: FIGURE.transfers, kind: 'own' };
      }),
    ],
  },
  {
    file: 'snapshot.svg',
    title: 'A snapshot of 64 MiB',
    subtitle: 'How long the calling thread is busy; less is better',
    bars: [
      snapshot('own', 'snapshot()', FIGURE.asyncBlocks),
      snapshot('floor', 'copy and compress', FIGURE.copyAndCompress),
      snapshot('own', 'snapshotSync()', FIGURE.callingThread),
      snapshot('peer', 'cbor-x on objects', FIGURE.cborXOnObjects),
    ],
  },
];

export function chartsOf(cases: readonly CaseResult[]): { file: string; chart: BarChart }[] {
  const charts = CHARTS.map(({ file, title, subtitle, bars }) => {
    return { file, chart: { title, subtitle, bars: bars.flatMap((bar) => barOf(bar, cases)) } };
  });
  return charts.filter(({ chart }) => chart.bars.length > 1);
}

function barOf(source: BarSource, cases: readonly CaseResult[]): Bar[] {
  const result = cases.find(({ name }) => name === source.case);
  const figure = result?.figures.find(({ name }) => name === source.figure);
  if (figure === undefined || result?.error !== null) return [];
  const { median, unit } = figure;
  return [
    { label: source.label, value: median, text: formatValue(median, unit), kind: source.kind },
  ];
}
