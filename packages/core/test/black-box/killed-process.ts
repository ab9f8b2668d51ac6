// One life of the kill loop: a child that logs, is killed, and is gone whatever went wrong.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import type { Acknowledged, Pace } from './kill-oracle.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/killed.cjs');
/** A child that takes longer to start hangs. */
const MAX_START_MS = 30_000;
/** How often the machine is asked what keeps the child. */
const SAMPLE_MS = 20;
/** Numbers that an acknowledgement consists of. */
const ACKNOWLEDGEMENT_NUMBERS = 4;

export interface Life {
  readonly mode: 'mirrored' | 'mapped';
  readonly pace: Pace;
  /** Of its own. */
  readonly directory: string;
  /** It is killed before anybody knows whether it has begun. */
  readonly isEarly: boolean;
  /** From when all threads log, or from its start, until it is killed. */
  readonly lengthMs: number;
}

export interface Death {
  /** By the clock that the acknowledgements have as well. */
  readonly killedAtNs: number;
  /** How late timers and writes were on this machine just then, at most. */
  readonly latenessMs: number;
  /** For how long, of the time since then, the recorder thread was ready to run and not let run. */
  helperWaitedMs(sinceNs: number): number;
  readonly acknowledged: readonly Acknowledged[];
}

export async function liveAndDie(life: Life): Promise<Death> {
  const acknowledgedPath = join(life.directory, 'acknowledged');
  const child = start(life, acknowledgedPath);
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lateness = measureLateness(life.directory);
  const waits = new HelperWaits(child.pid);
  let killedAtNs: number;
  try {
    if (!life.isEarly) {
      await Promise.race([hasStarted(child, waits), ended, sleep(MAX_START_MS)]);
    }
    await sleep(life.lengthMs);
  } finally {
    waits.stop();
    killedAtNs = nowNs();
    child.kill('SIGKILL');
    await ended;
  }
  const latenessMs = lateness();
  if (stderr !== '' || child.signalCode !== 'SIGKILL') {
    throw new Error(`it ended with ${child.signalCode ?? child.exitCode} by itself: ${stderr}`);
  }
  return {
    killedAtNs,
    latenessMs,
    helperWaitedMs: (sinceNs) => waits.since(sinceNs),
    acknowledged: readAcknowledged(acknowledgedPath),
  };
}

/**
 * How long threads of the child stood in the queue for a processor, as the kernel tells (Linux with
 * CONFIG_SCHED_INFO; elsewhere it is 0).
 */
class HelperWaits {
  readonly #pid: number | undefined;
  readonly #samples: { timeNs: number; waitedNs: number }[] = [];
  #threads: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(pid: number | undefined) {
    this.#pid = pid;
  }

  follow(threads: readonly string[]): void {
    this.#threads = threads;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#sample();
  }

  /** In milliseconds; all of it where that was before the first look. */
  since(sinceNs: number): number {
    const before = this.#samples.findLast(({ timeNs }) => timeNs <= sinceNs);
    return ((this.#samples.at(-1)?.waitedNs ?? 0) - (before?.waitedNs ?? 0)) / 1e6;
  }

  #sample(): void {
    let waitedNs = 0;
    for (const thread of this.#threads) waitedNs += this.#waitedNs(thread);
    this.#samples.push({ timeNs: nowNs(), waitedNs });
  }

  #waitedNs(thread: string): number {
    try {
      const text = fs.readFileSync(`/proc/${this.#pid}/task/${thread}/schedstat`, 'latin1');
      return Number(text.split(' ')[1]);
    } catch {
      return 0;
    }
  }
}

function start({ mode, pace, directory, isEarly }: Life, acknowledgedPath: string): ChildProcess {
  const descriptor = fs.openSync(acknowledgedPath, 'a');
  try {
    const { name, bytes, segmentBytes } = pace;
    const args = [FIXTURE, directory, String(bytes), String(segmentBytes), name, mode];
    if (isEarly) args.push('early');
    return spawn(process.execPath, args, {
      stdio: ['ignore', descriptor, 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
  } finally {
    fs.closeSync(descriptor);
  }
}

function hasStarted(child: ChildProcess, waits: HelperWaits): Promise<void> {
  return new Promise((resolve) => {
    child.stdio[3]?.once('data', (text) => {
      waits.follow(String(text).split(' ').slice(1));
      resolve();
    });
  });
}

function readAcknowledged(path: string): Acknowledged[] {
  const bytes = fs.readFileSync(path);
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
  const acknowledged: Acknowledged[] = [];
  for (let at = 0; at + ACKNOWLEDGEMENT_NUMBERS <= numbers.length; at += ACKNOWLEDGEMENT_NUMBERS) {
    const [thread, n, calledNs, returnedNs] = numbers.subarray(at);
    acknowledged.push({ thread, n, calledNs, returnedNs });
  }
  return acknowledged;
}

/**
 * Returns what tells by how much a timer was late at most, or for how long a write to the same disk
 * stood still, as it does while the disk takes in what others have written.
 */
function measureLateness(directory: string): () => number {
  const probe = fs.openSync(join(directory, 'probe'), 'w');
  const page = new Uint8Array(4096);
  let dueMs = performance.now() + SAMPLE_MS;
  let latenessMs = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    fs.writeSync(probe, page, 0, page.length, 0);
    const writtenMs = performance.now();
    latenessMs = Math.max(latenessMs, nowMs - dueMs, writtenMs - nowMs);
    dueMs = writtenMs + SAMPLE_MS;
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    fs.closeSync(probe);
    return Math.max(latenessMs, performance.now() - dueMs);
  };
}

function nowNs(): number {
  return Number(process.hrtime.bigint());
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
