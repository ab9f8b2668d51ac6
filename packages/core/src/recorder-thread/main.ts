/**
 * What runs inside the recorder thread: snapshots that were asked for, and the interval, which no
 * busy main thread delays. Built into a string, since a bundler need not find a file.
 */

// First, see there.
import './tell-file-calls.ts';

import { parentPort, workerData } from 'node:worker_threads';
import { NO_FILE } from '../black-box/box-file.ts';
import { isRunning } from '../ring/recorder-words.ts';
import { RingMemory } from '../ring/ring-memory.ts';
import { loadCompressor } from '../snapshot/compress-frame.ts';
import { helpCopying } from '../snapshot/copy-together.ts';
import { CopyingRoom } from '../snapshot/copying-room.ts';
import { describeProcess } from '../snapshot/describe-process.ts';
import { openDirectory } from '../snapshot/directory.ts';
import {
  buildSnapshotBytes,
  type CapturedMoment,
  type SnapshotRequest,
  type SnapshotTools,
  takeSnapshot,
} from '../snapshot/take-snapshot.ts';
import { RecordingAnnouncer } from './announce-recordings.ts';
import { keepBlackBox } from './keep-black-box.ts';
import { KeptRoom } from './kept-room.ts';
import { printOutput } from './print-output.ts';
import type { FromRecorderThread, RecorderThreadData, ToRecorderThread } from './protocol.ts';
import { recoverOthers } from './recover-others.ts';
import { SecondParts } from './second-parts.ts';
import { watchBursts } from './watch-bursts.ts';
import { watchHeap } from './watch-heap.ts';
import { watchStall } from './watch-stall.ts';

/** The dead can wait until a start is over. */
const RECOVER_AFTER_MS = 100;

const {
  buffer,
  facts,
  compressorPaths,
  intervalMs,
  afterMs,
  periodMs,
  stall,
  heap,
  bursts,
  output,
} = workerData as RecorderThreadData;
const { box } = facts;
const memory = RingMemory.attach(buffer);
/**
 * For 64 MiB the kernel worked 12 ms with it and 20 without, and V8 collected half as often, with
 * threads that take turns with main. To give this thread a lower priority (10) instead made such
 * a snapshot take up to 7 s on a busy machine, while nobody writes the black box (Node 20.20).
 */
const kept = new KeptRoom(() => new CopyingRoom(memory));
const tools = { compressor: loadCompressor(compressorPaths), room: () => kept.get() };

const announcer = new RecordingAnnouncer(facts, (path, reason) => {
  send({ kind: 'recovered', path, reason });
});
let isAnnouncing = false;
let hasLooked = false;

const secondParts =
  afterMs === undefined
    ? null
    : new SecondParts(afterMs, (request, first) => {
        if (isRunning(memory)) write(0, request, 2, { ...tools, first });
      });

function send(message: FromRecorderThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function snapshot(id: number, request: SnapshotRequest): void {
  if (!secondParts?.isWanted(request)) {
    write(id, request, 1, tools);
    return;
  }
  let first: CapturedMoment | undefined;
  const onCaptured = (captured: CapturedMoment): void => {
    first = captured;
  };
  // The copies stay for the second part.
  const path = write(id, request, 1, { ...tools, room: undefined, onCaptured });
  if (path !== null && first !== undefined) secondParts.plan(request, path, first);
}

/** Path of the file, or null. */
function write(
  id: number,
  request: SnapshotRequest,
  part: 1 | 2,
  withTools: SnapshotTools,
): string | null {
  const outcome = takeSnapshot(memory, facts, request, withTools);
  const errorCode = outcome.path === null ? (outcome.error as { code?: string }).code : undefined;
  send({ kind: 'snapshot', id, reason: request.reason, part, outcome: { ...outcome, errorCode } });
  return outcome.path;
}

parentPort?.on('message', (message: ToRecorderThread) => {
  if (message.kind === 'snapshot') {
    snapshot(message.id, message.request);
    return;
  }
  if (message.kind === 'flush') {
    const { id } = message;
    const onDone = (): void => send({ kind: 'flushed', id });
    if (job === null) onDone();
    else job.flush(id, onDone);
    return;
  }
  if (message.kind === 'help') {
    helpCopying(memory, message.copies, tools.compressor);
    return;
  }
  if (message.kind === 'announce') {
    isAnnouncing = true;
    if (hasLooked) announcer.run();
    return;
  }
  try {
    const bytes = buildSnapshotBytes(memory, facts, message.request, tools);
    send({ kind: 'capture', id: message.id, bytes }, [bytes.buffer as ArrayBuffer]);
  } catch {
    send({ kind: 'capture', id: message.id, bytes: null });
  }
});

if (intervalMs !== undefined) {
  setInterval(() => {
    if (!isRunning(memory)) return;
    snapshot(0, {
      reason: 'interval',
      trigger: { kind: 'interval', thread: 0, intervalMs },
      errorCbor: null,
      process: describeProcess(false),
    });
  }, intervalMs);
}

if (box !== null) {
  // After the messages that are waiting already, whose sender may hold the process for them.
  setImmediate(() => {
    keepBlackBox(memory, box, periodMs, (problem) => send({ kind: 'box', problem }));
  });
}
setTimeout(() => {
  const onLooked = (): void => {
    hasLooked = true;
    if (isAnnouncing) announcer.run();
  };
  if (!isToRecover()) onLooked();
  else {
    const onNote = (note: string): void => send({ kind: 'note', note });
    recoverOthers(facts, tools.compressor, { onLooked, onNote });
  }
}, RECOVER_AFTER_MS);

if (stall !== null) {
  watchStall(
    memory,
    stall,
    (request) => snapshot(0, request),
    (stalledMs) => send({ kind: 'stalled', stalledMs }),
  );
}

if (heap !== null) watchHeap(memory, heap, (request) => snapshot(0, request));

if (bursts.length > 0) {
  watchBursts(memory, bursts, send, (request) => snapshot(0, request));
}

const job =
  output === null
    ? null
    : printOutput(memory, facts, output.order, output.progress, (problem) =>
        send({ kind: 'output', problem }),
      );

/** Also where there is no black box of the own only since its file could not be made. */
function isToRecover(): boolean {
  if (box !== null) return true;
  return (
    facts.blackBox.reason.startsWith(NO_FILE) &&
    openDirectory(facts.directory, facts.isDefaultDirectory).ok
  );
}

send({ kind: 'ready' });
