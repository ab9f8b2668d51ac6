// What a snapshot costs: the thread that asks for it, and in all. Beside copying and compressing
// the same bytes, which any snapshot has to do, and beside encoding the same events as objects.

import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getEnvironmentData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { Recorder, SnapshotResult } from 'ttlog';
import { openRecording } from 'ttlog/reader';
import { type Case, type CaseTable, long, type Measured, type Plan } from '../runner/case.ts';
import { counted, FIGURE, type Figure, ratios, summarize } from '../runner/figure.ts';
import { collectGarbage } from '../runner/garbage.ts';
import { loadPeer } from '../runner/peers.ts';
import { checkStored } from './check-stored.ts';
import { type EventObject, eventObjects } from './event-objects.ts';
import { fillRing } from './fill-ring.ts';
import { isLoggedEvent } from './logged-event.ts';

const MIB = 1024 * 1024;
const SEGMENT_BYTES = 64 * 1024;
const ROUNDS = 11;
/** Of the seconds that objects take. */
const OBJECT_ROUNDS = 5;
const QUICK_ROUNDS = 3;
/** Objects of more events than these would not fit into the heap of an ordinary process. */
const MOST_OBJECTS = 2_500_000;

/** The lz4-napi that ttlog itself uses. */
const { compressFrameSync } = createRequire(
  createRequire(import.meta.url).resolve('ttlog/package.json'),
)('lz4-napi') as {
  compressFrameSync(bytes: Uint8Array, options: { contentChecksum: boolean }): Uint8Array;
};

/** The shared memory of the recorder, from where its worker threads have it too. */
function ringMemory(): Uint8Array {
  const share = getEnvironmentData('ttlog:1') as unknown as { buffer: SharedArrayBuffer };
  return new Uint8Array(share.buffer);
}

/**
 * Segment by segment, which is also the faster way: 90 ms for 64 MiB against 125 ms in one piece
 * (Node 20.20).
 */
function copyAndCompress(ring: Uint8Array): number {
  let bytes = 0;
  for (let start = 0; start < ring.length; start += SEGMENT_BYTES) {
    const copy = ring.slice(start, start + SEGMENT_BYTES);
    bytes += compressFrameSync(copy, { contentChecksum: true }).length;
  }
  return bytes;
}

function milliseconds(run: () => unknown): number {
  collectGarbage();
  const startedMs = performance.now();
  run();
  return performance.now() - startedMs;
}

/** Runs `work` while the event loop turns, and tells the longest time that it stood still. */
async function longestStandstillMs(work: () => Promise<unknown>): Promise<[number, number]> {
  collectGarbage();
  await nextTurn();
  let isDone = false;
  let longestMs = 0;
  const startedMs = performance.now();
  let lastMs = startedMs;
  const working = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await nextTurn();
    const nowMs = performance.now();
    if (nowMs - lastMs > longestMs) longestMs = nowMs - lastMs;
    lastMs = nowMs;
  }
  await working;
  return [longestMs, performance.now() - startedMs];
}

function throwIfFailed(result: SnapshotResult): void {
  if (result.path === null) throw result.error;
}

function snapshotOf(mebibytes: number, isLong: boolean): Case {
  return {
    what: `a ring of ${mebibytes} MiB, full: on the calling thread, and asynchronously`,
    isLong,
    usesPeers: true,
    nodeFlags: ['--max-old-space-size=8192'],
    measure: (plan) => measureSnapshots(mebibytes * MIB, plan),
  };
}

