// A worker that sends entries into a ring or takes them out, round by round. See cases/ring.ts.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { attachRing } from 'ttlog/ring';
import {
  CONSUMERS,
  ENTRIES,
  ENTRY_BYTES,
  IDLE,
  IDLE_MS,
  IS_MESSAGES,
  PRODUCERS,
  REFUSALS,
  type RingWorkerData,
  SUM_INDEX,
  TAKEN,
} from '../cases/ring-protocol.ts';
import { Gate } from '../runner/gate.ts';

const { gateBuffer, ringBuffer, role, index, port } = workerData as RingWorkerData;
const gate = new Gate(gateBuffer);
const { words } = gate;
const sums = new BigInt64Array(gateBuffer);
const ring = attachRing(ringBuffer);

function produce(): void {
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  view.setUint32(0, index);
  const writer = ring.writer();
  const entries = words[ENTRIES];
  let refusals = 0;
  for (let number = 1; number <= entries; number++) {
    view.setUint32(4, number);
    while (!writer.trySend(entry)) {
      refusals++;
      Atomics.wait(words, IDLE, 0, IDLE_MS);
    }
  }
  Atomics.add(words, REFUSALS, refusals);
}

function consume(): void {
  const expected = words[PRODUCERS] * words[ENTRIES];
  let sum = 0;
  while (Atomics.load(words, TAKEN) < expected) {
    const entries = ring.drain();
    for (const entry of entries) sum += numberIn(entry);
    if (entries.length > 0) Atomics.add(words, TAKEN, entries.length);
    else Atomics.wait(words, IDLE, 0, IDLE_MS);
  }
  Atomics.add(sums, SUM_INDEX, BigInt(sum));
}

function produceMessages(): void {
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  const entries = words[ENTRIES];
  for (let number = 1; number <= entries; number++) {
    view.setUint32(4, number);
    port!.postMessage(entry);
  }
}

function consumeMessages(): void {
  const expected = words[ENTRIES];
  let sum = 0;
  for (let taken = 0; taken < expected; ) {
    const received = receiveMessageOnPort(port!);
    if (received === undefined) {
      Atomics.wait(words, IDLE, 0, IDLE_MS);
      continue;
    }
    sum += numberIn(received.message);
    taken++;
  }
  Atomics.add(words, TAKEN, expected);
  Atomics.add(sums, SUM_INDEX, BigInt(sum));
}

/** Big-endian, without a view of its own for each entry. */
function numberIn(entry: Uint8Array): number {
  return ((entry[4] << 24) | (entry[5] << 16) | (entry[6] << 8) | entry[7]) >>> 0;
}

const isProducer = role === 'producer';
gate.work(
  () => {
    if (words[IS_MESSAGES] === 1) (isProducer ? produceMessages : consumeMessages)();
    else (isProducer ? produce : consume)();
  },
  () => index < words[isProducer ? PRODUCERS : CONSUMERS],
);
