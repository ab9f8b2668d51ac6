/**
 * Imported before everything else in the recorder thread, so that whoever takes a function of
 * `node:fs` takes one that tells main of its calls. It is this thread's `node:fs` only.
 */

import fs from 'node:fs';
import { workerData } from 'node:worker_threads';
import { FileCalls } from './file-calls.ts';
import type { RecorderThreadData } from './protocol.ts';

type FileFunction = (...args: unknown[]) => unknown;

const calls = new FileCalls((workerData as RecorderThreadData).fileCalls);
const functions = fs as unknown as { [name: string]: FileFunction };
/** Some of Node's functions call others. */
let depth = 0;

for (const name of Object.keys(functions)) {
  if (name.endsWith('Sync')) functions[name] = telling(functions[name]);
}

function telling(call: FileFunction): FileFunction {
  const told = (...args: unknown[]): unknown => {
    if (depth++ === 0) calls.begin();
    try {
      return call(...args);
    } finally {
      if (--depth === 0) calls.end();
    }
  };
  // Such as `realpathSync.native`.
  return Object.assign(told, call);
}
