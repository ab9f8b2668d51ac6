/**
 * The recorder of the process: how it is started, and how threads join it. One a process; a worker
 * that the recorder reaches gets a handle on the same one.
 */

import os from 'node:os';
import workerThreads from 'node:worker_threads';
import { openRing } from './black-box/open-box.ts';
import { wallMs } from './logger/clock.ts';
import { threadState } from './logger/thread-state.ts';
import { LAYOUT_VERSION, MODE_OVERWRITE } from './memory/ring-layout.ts';
import {
  isDisabled,
  type RecorderOptions,
  type ResolvedOptions,
  resolveOptions,
} from './options.ts';
import { SEVERITY } from './record/level.ts';
import { Redaction } from './record/redaction.ts';
import type { Recorder } from './recorder-contract.ts';
import { isRunning, setRecordLevel } from './ring/recorder-words.ts';
import { type RingGeometry, RingMemory, ringGeometry } from './ring/ring-memory.ts';
import { countStray } from './ring/strays.ts';
import { RunningRecorder } from './running-recorder.ts';
import { silentRecorder } from './silent-recorder.ts';
import { readClocks } from './snapshot/clocks.ts';
import { defaultDirectory, resolveDirectory } from './snapshot/directory.ts';
import { randomBytes } from './snapshot/random-bytes.ts';
import type { RecorderFacts } from './snapshot/take-snapshot.ts';
import { type RecorderShare, SHARE_KEY } from './thread-recorder.ts';

const { getEnvironmentData, threadId } = workerThreads;

/** The recorder that this thread has started or joined. */
let running: RunningRecorder | null = null;
/** This thread has left the process's recorder; only a new start joins it again. */
let hasLeft = false;
/** It cannot reach that recorder's ring, and is counted. */
let isStray = false;

/**
 * Starts recording. A second call returns the running recorder and notes the options that differ;
 * in a worker that the process's recorder reaches, it returns a handle on that one. Throws a
 * TypeError for a wrong option, which it names; nothing else makes it throw.
 */
export function startRecorder(options: RecorderOptions = {}): Recorder {
  const resolved = resolveOptions(options);
  const geometry = ringGeometry(
    resolved.memory.bytes,
    resolved.memory.segmentBytes,
    MODE_OVERWRITE,
    2,
    'memory.',
  );
  new Redaction(resolved.redact);
  if (isDisabled()) return silentRecorder('TTLOG_DISABLED=1', () => threadState.beforeStart);
  hasLeft = false;
  joinProcessRecorder();
  if (running !== null) {
    running.noteSecondStart(options);
    return running;
  }
  const opened = open(geometry, resolved);
  if (typeof opened === 'string') return silentRecorder(opened, () => threadState.beforeStart);
  const { memory, facts } = opened;
  setRecordLevel(memory, SEVERITY[resolved.recordLevel]);
  running = keep(new RunningRecorder(memory, facts, resolved, null));
  running.onTrigger = (options.triggers ?? []).map(({ onTrigger }) => onTrigger);
  return running;
}

/**
 * Joins the recorder of the process, if there is one: in a worker that of the threads above it, in
 * a module registry with globals of its own (a test file in Jest) that of the thread. Never throws.
 */
export function joinProcessRecorder(): void {
  if (running !== null) {
    if (!running.hasEnded) return;
    void running.stop();
  }
  try {
    const share = getEnvironmentData(SHARE_KEY) as unknown as RecorderShare | undefined;
    if (share === undefined || share.layoutVersion !== LAYOUT_VERSION) return;
    if (hasLeft || isDisabled()) return;
    const memory = attachOrStray(share);
    if (memory === null || !isRunning(memory)) return;
    running = keep(new RunningRecorder(memory, share.facts, share.options, share));
  } catch {
    // Something else stands under our key. The thread's calls are counted, and go nowhere.
  }
}

/** Notices when `recorder` is stopped, so that another can be started. */
function keep(recorder: RunningRecorder): RunningRecorder {
  recorder.onStop = (goesOn) => {
    if (running === recorder) running = null;
    hasLeft = goesOn;
  };
  return recorder;
}

/** Why not, where the system has no room for the ring. */
function open(
  geometry: RingGeometry,
  options: ResolvedOptions,
): { memory: RingMemory; facts: RecorderFacts } | string {
  const facts = gatherFacts(options);
  try {
    const { memory, box, fact } = openRing(geometry, facts, options.blackBox);
    return { memory, facts: { ...facts, box, blackBox: fact } };
  } catch (error) {
    return `memory.bytes: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Once a thread is told of as stray: it would try again at every `getLogger`. */
function attachOrStray(share: RecorderShare): RingMemory | null {
  if (isStray) return null;
  try {
    return RingMemory.attach(share.buffer);
  } catch (error) {
    isStray = true;
    countStray(share.strays);
    throw error;
  }
}

function gatherFacts(options: ResolvedOptions): RecorderFacts {
  const { snapshots, notes, service } = options;
  const directory = resolveDirectory(snapshots.directory);
  return {
    service,
    host: os.hostname(),
    pid: process.pid,
    ppid: process.ppid,
    runId: Buffer.from(randomBytes(16)).toString('hex'),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    startedAtMs: wallMs(),
    clock: readClocks(),
    directory,
    isDefaultDirectory: directory === defaultDirectory(),
    fileMode: snapshots.fileMode,
    keep: snapshots.keep,
    blackBox: { mode: 'off', reason: 'not asked for' },
    box: null,
    notes: threadId === 0 ? notes : [...notes, `started in worker ${threadId}`],
  };
}
