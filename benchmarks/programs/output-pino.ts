// The same as output-ttlog.ts with pino, to the faster of its file destinations: lines are gathered
// to 4 KiB, then written at once.

import { performance } from 'node:perf_hooks';
import { IPS, LOGGER, MESSAGE } from '../cases/logged-event.ts';
import { mainCpuNs, type OutputFigures } from '../cases/output-figures.ts';
import { loadPeer } from '../runner/peers.ts';

interface Pino {
  (options: { name: string }, destination: object): { info(fields: object, msg: string): void };
  destination(options: { dest: string; minLength: number; sync: boolean }): { flushSync(): void };
}

const [dest, calls] = process.argv.slice(2);
const pino = loadPeer<Pino>('pino');
const destination = pino.destination({ dest, minLength: 4096, sync: true });
const log = pino({ name: LOGGER }, destination);
const startedMs = performance.now();
const startedCpuNs = mainCpuNs();
for (let i = 0; i < Number(calls); i++) {
  log.info({ userId: i, action: 'login', ip: IPS[i & 63], ok: true }, MESSAGE);
}
destination.flushSync();
const figures: OutputFigures = {
  wallMs: performance.now() - startedMs,
  mainCpuMs: (mainCpuNs() - startedCpuNs) / 1e6,
  memoryBytes: null,
};
process.stdout.write(JSON.stringify(figures));
