// shows how a program reads a snapshot: what it is, what it lost, its events by time and level.

import { getLogger, startRecorder } from 'ttlog';
import { openRecording, type Recording } from 'ttlog/reader';

/** A snapshot of this process, as bytes, where no file is named. */
async function recordSomething(): Promise<Uint8Array> {
  const recorder = startRecorder({ service: 'stock' });
  const log = getLogger('warehouse');
  for (let shelf = 1; shelf <= 9; shelf++) {
    log.debug('shelf counted', { shelf, articles: new Set(['tea', 'mug']), id: 10n ** 18n });
    if (shelf % 4 === 0) log.warn('shelf nearly empty', { shelf, left: 4 - shelf / 4 });
  }
  log.error('count failed', new Error('scanner gone', { cause: new Error('battery empty') }));
  const bytes = await recorder.capture('inventory');
  await recorder.stop();
  return bytes;
}

function describe({ header, threads, losses }: Recording): void {
  console.log(`${header.service}, format ${header.format}, reason: ${header.reason}`);
  console.log(
    `threads: ${threads.map(({ name, attempted }) => `${name} ${attempted}`).join(', ')}`,
  );
  console.log(`overwritten: ${losses.overwritten}, refused: ${losses.refused}`);
}

const recording = openRecording(process.argv[2] ?? (await recordSomething()));
describe(recording);

const byMessage = new Map<string, number>();
for (const { message } of recording.events()) {
  byMessage.set(message, (byMessage.get(message) ?? 0) + 1);
}
for (const [message, count] of byMessage) console.log(`${count} x ${message}`);

for (const event of recording.events({ minLevel: 'warn' })) {
  const time = new Date(Number(event.timeNs / 1_000_000n)).toISOString();
  console.log(`${time} ${event.level} ${event.logger}: ${event.message}`, event.fields);
}

// Complete once the events have been walked to their end; empty for a whole file.
for (const { offset, what } of recording.damage) console.log(`damage at byte ${offset}: ${what}`);
