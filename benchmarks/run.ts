// The command `bench`: runs the chosen cases, each in a process of its own, prints what came out
// and judges the targets. README.md says how to call it.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES, selectCases } from './cases/corpus.ts';
import { judgeTargets } from './report/judge-targets.ts';
import { currentLoad, describeMachine } from './report/machine.ts';
import { caseText, introduction, summary } from './report/print-results.ts';
import { parseResults, RESULTS_VERSION, type Results, RULES } from './report/results.ts';
import { writeReport } from './report/write-report.ts';
import type { CaseResult, Plan } from './runner/case.ts';
import { installPeers, peerVersions } from './runner/peers.ts';
import { profileCase } from './runner/profile-case.ts';
import { runCase } from './runner/run-case.ts';
import { TARGETS } from './targets.ts';

const USAGE = `bench [FILTER ...]      runs the cases that a regular expression fits, or all
  --quick             fewer and shorter rounds, without the long cases; under a minute
  --json FILE         writes the figures to FILE
  --report            writes benchmarks/RESULTS.md and the charts, after a whole run the README's table
  --from FILE         takes the figures from FILE instead of measuring
  --profile CASE      runs one case under the profiler and prints where its time goes
  --list              prints the names of the cases
`;

const { values: options, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    report: { type: 'boolean', default: false },
    from: { type: 'string' },
    profile: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) process.stdout.write(USAGE);
else if (options.list) list();
else if (options.profile !== undefined) await profile(options.profile);
else await run();

async function run(): Promise<void> {
  const results = options.from === undefined ? await measure() : readResults(options.from);
  process.stdout.write(summary(results));
  if (options.json !== undefined) {
    writeFileSync(callersPath(options.json), `${JSON.stringify(results, null, 2)}\n`);
  }
  if (options.report) for (const path of writeReport(results)) console.log(`wrote ${path}`);
  if (results.cases.some(({ error }) => error !== null)) process.exitCode = 1;
}

async function measure(): Promise<Results> {
  const plan: Plan = { isQuick: options.quick, isProfile: false };
  const names = selectCases(patterns, plan.isQuick);
  if (names.length === 0) throw new Error('no case has such a name; --list prints them');
  const loadBefore = currentLoad();
  process.stdout.write(introduction(loadBefore));
  const missingPeers = names.some((name) => CASES[name].usesPeers) ? installPeers() : null;
  const cases: CaseResult[] = [];
  for (const name of names) {
    const { what, usesPeers = false } = CASES[name];
    const result =
      usesPeers && missingPeers !== null
        ? { name, what, figures: [], stored: null, seconds: 0, error: missingPeers }
        : await runCase(name, CASES[name], plan);
    process.stdout.write(caseText(result));
    cases.push(result);
  }
  return {
    version: RESULTS_VERSION,
    takenAt: new Date().toISOString(),
    isQuick: plan.isQuick,
    machine: describeMachine(loadBefore),
    packages: { ttlog: ownVersion(), ...peerVersions() },
    rules: RULES,
    cases,
    targets: judgeTargets(TARGETS, cases),
  };
}

function readResults(path: string): Results {
  const results = parseResults(readFileSync(callersPath(path), 'utf8'));
  for (const result of results.cases) process.stdout.write(caseText(result));
  return { ...results, targets: judgeTargets(TARGETS, results.cases) };
}

async function profile(name: string): Promise<void> {
  const measured = CASES[name];
  if (measured === undefined) throw new Error(`no case is called ${name}; --list prints them`);
  const missingPeers = measured.usesPeers ? installPeers() : null;
  if (missingPeers !== null) throw new Error(missingPeers);
  process.stdout.write(await profileCase(name, measured));
}

function list(): void {
  for (const [name, { what, isLong = false }] of Object.entries(CASES)) {
    console.log(`${name.padEnd(24)} ${what}${isLong ? ' (not with --quick)' : ''}`);
  }
}

/** Relative to where the caller stands; pnpm runs scripts in the package's folder. */
function callersPath(path: string): string {
  return resolve(process.env.INIT_CWD ?? '.', path);
}

function ownVersion(): string {
  return createRequire(import.meta.url)('ttlog/package.json').version;
}
