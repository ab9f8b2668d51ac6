/**
 * Child processes: begin and end, with exit code or signal and duration. The file that is run, and
 * never its arguments or environment, in which secrets stand. Those that are waited for
 * (`spawnSync` and its kin) have no channel.
 */

import type { ChildProcess } from 'node:child_process';
import { listenOnce, listenToChannel, nextId, startWatch, type TapTools } from './tap.ts';

export function tapChildProcess({ getLogger }: TapTools): void {
  const log = getLogger('child_process');
  listenToChannel<{ process: ChildProcess }>('child_process', ({ process: child }) => {
    if (!log.isLevelEnabled('info')) return;
    const id = nextId();
    const watch = startWatch();
    // The channel tells of the object; the process is spawned right after.
    queueMicrotask(() => {
      log.info('child process begun', { child: id, pid: child.pid, file: child.spawnfile });
    });
    let hasEnded = false;
    const end = (exitCode: number | null, signal: string | null): void => {
      if (hasEnded) return;
      hasEnded = true;
      const isFailed = exitCode !== 0;
      const outcome = signal === null ? { exitCode } : { signal };
      log[isFailed ? 'warn' : 'info']('child process ended', {
        ...{ child: id, pid: child.pid, ...outcome, ms: watch() },
      });
    };
    listenOnce(child, 'exit', end);
    // The only one where the process could not be spawned.
    listenOnce(child, 'close', end);
  });
}
