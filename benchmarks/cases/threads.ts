// How logging scales with threads: events a second of many worker threads together, warnings
// among them, beside fewer threads in the same process. All of it is looked for in the snapshot.

import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { type Recorder, startRecorder } from 'ttlog';
import type { Case, CaseTable, Measured, Plan } from '../runner/case.ts';
import { counted, FIGURE, type Figure, ratios, summarize } from '../runner/figure.ts';
import { Gate } from '../runner/gate.ts';
import { checkThreads } from './check-threads.ts';
import { CALLS, IS_FLOOR, PRODUCERS, type ProducerData } from './threads-protocol.ts';

const PRODUCER = new URL('./log-producer.js', import.meta.url);
const SEGMENT_BYTES = 64 * 1024;
const DEFAULT_MEMORY_BYTES = 16 * 1024 * 1024;

/**
 * Calls of all producers together, in one round: long enough for the threads to start unnoticed, and
 * for many on few cores to take turns. No longer than that where each has a core to itself: in a
 * round of a second the rest of the machine runs too, which takes from two threads and not from one.
 */
const CALLS_A_THREAD = 2_000_000;
const MIN_CALLS_A_ROUND = 4_000_000;
const MAX_CALLS_A_ROUND = 12_000_000;
const QUICK_CALLS_A_ROUND = 200_000;
/** Of the longest rounds; more of shorter ones. */
const ROUNDS = 15;
const QUICK_ROUNDS = 5;
const WARM_UP_ROUNDS = 2;

/** The README's rule: four segments a thread. Never below the default. */
function memoryFor(threads: number): number {
  return Math.max(DEFAULT_MEMORY_BYTES, 4 * threads * SEGMENT_BYTES);
}

function roundsFor(threads: number, isQuick: boolean): { rounds: number; allCalls: number } {
  if (isQuick) return { rounds: QUICK_ROUNDS, allCalls: QUICK_CALLS_A_ROUND };
  const wanted = Math.max(CALLS_A_THREAD * threads, MIN_CALLS_A_ROUND);
  const allCalls = Math.min(wanted, MAX_CALLS_A_ROUND);
  return { rounds: Math.round((ROUNDS * MAX_CALLS_A_ROUND) / allCalls), allCalls };
}

interface Crew {
  readonly gate: Gate;
  readonly recorder: Recorder;
  /** Thread ids by the workers' index. */
  readonly threadIds: readonly number[];
  readonly joinedMs: number;
  /** Calls that each worker has made. */
  readonly calls: number[];
  readonly memoryBytes: number;
  /** Resolves once every worker is gone. */
  leave(): Promise<void>;
}

async function assemble(threads: number, isMirrored: boolean): Promise<Crew> {
  const memoryBytes = memoryFor(threads);
  const memory = { bytes: memoryBytes };
  const recorder = startRecorder(isMirrored ? { memory } : { memory, blackBox: false });
  const gate = Gate.allocate();
  const startedMs = performance.now();
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData: ProducerData = { buffer: gate.buffer, index };
    return new Worker(PRODUCER, { workerData });
  });
  const ends = workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve)));
  const failure = new Promise<never>((_, reject) => {
    for (const worker of workers) worker.on('error', reject);
  });
  const threadIds = workers.map(({ threadId }) => threadId);
  await Promise.race([gate.untilReady(threads), failure]);
  return {
    gate,
    recorder,
    threadIds,
    joinedMs: performance.now() - startedMs,
    calls: threadIds.map(() => 0),
    memoryBytes,
    async leave() {
      gate.end();
      await Promise.race([Promise.all(ends), failure]);
      await recorder.stop();
    },
  };
}

/** One round; returns the calls a second of all producers together. */
function runRound(crew: Crew, producers: number, allCalls: number, isFloor = false): number {
  const { gate, calls } = crew;
  const each = Math.ceil(allCalls / producers);
  gate.words[PRODUCERS] = producers;
  gate.words[CALLS] = each;
  gate.words[IS_FLOOR] = isFloor ? 1 : 0;
  const ms = gate.runRound(producers);
  if (!isFloor) for (let index = 0; index < producers; index++) calls[index] += each;
  return (each * producers) / (ms / 1000);
}

/**
 * `threads` producers beside `fewer` of them; beside the floor in one worker where it is 0. Without
 * the black box, unless it is to be there: it copies what is logged on a thread of its own, which
 * on two cores takes from two producers what it does not take from one.
 */
