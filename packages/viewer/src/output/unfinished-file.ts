/**
 * Sees to it that no file which is still being written outlives the process, however that ends short of
 * SIGKILL. Who writes it, and what it is called when it is whole, is document.ts's affair.
 */

import { rmSync } from 'node:fs';

/** The default death of these runs nothing of ours; Ctrl-C comes as an exit. */
const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

const unfinishedPaths = new Set<string>();
let isListening = false;

/** From before the file is created until the function that comes back is called. */
export function removeAtEnd(path: string): () => void {
  unfinishedPaths.add(path);
  if (!isListening) {
    isListening = true;
    process.on('exit', removeAll);
    // They stay: a signal that came while the last file was written in one go is heard after that.
    for (const signal of ENDING_SIGNALS) process.on(signal, dieBy);
  }
  return () => {
    unfinishedPaths.delete(path);
  };
}

function removeAll(): void {
  for (const path of unfinishedPaths) rmSync(path, { force: true });
}

/** The default death, so that whoever waits for the process learns of the signal. */
function dieBy(signal: NodeJS.Signals): void {
  removeAll();
  for (const other of ENDING_SIGNALS) process.off(other, dieBy);
  process.kill(process.pid, signal);
}
