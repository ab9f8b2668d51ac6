/** The table of the taps, by the names that TTLOG_TAPS takes. */

import type { TapName } from '../tap-options.ts';
import { tapChildProcess } from './child-process.ts';
import { tapConsole } from './console.ts';
import { tapEventLoop } from './event-loop.ts';
import { tapGc } from './gc.ts';
import { tapHttp } from './http.ts';
import { tapNet } from './net.ts';
import { tapOpenTelemetry } from './opentelemetry.ts';
import { tapPino } from './pino.ts';
import { quiet, type Tap, type TapTools } from './tap.ts';
import { tapUndici } from './undici.ts';
import { tapWarnings } from './warnings.ts';
import { tapWorkerThreads } from './worker-threads.ts';

/** The context of requests is no tap of its own; that on `http` enters it. */
const TAPS: { readonly [Name in Exclude<TapName, 'request_context'>]: Tap } = {
  console: tapConsole,
  pino: tapPino,
  http: tapHttp,
  undici: tapUndici,
  net: tapNet,
  child_process: tapChildProcess,
  worker_threads: tapWorkerThreads,
  warnings: tapWarnings,
  gc: tapGc,
  event_loop: tapEventLoop,
  opentelemetry: tapOpenTelemetry,
};

/** Begins to listen. A tap that this runtime has no room for is left out. */
export function installTaps(names: readonly TapName[], tools: TapTools): void {
  for (const name of names) if (name !== 'request_context') quiet(TAPS[name])(tools);
}
