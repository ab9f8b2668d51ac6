// Measures what a log call costs its caller. `pnpm bench log/` runs the cases whose name begins so.

import { cpus, loadavg } from 'node:os';
import { defineEvent, getLogger, startRecorder } from 'ttlog';

const CALLS = 1_000_000;
const ROUNDS = 7;

const recorder = startRecorder({
  service: 'benchmark',
  recordLevel: 'debug',
  snapshots: { onCrash: false },
});
const log = getLogger('benchmark');
const served = defineEvent(
  'request served',
  { route: 'string', status: 'int', ms: 'number', ok: 'boolean' },
  { logger: 'benchmark' },
);

const CASES: Record<string, (i: number) => void> = {
  'log/below-the-level': (i) => log.trace('request served', { i }),
  'log/message': () => log.info('request served'),
  'log/4-fields': (i) =>
    log.info('request served', { route: '/pay', status: i, ms: 12.5, ok: true }),
  'event/4-fields': (i) => served.info({ route: '/pay', status: i, ms: 12.5, ok: true }),
};

function measureNs(run: (i: number) => void): number {
  const startedAtNs = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) run(i);
  return Number(process.hrtime.bigint() - startedAtNs) / CALLS;
}

const selected = Object.entries(CASES).filter(([name]) => name.startsWith(process.argv[2] ?? ''));
const results = new Map<string, number[]>(selected.map(([name]) => [name, []]));
// Interleaved, so that what the machine does meanwhile strikes all cases alike.
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of selected) results.get(name)!.push(measureNs(run));
}
await recorder.stop();

console.log(`${cpus()[0].model}, Node ${process.version}, load ${loadavg()[0].toFixed(2)}`);
for (const [name, ns] of results) {
  const median = ns.sort((a, b) => a - b)[ROUNDS >> 1];
  console.log(`${name.padEnd(24)} ${median.toFixed(1).padStart(8)} ns`);
}
