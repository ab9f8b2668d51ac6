import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getLogger, startRecorder } from 'ttlog';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkStored } from '../cases/check-stored.ts';
import { CASES, selectCases } from '../cases/corpus.ts';
import { drawBarChart } from '../report/bar-chart.ts';
import { chartsOf } from '../report/charts.ts';
import { judgeTargets } from '../report/judge-targets.ts';
import { replaceBlock } from '../report/readme-block.ts';
import { readmeFigures } from '../report/readme-figures.ts';
import { parseResults, RESULTS_VERSION, type Results } from '../report/results.ts';
import { reportText } from '../report/write-report.ts';
import type { CaseResult } from '../runner/case.ts';
import { counted, FIGURE, quantile, ratios, summarize } from '../runner/figure.ts';
import { TARGETS, type Target } from '../targets.ts';

const RUN = fileURLToPath(new URL('../dist/run.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ttlog-benchmarks-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8', cwd: folder });
}

describe('bench', () => {
  let stdout: string;
  let results: Results;

  beforeAll(() => {
    const file = join(folder, 'figures.json');
    const ran = bench('log/no-field', 'reader/filter-time', '--quick', '--json', file);
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    stdout = ran.stdout;
    results = parseResults(readFileSync(file, 'utf8'));
  });

  it('runs the cases that a filter fits, and no others', () => {
    expect(results.cases.map(({ name }) => name)).toEqual(['log/no-field', 'reader/filter-time']);
    expect(results.isQuick).toBe(true);
  });

  it('gives each figure a unit, a median and its spread', () => {
    for (const { figures } of results.cases) {
      expect(figures.length).toBeGreaterThan(2);
      for (const { name, unit, median, low, high, rounds } of figures) {
        expect(name).not.toBe('');
        expect(unit).not.toBe('');
        expect(Number.isFinite(median)).toBe(true);
        expect(low).toBeLessThanOrEqual(median);
        expect(high).toBeGreaterThanOrEqual(median);
        expect(rounds).toBeGreaterThan(0);
      }
    }
  });

  it('counts the events that decode afterwards', () => {
    for (const { stored, error } of results.cases) {
      expect(error).toBeNull();
      expect(stored!.faults).toEqual([]);
      expect(stored!.found).toBeGreaterThan(1000);
      expect(stored!.found + stored!.overwritten + stored!.dropped).toBe(stored!.attempted);
    }
  });

  it('names the machine, the load and the versions, and prints the rules', () => {
    expect(results.machine.node).toBe(process.version);
    expect(results.machine.cores).toBeGreaterThan(0);
    expect(results.machine.loadBefore).toBeGreaterThanOrEqual(0);
    expect(results.packages.ttlog).toMatch(/^\d+\.\d+\.\d+/);
    for (const rule of results.rules) expect(stdout).toContain(rule);
    expect(stdout).toContain(process.version);
  });

  it('judges the targets that were measured and says of the others that they were not', () => {
    const byCase = new Map(results.targets.map((target) => [target.case, target]));
    expect(byCase.get('log/no-field')!.outcome).toMatch(/^(reached|not reached)$/);
    expect(byCase.get('log/4-fields')!.outcome).toBe('not measured');
    expect(results.targets.length).toBe(TARGETS.length);
  });

  it('makes a report of what was measured', () => {
    const text = reportText(results, ['![a chart](charts/a.svg)']);
    expect(text).toContain('## Call cost');
    expect(text).toContain('`log/no-field`');
    expect(text).toContain('![a chart](charts/a.svg)');
    expect(text).toContain('A quick run');
    expect(text).not.toContain('## Ring');
  });

  it('leaves the README alone unless all that it shows was measured', () => {
    expect(readmeFigures({ ...results, isQuick: false })).toBeNull();
  });

  it('refuses a filter that fits nothing', () => {
    const { status, stderr } = bench('log/nonsense');
    expect(status).not.toBe(0);
    expect(stderr).toContain('no case has such a name');
  });

  it('shows under the profiler where the time of a case goes', () => {
    const { status, stdout } = bench('--profile', 'log/floor');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\d+\.\d %.*call/);
    rmSync(stdout.split('\n', 1)[0].replace(/\/[^/]*$/, ''), { recursive: true });
  });
});

describe('the table of cases', () => {
  it('has every case that a target refers to', () => {
    for (const target of TARGETS) expect(Object.keys(CASES)).toContain(target.case);
  });

  it('leaves the long cases out of a quick run', () => {
    expect(selectCases(['^threads/'], false)).toContain('threads/1024');
    expect(selectCases(['^threads/'], true)).not.toContain('threads/1024');
  });

  it('takes a whole name for that case alone', () => {
    expect(selectCases(['threads/2'], false)).toEqual(['threads/2']);
    expect(selectCases(['threads/25'], false)).toEqual(['threads/256']);
  });
});

const NAME = 'log/some';

function resultOf(median: number, error: string | null = null): CaseResult {
  const figures = [counted('mean', 'ns', median)];
  return { name: NAME, what: '', seconds: 1, stored: null, figures, error };
}

