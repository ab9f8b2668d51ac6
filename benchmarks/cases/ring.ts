// The ring by itself as a bounded queue: producers and consumers in threads of their own, refuse
// mode, a million entries of room. A transfer is an entry that a consumer has taken, counted once.

import { MessageChannel, Worker } from 'node:worker_threads';
import { createRing, type Ring } from 'ttlog/ring';
import type { Case, CaseTable, Measured, Plan, Stored } from '../runner/case.ts';
import { counted, FIGURE, type Figure, ratios, summarize } from '../runner/figure.ts';
import { Gate } from '../runner/gate.ts';
import {
  CONSUMERS,
  ENTRIES,
  ENTRY_BYTES,
  IS_MESSAGES,
  PRODUCERS,
  REFUSALS,
  type RingWorkerData,
  SUM_INDEX,
  TAKEN,
} from './ring-protocol.ts';

const RING_WORKER = new URL('./ring-worker.js', import.meta.url);

/** Room for 10^6 entries: a segment of 64 KiB less its header holds 1,923 of 32 + 2 bytes. */
const SEGMENT_BYTES = 64 * 1024;
const ENTRIES_A_SEGMENT = Math.floor((SEGMENT_BYTES - 128) / (ENTRY_BYTES + 2));
const RING_BYTES = Math.ceil(1_000_000 / ENTRIES_A_SEGMENT) * SEGMENT_BYTES;

const ENTRIES_A_ROUND = 1_000_000;
const QUICK_ENTRIES_A_ROUND = 100_000;
const MESSAGES_A_ROUND = 100_000;
const ROUNDS = 11;
const QUICK_ROUNDS = 3;
const WARM_UP_ROUNDS = 2;

interface Load {
  readonly producers: number;
  readonly consumers: number;
  /** Entries of all producers together. */
  readonly entries: number;
  readonly isMessages?: boolean;
}

interface Tally {
  sent: number;
  refusals: number;
  readonly faults: string[];
}

/** `producers` and `consumers` beside one of each; those beside messages through a port. */
function transfers(producers: number, consumers: number, isLong: boolean): Case {
  const isAlone = producers === 1 && consumers === 1;
  const beside = isAlone ? '`postMessage` from one worker to another' : 'one of each';
  return {
    what: `${numbered(producers, 'producer')}, ${numbered(consumers, 'consumer')}, beside ${beside}`,
    isLong,
    measure: (plan) => measureTransfers(producers, consumers, isAlone, plan),
  };
}

function numbered(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

async function measureTransfers(
  producers: number,
  consumers: number,
  isAlone: boolean,
  plan: Plan,
): Promise<Measured> {
  const ring = createRing({ bytes: RING_BYTES, segmentBytes: SEGMENT_BYTES, mode: 'refuse' });
  const gate = Gate.allocate();
  const leave = await assemble(ring, gate, producers, consumers);
  const entries = plan.isQuick ? QUICK_ENTRIES_A_ROUND : ENTRIES_A_ROUND;
  const tally: Tally = { sent: 0, refusals: 0, faults: [] };
  const besideEntries = isAlone ? Math.min(MESSAGES_A_ROUND, entries) : entries;
  const own = () => runRound(gate, { producers, consumers, entries }, tally);
  const other = () => {
    const load = { producers: 1, consumers: 1, entries: besideEntries, isMessages: isAlone };
    return runRound(gate, load, tally);
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    own();
    other();
  }
  const many: number[] = [];
  const few: number[] = [];
  for (let round = 0; round < (plan.isQuick ? QUICK_ROUNDS : ROUNDS); round++) {
    if (round % 2 === 0) many.push(own());
    few.push(other());
    if (round % 2 === 1) many.push(own());
  }
  await leave();
  const besideName = isAlone ? 'postMessage' : '1p-1c';
  const figures: Figure[] = [
    summarize(FIGURE.transfers, '/s', many),
    summarize(`times ${besideName}`, '×', ratios(many, few)),
    summarize(besideName, '/s', few),
    counted('sends refused, then tried again', 'events', tally.refusals),
  ];
  return { figures, stored: accountOf(ring, tally) };
}

/** Starts the workers. Resolves to what ends them. */
async function assemble(
  ring: Ring,
  gate: Gate,
  producers: number,
  consumers: number,
): Promise<() => Promise<void>> {
  const { port1, port2 } = new MessageChannel();
  const start = (role: RingWorkerData['role'], index: number, ownPort: typeof port1) => {
    const port = index === 0 ? ownPort : null;
    const workerData: RingWorkerData = {
      gateBuffer: gate.buffer,
      ringBuffer: ring.buffer,
      role,
      index,
      port,
    };
    return new Worker(RING_WORKER, { workerData, transferList: port === null ? [] : [port] });
  };
  const workers = [
    ...Array.from({ length: producers }, (_, index) => start('producer', index, port1)),
    ...Array.from({ length: consumers }, (_, index) => start('consumer', index, port2)),
  ];
  const ends = workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve)));
  const failure = new Promise<never>((_, reject) => {
    for (const worker of workers) worker.on('error', reject);
  });
  await Promise.race([gate.untilReady(workers.length), failure]);
  return async () => {
    gate.end();
    await Promise.race([Promise.all(ends), failure]);
  };
}

/** One round; returns transfers a second. */
function runRound(gate: Gate, load: Load, tally: Tally): number {
  const { words } = gate;
  const sums = new BigInt64Array(gate.buffer);
  const each = Math.ceil(load.entries / load.producers);
  const sent = each * load.producers;
  words[PRODUCERS] = load.producers;
  words[CONSUMERS] = load.consumers;
  words[ENTRIES] = each;
  words[IS_MESSAGES] = load.isMessages === true ? 1 : 0;
  words[TAKEN] = 0;
  words[REFUSALS] = 0;
  sums[SUM_INDEX] = 0n;
  const ms = gate.runRound(load.producers + load.consumers);
  const expectedSum = (BigInt(each) * BigInt(each + 1) * BigInt(load.producers)) / 2n;
  if (words[TAKEN] !== sent) tally.faults.push(`${sent} sent, but ${words[TAKEN]} taken`);
  if (sums[SUM_INDEX] !== expectedSum) tally.faults.push('what was taken is not what was sent');
  if (load.isMessages !== true) tally.sent += sent;
  tally.refusals += words[REFUSALS];
  return sent / (ms / 1000);
}

function accountOf(ring: Ring, { sent, refusals, faults }: Tally): Stored {
  const { drained, entries, attempted, refused } = ring.stats();
  const all = [...faults];
  if (drained !== sent) all.push(`${sent} sent, but ${drained} drained`);
  if (entries !== 0) all.push(`${entries} entries are left`);
  if (refused !== refusals || attempted !== sent + refusals) {
    all.push(`${refusals} sends were refused, but ${refused} are accounted for`);
  }
  return { attempted: sent, found: drained, overwritten: 0, dropped: 0, cut: 0, faults: all };
}

export const RING: CaseTable = {
  'ring/1p-1c': transfers(1, 1, false),
  'ring/2p-2c': transfers(2, 2, false),
  'ring/4p-4c': transfers(4, 4, true),
  'ring/8p-8c': transfers(8, 8, true),
  'ring/8p-4c': transfers(8, 4, true),
  'ring/4p-8c': transfers(4, 8, true),
};
