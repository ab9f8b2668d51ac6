// What a program that logs a million events to a file tells of it. See cases/output.ts.

import { readFileSync } from 'node:fs';

export interface OutputFigures {
  /** From the first call to the last byte. */
  readonly wallMs: number;
  /** Of the main thread alone, in the same time. */
  readonly mainCpuMs: number;
  readonly memoryBytes: number | null;
}

/** Nanoseconds that the main thread has run, as Linux counts them. */
export function mainCpuNs(): number {
  const path = `/proc/self/task/${process.pid}/schedstat`;
  return Number(readFileSync(path, 'utf8').split(' ', 1)[0]);
}
