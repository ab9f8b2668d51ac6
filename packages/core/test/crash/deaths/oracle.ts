// Judges what a process has left by what it had told before it died: whoever judges knows nothing
// else of it.

import { join } from 'node:path';
import { openRecording, type Recording, recoverBlackBox } from 'ttlog/reader';
import { expect } from 'vitest';
import type { Outcome } from '../run-program.ts';
import type { Leavings, Mode } from './death.ts';

/** An event whose call had returned. */
interface Acknowledgement {
  readonly thread: number;
  readonly n: number;
  /** Whether the black box must have it although the recorder thread may not have come round. */
  readonly isWrittenThrough: boolean;
}

interface Told {
  readonly all: readonly Acknowledgement[];
  /** So many of them the recorder thread has written. */
  readonly settled: number;
}

/** After so many slow writes in a row a thread leaves its warnings to the recorder thread. */
const SLOW_WRITES = 2;

/** Returns how many events had to be there. */
export function expectLeft(outcome: Outcome, leaves: Leavings, mode: Mode): number {
  const boxes = outcome.files.filter((name) => name.endsWith('.ring'));
  const scraps = outcome.files.filter((name) => !/^ttlog-.*\.(bin|ring)$/.test(name));
  const recordings = outcome.recordings.filter(({ header: { reason, trigger } }) => {
    return reason !== 'asked' && (!leaves.besideOthers || trigger.thread === leaves.thread);
  });
  expect(recordings.map(({ header }) => header.reason)).toEqual(leaves.snapshots);
  expect(boxes).toHaveLength(leaves.box ? 1 : 0);
  if (!leaves.mayLeaveScraps) expect(scraps).toEqual([]);
  const last = recordings.at(-1);
  if (last !== undefined) expectHeader(last, leaves);
  const told = readTold(outcome.acknowledged);
  expect(told.all.length).toBeGreaterThan(0);
  if (leaves.box) {
    const box = join(outcome.folder, 'snapshots', boxes[0]);
    const recording = leaves.box === 'in place' ? openRecording(box) : recovered(box);
    return expectHeld(told, recording, mode === 'mirrored');
  }
  return last === undefined ? 0 : expectHeld(told, last, false);
}

function expectHeader({ header }: Recording, { thread, error }: Leavings): void {
  if (thread !== undefined) expect(header.trigger.thread).toBe(thread);
  if (error === undefined) return;
  const { message, code } = header.error as { message?: string; code?: string };
  expect(`${code} ${message}`).toContain(error);
}

function recovered(box: string): Recording {
  const result = recoverBlackBox(box);
  if (result.path === null) throw result.error;
  const recording = openRecording(result.path);
  expect(recording.header.reason).toBe('process-died');
  expect(recording.damage).toEqual([]);
  return recording;
}

/** Every event that had to be kept is there, each once, and none that was never logged. */
function expectHeld({ all, settled }: Told, recording: Recording, isMirror: boolean): number {
  const seen = new Map<number, Set<number>>();
  for (const { message, thread, fields } of recording.events()) {
    if (message !== 'said') continue;
    const numbers = seen.get(thread.id) ?? new Set();
    expect(numbers.has(fields.n as number)).toBe(false);
    seen.set(thread.id, numbers.add(fields.n as number));
  }
  const due = all.filter((one, index) => !isMirror || index < settled || one.isWrittenThrough);
  const missing = due.filter(({ thread, n }) => !seen.get(thread)?.has(n));
  expect(missing).toEqual([]);
  for (const [thread, numbers] of seen) {
    // The last call may have returned without a word of it.
    const returned = all.filter((one) => one.thread === thread).length;
    expect(Math.max(...numbers)).toBeLessThanOrEqual(returned + 1);
  }
  return due.length;
}

function readTold(text: string): Told {
  const all: Acknowledgement[] = [];
  const slowWrites = new Map<number, number>();
  let settled = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === 'settled') {
      settled = all.length;
      continue;
    }
    const [id, n, level, pace] = line.split(' ');
    const thread = Number(id);
    const slow = slowWrites.get(thread) ?? 0;
    const isWarning = level === 'warn';
    if (isWarning && slow < SLOW_WRITES) slowWrites.set(thread, pace === 'slow' ? slow + 1 : 0);
    all.push({ thread, n: Number(n), isWrittenThrough: isWarning && slow < SLOW_WRITES });
  }
  return { all, settled };
}
