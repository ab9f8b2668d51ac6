// Logs so many events to an NDJSON file with ttlog, and ends when all of it is written.

import { performance } from 'node:perf_hooks';
import { getLogger, startRecorder } from 'ttlog';
import { IPS, LOGGER, MESSAGE } from '../cases/logged-event.ts';
import { mainCpuNs, type OutputFigures } from '../cases/output-figures.ts';

const [destination, calls, memoryBytes] = process.argv.slice(2);
const recorder = startRecorder({
  blackBox: false,
  memory: { bytes: Number(memoryBytes) },
  output: { destination },
});
const log = getLogger(LOGGER);
const startedMs = performance.now();
const startedCpuNs = mainCpuNs();
for (let i = 0; i < Number(calls); i++) {
  log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
}
await recorder.stop();
const figures: OutputFigures = {
  wallMs: performance.now() - startedMs,
  mainCpuMs: (mainCpuNs() - startedCpuNs) / 1e6,
  memoryBytes: Number(memoryBytes),
};
process.stdout.write(JSON.stringify(figures));
