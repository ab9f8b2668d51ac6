// Writes RESULTS.md, the charts beside it, and after a whole run the figures that the README shows.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CaseResult } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import { drawBarChart } from './bar-chart.ts';
import { chartsOf } from './charts.ts';
import { formatFigure, formatNumber, formatStored, formatValue } from './format-figure.ts';
import { boundOf, type JudgedTarget } from './judge-targets.ts';
import { loadWarning, machineLine } from './machine.ts';
import { writeReadmeBlock } from './readme-block.ts';
import { readmeFigures } from './readme-figures.ts';
import type { Results } from './results.ts';

const BENCHMARKS = new URL('../', import.meta.url);

const CHAPTERS: { readonly [name: string]: string } = {
  log: 'Call cost',
  threads: 'Threads',
  ring: 'Ring',
  memory: 'Memory',
  output: 'Output',
  snapshot: 'Snapshot',
  reader: 'Reader',
  viewer: 'Viewer',
  start: 'Start',
};

/** Returns the paths of what was written. */
export function writeReport(results: Results): string[] {
  const folder = new URL('charts/', BENCHMARKS);
  mkdirSync(folder, { recursive: true });
  const charts = chartsOf(results.cases);
  const files = charts.map(({ file, chart }) => ({
    url: new URL(file, folder),
    text: drawBarChart(chart),
  }));
  const names = charts.map(({ file, chart }) => `![${chart.title}](charts/${file})`);
  files.push({ url: new URL('RESULTS.md', BENCHMARKS), text: reportText(results, names) });
  const paths = files.map(({ url, text }) => {
    writeFileSync(url, text);
    return fileURLToPath(url);
  });
  const shown = readmeFigures(results);
  return shown === null ? paths : [...paths, writeReadmeBlock('speed', shown)];
}

/** The text of RESULTS.md. */
export function reportText(results: Results, images: readonly string[]): string {
  const { machine, packages, takenAt, isQuick, rules, targets, cases } = results;
  const warning = loadWarning(machine.loadBefore);
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const chapters = Object.entries(CHAPTERS).map(([name, title]) => {
    const own = cases.filter((result) => result.name.startsWith(`${name}/`));
    if (own.length === 0) return [];
    return [`## ${title}`, '', ...(name === 'log' ? callTable(own) : figureTable(own)), ''];
  });
  const lines = [
    '# Results',
    '',
    'Written by `pnpm bench --report`; [README.md](README.md) says how to repeat it.',
    '',
    `${machineLine(machine)}. ${versions.join(', ')}. Load average ` +
      `${machine.loadBefore.toFixed(2)} before and ${machine.loadAfter.toFixed(2)} after the run, ` +
      `which ended on ${takenAt.slice(0, 10)}.`,
    '',
    ...(warning === null ? [] : [`**${warning}**`, '']),
    ...(isQuick ? ['**A quick run: few and short rounds.**', ''] : []),
    ...rules.map((rule) => `- ${rule}`),
    '',
    ...images.flatMap((image) => [image, '']),
    '## Targets',
    '',
    ...table(['target', 'bound', 'median', 'spread', ''], targets.map(targetRow)),
    '',
    ...chapters.flat(),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function targetRow(target: JudgedTarget): string[] {
  const { what, outcome, median, low, high } = target;
  if (median === null || low === null || high === null) {
    return [what, boundOf(target), '', '', outcome];
  }
  const spread = low === high ? '' : `${formatNumber(low)} – ${formatNumber(high)}`;
  const missed = outcome === 'reached' ? outcome : `**${outcome}**, ${missedBy(target, median)}`;
  return [what, boundOf(target), formatNumber(median), spread, missed];
}

function missedBy({ atMost, atLeast }: JudgedTarget, median: number): string {
  const bound = atMost ?? atLeast ?? median;
  return `by ${formatNumber(Math.abs(median / bound - 1) * 100)} %`;
}

/** One row a case: what a call costs, how it spreads, what it is compared with. */
function callTable(cases: readonly CaseResult[]): string[] {
  const columns = [
    FIGURE.mean,
    FIGURE.timesFloor,
    FIGURE.timesTtlog,
    FIGURE.p50,
    FIGURE.p99,
    FIGURE.p999,
    FIGURE.max,
  ];
  const rows = cases.map((result) => {
    const cells = columns.map((name) => {
      const figure = result.figures.find((candidate) => candidate.name === name);
      if (figure === undefined) return '';
      const isWithSpread = name === FIGURE.mean || figure.unit === '×';
      return isWithSpread ? formatFigure(figure) : formatValue(figure.median, figure.unit);
    });
    return [caseCell(result), ...cells, `${formatNumber(result.stored?.dropped ?? 0)}`];
  });
  return table(['case', ...columns, 'dropped'], rows);
}

/** One row a figure. */
function figureTable(cases: readonly CaseResult[]): string[] {
  const rows = cases.flatMap((result) => {
    const remarks = [formatStored(result), ...(result.notes ?? [])].filter((text) => text !== '');
    return [
      [`**${result.name}**`, caseCell(result).split('<br>').slice(1).join('<br>')],
      ...result.figures.map((figure) => [figure.name, formatFigure(figure)]),
      ...remarks.map((remark) => ['', remark]),
    ];
  });
  return table(['', ''], rows);
}

function caseCell({ name, what, error }: CaseResult): string {
  const failure = error === null ? '' : `<br>**failed: ${error.split('\n', 1)[0]}**`;
  return `\`${name}\`<br>${what}${failure}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
