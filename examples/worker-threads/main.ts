// shows that two workers which end badly, one by a throw and one killed, keep their histories.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { getLogger, startRecorder } from 'ttlog';
import { openRecording } from 'ttlog/reader';

// Before the workers are made, so that they join.
const recorder = startRecorder({ service: 'resizer' });
const log = getLogger('pool');

const thrower = startResizing('broken.png');
thrower.on('error', (error) => log.error('worker failed', error));
await new Promise((resolve) => thrower.on('exit', resolve));

const endless = startResizing('huge.png');
await once(endless, 'message');
log.warn('worker takes too long and is terminated', { worker: endless.threadId });
// Runs no code in the worker: what it has logged must be safe already.
await endless.terminate();

const result = await recorder.snapshot('both workers gone');
if (result.path === null) throw result.error;
console.log(result.path);

const recording = openRecording(result.path);
for (const { id, name, attempted, end } of recording.threads) {
  const ending = end === null ? 'living' : `${end.kind} with code ${end.exitCode}`;
  console.log(`thread ${id} ${name}, ${ending}, ${attempted} events; the last of them:`);
  for (const { level, message, fields } of [...recording.events({ thread: id })].slice(-3)) {
    console.log(`  ${level} ${message}`, fields);
  }
}

function startResizing(file: string): Worker {
  return new Worker(new URL('resize.js', import.meta.url), { workerData: file });
}
