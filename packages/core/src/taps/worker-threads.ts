/** Worker threads of the application: begin, end, exit code and duration. Not ttlog's own thread. */

import type { Worker } from 'node:worker_threads';
import { OWN_WORKER } from './own-worker.ts';
import { listenOnce, listenToChannel, quiet, startWatch, type TapTools } from './tap.ts';

export function tapWorkerThreads({ getLogger }: TapTools): void {
  const log = getLogger('worker_threads');
  const begin = (worker: Worker, watch: () => number): void => {
    const { threadId } = worker;
    if (!log.isLevelEnabled('info') || OWN_WORKER in worker) return;
    log.info('worker begun', { worker: threadId });
    listenOnce(worker, 'exit', (exitCode: number) => {
      const level = exitCode === 0 ? 'info' : 'warn';
      log[level]('worker ended', { worker: threadId, exitCode, ms: watch() });
    });
  };
  listenToChannel<{ worker: Worker }>('worker_threads', ({ worker }) => {
    const watch = startWatch();
    // The mark of our own is not on it before the constructor is through.
    queueMicrotask(() => quiet(begin)(worker, watch));
  });
}
