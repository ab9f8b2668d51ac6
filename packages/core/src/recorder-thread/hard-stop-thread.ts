/**
 * What runs inside the thread that ends a hanging process. It does nothing that could hang itself;
 * what could, a thread of its own does: the last words, for which there may be no reader, and the
 * end with an exit code.
 */

import fs from 'node:fs';
import { Worker, workerData } from 'node:worker_threads';
import { HARD_STOP_ARMED, type HardStopData } from './death.ts';

/** By then the end with an exit code has come, or never will. */
const KILL_AFTER_MS = 1000;
/** Between two looks at whether main has moved. */
const LOOK_MS = 50;
/** After so long main is ended although it moves. */
const PATIENCE_MS = 10_000;

/**
 * The exit(3) of the C library, which WASI calls where it is not told to return, is the one way to
 * an exit code that a thread of Node has while main is stuck: `process.exit` and
 * `process.reallyExit` end the calling worker only, `process.abort` throws in one, and signals but
 * SIGKILL depend on the application's listeners. A thread that is still starting while exit(3)
 * takes V8 apart crashes in it, so no other is started beside this one (all Node 20.20).
 */
const END = `
  const { exitCode, lastWords } = require('node:worker_threads').workerData;
  process.emitWarning = () => {};
  try { require('node:fs').writeSync(2, lastWords); } catch {}
  const { WASI } = require('node:wasi');
  const wasi = new WASI({ version: 'preview1', returnOnExit: false });
  wasi.initialize({ exports: { memory: new WebAssembly.Memory({ initial: 1 }) } });
  wasi.wasiImport.proc_exit(exitCode);`;

const { word, afterMs, ...death } = workerData as HardStopData;

// Pairs with the store in `withHardStop`; a word that was changed before the wait ends it as well.
if (isArmedAfter(afterMs) && isArmedAtStandstill()) {
  try {
    new Worker(END, { eval: true, workerData: death, execArgv: [], env: {} });
    if (isArmedAfter(KILL_AFTER_MS)) kill();
  } catch {
    kill();
  }
}

/**
 * A main thread that only is slow is let finish. It also must not run while exit(3) takes V8 apart:
 * a collection of garbage then ends in SIGSEGV or SIGABRT (4 of 15 on Node 26.10, none on 20 and 24).
 */
function isArmedAtStandstill(): boolean {
  let before = statusOfMain();
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    if (!isArmedAfter(LOOK_MS)) return false;
    const now = statusOfMain();
    if (now === before && !now.startsWith('R')) return true;
    before = now;
  }
  return true;
}

/** Its state, then how often it has begun to wait or was made to; empty where that is not known. */
function statusOfMain(): string {
  try {
    const status = fs.readFileSync(`/proc/self/task/${process.pid}/status`, 'latin1');
    const state = /^State:\s*(\w)/m.exec(status)?.[1] ?? '';
    const switches = status.match(/^(?:non)?voluntary_ctxt_switches:.*$/gm) ?? [];
    return [state, ...switches].join();
  } catch {
    return '';
  }
}

function isArmedAfter(ms: number): boolean {
  return Atomics.wait(word, 0, HARD_STOP_ARMED, ms) === 'timed-out';
}

function kill(): void {
  process.kill(process.pid, 'SIGKILL');
}