async function measureSnapshots(bytes: number, plan: Plan): Promise<Measured> {
  const { recorder, calls } = fillRing(bytes, 4);
  const stored = await checkStored(recorder, calls, isLoggedEvent, plan);
  const ring = ringMemory();
  const sync: number[] = [];
  const copied: number[] = [];
  const blocked: number[] = [];
  const whole: number[] = [];
  const idleLoop: number[] = [];
  for (let round = -1; round < (plan.isQuick ? QUICK_ROUNDS : ROUNDS); round++) {
    const syncMs = milliseconds(() => throwIfFailed(recorder.snapshotSync('benchmark')));
    const copiedMs = milliseconds(() => copyAndCompress(ring));
    const [blockedMs, wholeMs] = await longestStandstillMs(async () =>
      throwIfFailed(await recorder.snapshot('benchmark')),
    );
    const [idleMs] = await longestStandstillMs(
      () => new Promise((resolve) => setTimeout(resolve, wholeMs)),
    );
    if (round < 0) continue;
    sync.push(syncMs);
    copied.push(copiedMs);
    blocked.push(blockedMs);
    whole.push(wholeMs);
    idleLoop.push(idleMs);
  }
  const besideObjects = plan.isProfile ? [] : await measureObjects(recorder, plan);
  await recorder.stop();
  const figures: Figure[] = [
    summarize(FIGURE.callingThread, 'ms', sync),
    summarize(FIGURE.timesCopyAndCompress, '×', ratios(sync, copied)),
    summarize(FIGURE.copyAndCompress, 'ms', copied),
    summarize(FIGURE.asyncBlocks, 'ms', blocked),
    summarize('asynchronous: idle event loop', 'ms', idleLoop),
    summarize('asynchronous: in all', 'ms', whole),
  ];
  return { figures: [...figures, ...besideObjects], stored };
}

/** How long cbor-x takes for the events of the ring as objects, beside a snapshot of them. */
async function measureObjects(recorder: Recorder, plan: Plan): Promise<Figure[]> {
  const { encode } = loadPeer<{ encode(value: unknown): Uint8Array }>('cbor-x');
  const { recording, events } = await recordingOf(recorder);
  const objects = eventObjects(recording.events(), MOST_OBJECTS);
  // Of a larger ring a part is encoded, and the time taken for all of it.
  const scale = events / objects.length;
  const encoded: number[] = [];
  const sync: number[] = [];
  for (let round = 0; round < (plan.isQuick ? 1 : OBJECT_ROUNDS); round++) {
    encoded.push(milliseconds(() => encode(objects)) * scale);
    sync.push(milliseconds(() => throwIfFailed(recorder.snapshotSync('benchmark'))));
  }
  return [
    summarize(FIGURE.cborXOnObjects, 'ms', encoded),
    summarize(FIGURE.timesFasterThanCborX, '×', ratios(encoded, sync)),
  ];
}

async function recordingOf(recorder: Recorder): Promise<{
  recording: ReturnType<typeof openRecording>;
  events: number;
  bytes: number;
}> {
  const bytes = await recorder.capture('benchmark');
  const recording = openRecording(bytes);
  return { recording, events: recording.footer!.events, bytes: bytes.length };
}

const size: Case = {
  what: 'a full ring of 16 MiB as a file, against the same events as NDJSON, gzipped',
  async measure(plan) {
    const { recorder, calls } = fillRing(16 * MIB, 4);
    const stored = await checkStored(recorder, calls, isLoggedEvent, plan);
    const { recording, bytes } = await recordingOf(recorder);
    const lines = eventObjects(recording.events(), MOST_OBJECTS).map(lineOf);
    const text = Buffer.from(lines.join(''));
    const gzippedBytes = gzipSync(text).length;
    await recorder.stop();
    return {
      stored,
      figures: [
        counted('snapshot', 'bytes', bytes),
        counted('times NDJSON, gzipped', '×', bytes / gzippedBytes),
        counted('NDJSON, gzipped', 'bytes', gzippedBytes),
        counted('NDJSON', 'bytes', text.length),
      ],
    };
  },
};

/** As pino writes it. */
function lineOf({ timeMs, level, logger, message, fields }: EventObject): string {
  return `${JSON.stringify({ level, time: timeMs, name: logger, ...fields, msg: message })}\n`;
}

export const SNAPSHOT: CaseTable = {
  'snapshot/16MiB': snapshotOf(16, false),
  'snapshot/64MiB': snapshotOf(64, true),
  'snapshot/256MiB': snapshotOf(256, true),
  'snapshot/size': long(size),
};
