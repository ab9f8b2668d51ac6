// What a numbered event has to be when it comes back, and what became of a writer's events in a
// recording: all there, in order, none torn, none twice, and every one that is missing counted.

import { openRecording, type RecordedEvent, type ThreadInfo } from 'ttlog/reader';
import { expect } from 'vitest';

/** A thread's part in a recording. */
export interface WriterHistory {
  readonly thread: ThreadInfo;
  /** Numbers of its events, by time. */
  readonly numbers: readonly number[];
}

/** Opens a recording of numbered events, and checks every event and every thread's account. */
export function readHistories(path: string): {
  histories: Map<number, WriterHistory>;
  lapped: number;
} {
  const recording = openRecording(path);
  const numbers = new Map<number, number[]>();
  const counts = new Map<number, number>();
  const lastTimes = new Map<number, bigint>();
  let wrong: unknown = null;
  for (const event of recording.events()) {
    const { id } = event.thread;
    counts.set(id, (counts.get(id) ?? 0) + 1);
    const lastTime = lastTimes.get(id);
    if (lastTime !== undefined && event.timeNs <= lastTime) wrong ??= ['not later', event];
    lastTimes.set(id, event.timeNs);
    if (event.logger !== 'numbered') continue;
    const known = numbers.get(id);
    const number = event.fields.n as number;
    if (known === undefined) numbers.set(id, [number]);
    else known.push(number);
    if (!isAsLogged(event)) wrong ??= ['not as logged', event];
  }
  expect(wrong).toBeNull();
  expect(recording.damage).toEqual([]);
  const histories = new Map<number, WriterHistory>();
  for (const thread of recording.threads) {
    const { overwritten, refused, tooLarge } = thread.losses;
    // The equation, with the events counted in the file.
    const inFile = counts.get(thread.id) ?? 0;
    const { attempted } = thread;
    expect({ thread: thread.id, attempted }).toEqual({
      thread: thread.id,
      attempted: inFile + overwritten + refused + tooLarge,
    });
    expect(Math.min(overwritten, refused, tooLarge)).toBeGreaterThanOrEqual(0);
    histories.set(thread.id, { thread, numbers: numbers.get(thread.id) ?? [] });
  }
  // Nothing from a thread that the header does not know.
  for (const id of counts.keys()) expect(histories.has(id)).toBe(true);
  return { histories, lapped: recording.losses.lapped };
}

function isAsLogged(event: RecordedEvent): boolean {
  const { fields, level, message } = event;
  const n = fields.n as number;
  if (!Number.isInteger(n)) return false;
  const check = Math.imul(n, 0x9e3779b1) >>> 0;
  const isLike = (
    wantedLevel: string,
    wantedMessage: string,
    wanted: { [key: string]: unknown },
  ): boolean =>
    level === wantedLevel &&
    message === wantedMessage &&
    JSON.stringify(fields) === JSON.stringify(wanted);
  if (n % 101 === 0) return isLike('warn', 'numbered warning', { n, check });
  if (n % 16 === 5) {
    return isLike('info', 'nested', { n, list: [n, { half: n / 2 }], text: 'x'.repeat(n % 50) });
  }
  if (n % 16 === 9) return isLike('debug', `only ${n}`, { n, check });
  return isLike('debug', `numbered ${n % 7}`, { n, check, half: n / 2, odd: n % 2 === 1 });
}

/**
 * Numbers that are missing between the first and the last of a pool, where warnings have a pool of
 * their own. Throws where a number comes twice or out of order.
 */
export function gapsOf(numbers: readonly number[]): number[] {
  const gaps: number[] = [];
  for (const isOfPool of [isWarning, (n: number) => !isWarning(n)]) {
    const ofPool = numbers.filter(isOfPool);
    for (let i = 1; i < ofPool.length; i++) {
      expect(ofPool[i]).toBeGreaterThan(ofPool[i - 1]);
      for (let n = ofPool[i - 1] + 1; n < ofPool[i]; n++) if (isOfPool(n)) gaps.push(n);
    }
  }
  return gaps;
}

/**
 * Expects the last warning and the last other event of `count` events, but for a pool of which
 * nothing is left at all.
 */
export function expectLastOfPools(numbers: readonly number[], count: number): void {
  for (const { shown, last } of lastOfPools(numbers, count)) expect(shown).toBe(last);
}

/** Of the pools of which something is left: what is shown last, and what was logged last. */
export function lastOfPools(
  numbers: readonly number[],
  count: number,
): { shown: number; last: number }[] {
  return [count - (count % 101), isWarning(count) ? count - 1 : count].flatMap((last) => {
    const shown = numbers.filter((n) => isWarning(n) === isWarning(last)).at(-1);
    return shown === undefined ? [] : [{ shown, last }];
  });
}

/** Whether the event with this number is in the pool of warnings. */
function isWarning(n: number): boolean {
  return n % 101 === 0;
}