describe('judging', () => {
  const most: Target = { what: '', case: NAME, figure: 'mean', atMost: 10 };
  const least: Target = { what: '', case: NAME, figure: 'mean', atLeast: 10 };
  const outcomes = (result: CaseResult) =>
    judgeTargets([most, least], [result]).map(({ outcome }) => outcome);

  it('takes the bound itself for reached', () => {
    expect(outcomes(resultOf(10))).toEqual(['reached', 'reached']);
    expect(outcomes(resultOf(10.1))).toEqual(['not reached', 'reached']);
    expect(outcomes(resultOf(9.9))).toEqual(['reached', 'not reached']);
  });

  it('does not judge by a case that failed', () => {
    const outcome = outcomes(resultOf(1, 'two events are missing'));
    expect(outcome).toEqual(['not measured', 'not measured']);
  });
});

describe('figures', () => {
  it('are the median with the quarters of the rounds', () => {
    const figure = summarize('mean', 'ns', [5, 1, 4, 2, 3]);
    expect(figure).toMatchObject({ median: 3, low: 2, high: 4, rounds: 5 });
    expect(quantile([10, 20], 0.5)).toBe(15);
    expect(quantile([7], 0.999)).toBe(7);
  });

  it('are divided round by round', () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  });
});

describe('the figures of the README', () => {
  const readme = 'before\n<!-- speed: the command -->\n\nold\n\n<!-- /speed -->\nafter\n';

  it('stand between the two comments, and nothing else changes', () => {
    const replaced = replaceBlock(readme, 'speed', '| new |\n');
    expect(replaced).toBe(
      'before\n<!-- speed: the command -->\n\n| new |\n\n<!-- /speed -->\nafter\n',
    );
    expect(replaceBlock(replaced, 'speed', 'old')).toBe(readme);
  });

  it('have a place, or it is said that there is none', () => {
    expect(() => replaceBlock(readme, 'deaths', '')).toThrow('the README has no block');
  });

  it('are those of a whole run', () => {
    const figures = Object.values(FIGURE).map((name) => summarize(name, '×', [1, 2, 4]));
    const cases = Object.keys(CASES).map((name) => ({ ...resultOf(1), name, figures }));
    const machine = {
      ...{ cpu: 'some', cores: 2, memoryGiB: 24, system: 'Linux', node: 'v20.20.2', v8: '11.3' },
      ...{ loadBefore: 0, loadAfter: 1 },
    };
    const whole: Results = {
      ...{ version: RESULTS_VERSION, takenAt: '', isQuick: false, machine, packages: {} },
      ...{ rules: [], cases, targets: [] },
    };
    const text = readmeFigures(whole)!;
    expect(text).toContain('| `log.info(message)` | 2× [1.50 – 3] | 2× the floor |');
    expect(text).toContain('some, 2 cores');
    expect(readmeFigures({ ...whole, isQuick: true })).toBeNull();
  });
});

describe('charts', () => {
  it('draw one bar a figure, with its value, for light and dark pages', () => {
    const svg = drawBarChart({
      title: 'Cost & <more>',
      subtitle: 'less is better',
      bars: [
        { label: 'ttlog', value: 100, text: '100 ns', kind: 'own' },
        { label: 'other', value: 1000, text: '1,000 ns', kind: 'peer' },
      ],
    });
    expect(svg.match(/<rect /g)).toHaveLength(2);
    expect(svg).toContain('1,000 ns');
    expect(svg).toContain('Cost &amp; &lt;more&gt;');
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  it('leave out what was not measured', () => {
    const figures = [counted('mean', 'ns', 50)];
    const results = ['log/floor', 'log/4-fields'].map((name) => ({
      ...resultOf(50),
      name,
      figures,
    }));
    const [{ file, chart }, ...others] = chartsOf(results);
    expect(file).toBe('call-cost.svg');
    expect(chart.bars.map(({ label }) => label)).toEqual(['floor: clock and 40 bytes', 'ttlog']);
    expect(others).toEqual([]);
  });
});

describe('the check of what is stored', () => {
  it('finds calls that are missing and events that are not whole', async () => {
    const recorder = startRecorder({ service: 'benchmark-test' });
    const log = getLogger('test');
    for (let i = 0; i < 10; i++) log.info('counted', { i });
    const plan = { isQuick: false, isProfile: false };
    const whole = await checkStored(recorder, 10, ({ message }) => message === 'counted', plan);
    const missing = await checkStored(recorder, 11, () => true, plan);
    const broken = await checkStored(recorder, 10, ({ fields }) => fields.i !== 3, plan);
    await recorder.stop();
    expect(whole).toMatchObject({ attempted: 10, found: 10, dropped: 0, faults: [] });
    expect(missing.faults).toEqual(['11 calls, but 10 are accounted for']);
    expect(broken.found).toBe(9);
    expect(broken.faults[0]).toContain('not as it was logged');
  });
});
