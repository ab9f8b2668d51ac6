/**
 * The recorder thread's job while the event loop does not turn, so that nothing of ours runs on its
 * thread: where the process has grown by what the heap has left, the inspector is asked what the
 * heap holds. Near its limit, a snapshot.
 */

import workerThreads from 'node:worker_threads';
import { isInspectionOver } from '../ring/inspection.ts';
import { readLoopTurn } from '../ring/loop-turn.ts';
import { isRunning } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { describeProcess } from '../snapshot/describe-process.ts';
import type { SnapshotRequest } from '../snapshot/take-snapshot.ts';
import { maySnapshot } from '../snapshot/trigger-budget.ts';
import { heapLimitBytes } from '../triggers/heap.ts';
import { MainHeap } from './main-heap.ts';
import type { HeapOrder } from './protocol.ts';

const monotonicNs = process.hrtime.bigint.bind(process.hrtime);
const { rss } = process.memoryUsage;
const cpuUsage = process.cpuUsage.bind(process);

const LOOK_MS = 20;
/**
 * Longer than most pauses of the collector, after which the thread can tell more by itself. A heap
 * of 64 MiB has died 170 ms after it was nine tenths full (Node 20.20).
 */
const LATE_MS = 100;
/**
 * A loop that allocates and calls nothing of JavaScript is never interrupted, so V8 does not answer
 * (`for (;;) list.push(new Array(100).fill(1))`, Node 24 and 26). Of processor time, since a thread
 * that gets none does not answer either.
 */
const PATIENCE_MICROS = 100_000;
const MS_NS = 1e6;

export function watchHeap(
  memory: RingMemory,
  { threadId, nearLimit, sizeLimitBytes, youngMib, periodMs }: HeapOrder,
  onNear: (request: SnapshotRequest) => void,
): void {
  // Those of this thread are the same, as long as it is given no limit of its own.
  youngMib[0] ||= workerThreads.resourceLimits.maxYoungGenerationSizeMb ?? 0;
  const limitBytes = heapLimitBytes(sizeLimitBytes, youngMib);
  const nearBytes = nearLimit * limitBytes;
  const heap = new MainHeap(memory);
  let turnNs = 0n;
  let rssAtTurn = 0;
  let isTold = false;
  /** When main was asked what it has not answered, by the processor time of the process. */
  let askedAtMicros: number | null = null;

  const tell = (usedBytes: number, details: object): void => {
    if (isTold || !isRunning(memory)) return;
    isTold = true;
    if (!maySnapshot(memory, 'heapFromOutside')) return;
    const heapFacts = { usedBytes, limitBytes, nearLimit, ...details };
    onNear({
      reason: 'heap',
      trigger: { kind: 'heap', thread: threadId, ...heapFacts },
      errorCbor: null,
      process: describeProcess(false),
    });
  };

  const look = (): void => {
    if (!isRunning(memory) || isInspectionOver(memory)) return;
    const { atNs, heapBytes } = readLoopTurn(memory);
    if (atNs !== turnNs) {
      turnNs = atNs;
      rssAtTurn = readRss();
      heap.close();
      isTold = false;
      askedAtMicros = null;
      return;
    }
    const sinceTurnMs = Number(monotonicNs() - atNs) / MS_NS;
    if (isTold || sinceTurnMs < periodMs + LATE_MS) return;
    // What the heap had may be in use by now, and what the process has grown by may be heap.
    const atMostBytes = heapBytes + readRss() - rssAtTurn;
    if (atMostBytes < nearBytes) return;
    const isAsked = heap.ask(({ usedSize, totalSize }) => {
      askedAtMicros = null;
      if (usedSize >= nearBytes) tell(usedSize, { totalBytes: totalSize, source: 'inspector' });
    });
    const nowMicros = readCpuMicros();
    askedAtMicros ??= nowMicros;
    if (!isAsked || nowMicros - askedAtMicros > PATIENCE_MICROS) {
      tell(atMostBytes, { source: 'estimate' });
    }
  };
  setInterval(look, LOOK_MS);
}

function readCpuMicros(): number {
  const { user, system } = cpuUsage();
  return user + system;
}

function readRss(): number {
  try {
    return rss();
  } catch {
    // It takes a descriptor, of which there may be none left.
    return 0;
  }
}
