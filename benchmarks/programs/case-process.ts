// Measures one case in a process of its own and sends what came out to the runner. Standard
// output is a file whose path is in BENCHMARK_STDOUT.

import { performance } from 'node:perf_hooks';
import { CASES } from '../cases/corpus.ts';
import type { CaseResult, Measured, Plan } from '../runner/case.ts';

const [name, planText] = process.argv.slice(2);
const plan: Plan = JSON.parse(planText);
const { what, measure } = CASES[name];

const startedMs = performance.now();
let measured: Measured = { figures: [], stored: null };
let error: string | null = null;
try {
  measured = await measure(plan);
  const faults = measured.stored?.faults ?? [];
  if (faults.length > 0) error = faults.join('; ');
} catch (thrown) {
  error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
const seconds = (performance.now() - startedMs) / 1000;
const result: CaseResult = { name, what, ...measured, seconds, error };
process.send?.(result, () => process.exit(0));