function producers(threads: number, fewer: number, isLong: boolean, isMirrored = false): Case {
  const beside = fewer === 0 ? 'the floor in one worker' : `${fewer} of them`;
  const workers = `${threads} worker ${threads === 1 ? 'thread' : 'threads'}`;
  const box = isMirrored ? 'with the black box, as by default' : '`blackBox: false`';
  return {
    what: `${workers} logging, beside ${beside}; ${box}`,
    isLong,
    measure: (plan) => measureProducers(threads, fewer, isMirrored, plan),
  };
}

async function measureProducers(
  threads: number,
  fewer: number,
  isMirrored: boolean,
  plan: Plan,
): Promise<Measured> {
  const crew = await assemble(threads, isMirrored);
  const { rounds, allCalls } = roundsFor(threads, plan.isQuick);
  const all = () => runRound(crew, threads, allCalls);
  const other = () => runRound(crew, Math.max(fewer, 1), allCalls, fewer === 0);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    all();
    other();
  }
  const many: number[] = [];
  const few: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) many.push(all());
    few.push(other());
    if (round % 2 === 1) many.push(all());
  }
  const stored = await checkThreads(crew.recorder, crew.threadIds, crew.calls);
  await crew.leave();
  const kept = (stored.attempted - stored.dropped) / stored.attempted;
  const rates = many.map((rate) => rate * kept);
  const name = RATIO_NAMES[fewer];
  const figures: Figure[] = [
    summarize(FIGURE.events, '/s', rates),
    summarize(name, '×', ratios(rates, few)),
    summarize(fewer === 0 ? 'floor' : nameOf(fewer), '/s', few),
    counted('joined in', 'ms', crew.joinedMs),
  ];
  return { figures, stored, notes: [memoryNote(crew)] };
}

/** By the number of threads beside. */
const RATIO_NAMES: { readonly [fewer: number]: string } = {
  0: 'part of the floor',
  1: FIGURE.timesOneThread,
  2: FIGURE.timesTwoThreads,
};

function nameOf(threads: number): string {
  return threads === 1 ? 'one thread' : `${threads} threads`;
}

function memoryNote({ memoryBytes, threadIds }: Crew): string {
  const mib = memoryBytes / 1024 / 1024;
  return `memory: ${mib} MiB (at least 4 x ${threadIds.length} threads x 64 KiB)`;
}

const EACH_OF_MANY = 256;

/** A thousand threads at once: whether all join and log, and nothing is missing afterwards. */
function crowd(threads: number): Case {
  return {
    what: `${threads} worker threads at once, each logs ${EACH_OF_MANY} events, warnings among them`,
    isLong: true,
    async measure() {
      const crew = await assemble(threads, true);
      const rate = runRound(crew, threads, threads * EACH_OF_MANY);
      const stored = await checkThreads(crew.recorder, crew.threadIds, crew.calls);
      const { threads: joined } = crew.recorder.stats();
      const rssMb = process.memoryUsage.rss() / 1e6;
      await crew.leave();
      const faults = [...stored.faults];
      if (joined !== threads + 1) faults.push(`${joined} threads have joined, not ${threads + 1}`);
      if (stored.overwritten > 0) faults.push(`${stored.overwritten} events were overwritten`);
      const figures: Figure[] = [
        counted(FIGURE.threadsJoined, 'threads', joined - 1),
        counted(FIGURE.partFound, '×', stored.found / stored.attempted),
        // Not the rate of other cases: every thread's code is new, and nothing is optimized yet.
        counted('events, of code that is cold', '/s', rate),
        counted('joined in', 'ms', crew.joinedMs),
        counted('RSS of the process', 'MB', rssMb),
      ];
      return { figures, stored: { ...stored, faults }, notes: [memoryNote(crew)] };
    },
  };
}

export const THREADS: CaseTable = {
  'threads/1': producers(1, 0, false),
  'threads/2': producers(2, 1, false),
  'threads/4': producers(4, 2, true),
  'threads/16': producers(16, 2, false),
  'threads/64': producers(64, 2, true),
  'threads/256': producers(256, 2, true),
  'threads/2-mirrored': producers(2, 1, true, true),
  'threads/16-mirrored': producers(16, 2, true, true),
  'threads/1024': crowd(1024),
};
