// Joining, ending with all descendants, vanishing unseen, and giving rows away without a loss.

import { describe, expect, it } from 'vitest';
import {
  HEADER_INCARNATIONS,
  HEADER_RETIRED_ATTEMPTED,
  HEADER_RETIRED_REFUSED,
  HEADER_RETIRED_TOO_LARGE,
  ROW_NAME_BYTES,
  ROW_TOO_LARGE,
} from '../../src/memory/ring-layout.ts';
import { accountThreads, captureRing } from '../../src/ring/capture.ts';
import { currentOsThread, hasVanished } from '../../src/ring/os-thread.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import {
  countInRow,
  endThread,
  findLiveRow,
  joinThread,
  readRetired,
  readRows,
  reapVanished,
} from '../../src/ring/thread-table.ts';
import { dieAtStep } from './at-step.ts';
import {
  accountOf,
  append,
  appendMany,
  countRefused,
  fillSegment,
  join,
  makeRing,
  NO_OS_THREAD,
  openLane,
  segmentsIn,
} from './small-ring.ts';

function named(memory: RingMemory, name: string): string {
  const slot = joinThread(memory, {
    threadId: 3,
    name,
    parentRow: -1,
    os: NO_OS_THREAD,
    startedAtMs: 1234.5,
  });
  return readRows(memory).find(({ row }) => row === slot?.row)?.name ?? '';
}

/** All that was ever attempted: by the threads in the table and by those that gave their row. */
function totals(memory: RingMemory): { attempted: bigint; refused: bigint; tooLarge: bigint } {
  const retired = readRetired(memory);
  let attempted = retired(HEADER_RETIRED_ATTEMPTED);
  let refused = retired(HEADER_RETIRED_REFUSED);
  let tooLarge = retired(HEADER_RETIRED_TOO_LARGE);
  for (const account of accountThreads(captureRing(memory)).values()) {
    attempted += account.attempted;
    refused += account.refused;
    tooLarge += account.tooLarge;
  }
  return { attempted, refused, tooLarge };
}

describe('joinThread', () => {
  it('notes who the thread is', () => {
    const memory = makeRing();
    const parent = join(memory, 0);
    const os = { id: 4711, startTicks: 123456 };
    const identity = { threadId: 7, name: 'résumé', parentRow: parent.row, startedAtMs: 99.25, os };
    const slot = joinThread(memory, identity);
    expect(slot).toEqual({ row: 1, incarnation: 2, threadId: 7 });
    expect(readRows(memory)[1]).toEqual({
      row: 1,
      incarnation: 2,
      threadId: 7,
      parentRow: 0,
      name: 'résumé',
      startedAtMs: 99.25,
      hasExited: false,
      hasVanished: false,
      exitCode: 0,
      nextEvents: [1n, 1n],
      refused: 0n,
      tooLarge: 0n,
      cut: 0n,
      lagged: 0n,
      torn: 0,
    });
    expect(findLiveRow(memory, 7)).toBe(1);
    expect(findLiveRow(memory, 8)).toBe(-1);
  });

  it('takes any name, cut to its place', () => {
    const memory = makeRing();
    expect(named(memory, '')).toBe('');
    expect(named(memory, 'x'.repeat(500))).toBe('x'.repeat(ROW_NAME_BYTES));
    expect(named(memory, 'lone \ud800 half')).toBe('lone \ufffd half');
    expect(named(memory, 'nul\0 and \x1b[31m')).toBe('nul\0 and \x1b[31m');
  });

  it('is seen by all in spite of threads that died while they joined', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const identity = { threadId: 1, name: '', parentRow: -1, os: NO_OS_THREAD, startedAtMs: 0 };
      let isDead = false;
      for (let i = 0; i < 3; i++) isDead = dieAtStep(step, () => joinThread(memory, identity));
      const slot = join(memory, 2);
      expect(findLiveRow(memory, 2), `step ${step}`).toBe(slot.row);
      const living = openLane(memory, slot);
      append(living, 1);
      expect(accountOf(memory, slot).attempted).toBe(1n);
      expect(endThread(memory, 2, 0)).toBe(true);
      if (!isDead) break;
    }
  });
});

describe('endThread', () => {
  it('seals, notes the exit code, and is idempotent', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 4));
    append(lane, 1);
    expect(endThread(memory, 4, 13)).toBe(true);
    expect(endThread(memory, 4, 99)).toBe(false);
    expect(endThread(memory, 5, 0)).toBe(false);
    expect(readRows(memory)[0]).toMatchObject({ hasExited: true, exitCode: 13 });
    expect(segmentsIn(memory, 'sealed')).toEqual([0]);
  });

  it('ends every row of a thread in which several copies of the package have joined', () => {
    const memory = makeRing();
    const lanes = [openLane(memory, join(memory, 4)), openLane(memory, join(memory, 4))];
    for (const lane of lanes) append(lane, 1);
    endThread(memory, 4, 0);
    expect(segmentsIn(memory, 'open')).toEqual([]);
    expect(readRows(memory).every((row) => row.hasExited)).toBe(true);
  });

  it('ends the workers of a worker, however deep, and no others', () => {
    const memory = makeRing();
    const main = join(memory, 0);
    const parent = join(memory, 1, main.row);
    const child = join(memory, 2, parent.row);
    const grandchild = join(memory, 3, child.row);
    const sibling = join(memory, 4, main.row);
    for (const slot of [main, parent, child, grandchild, sibling]) {
      append(openLane(memory, slot), 1);
    }
    endThread(memory, 1, 5);
    expect(readRows(memory).map(({ hasExited, exitCode }) => [hasExited, exitCode])).toEqual([
      [false, 0],
      [true, 5],
      [true, 1],
      [true, 1],
      [false, 0],
    ]);
    expect(segmentsIn(memory, 'open')).toHaveLength(2);
  });

  it('ends what a sealer that dies at any step has begun', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const parent = join(memory, 1);
      const child = join(memory, 2, parent.row);
      appendMany(openLane(memory, parent), 1, 3);
      appendMany(openLane(memory, child), 1, 4);
      const isDead = dieAtStep(step, () => endThread(memory, 1, 7));
      endThread(memory, 1, 7);
      endThread(memory, 2, 1);
      expect(segmentsIn(memory, 'open'), `step ${step}`).toEqual([]);
      expect(readRows(memory).every((row) => row.hasExited)).toBe(true);
      expect(accountOf(memory, parent).inRing).toBe(3n);
      expect(accountOf(memory, child).inRing).toBe(4n);
      if (!isDead) break;
    }
  });
});

describe.runIf(process.platform === 'linux')('reapVanished', () => {
  const own = currentOsThread();

  function joinAs(memory: RingMemory, os: { id: number; startTicks: number }, parentRow = -1) {
    const slot = joinThread(memory, { threadId: 1, name: '', parentRow, os, startedAtMs: 0 });
    if (slot === null) throw new Error('no row');
    append(openLane(memory, slot), 1);
    return slot;
  }

  it('knows the thread that calls', () => {
    expect(own.id).toBeGreaterThan(0);
    expect(own.startTicks).toBeGreaterThan(0);
    expect(hasVanished(own)).toBe(false);
  });

  it('ends threads that are gone, and those whose number belongs to another one now', () => {
    const memory = makeRing({ segmentCount: 16 });
    joinAs(memory, own);
    joinAs(memory, { id: 2 ** 30, startTicks: 5 });
    joinAs(memory, { id: own.id, startTicks: own.startTicks - 1 });
    joinAs(memory, NO_OS_THREAD);
    expect(reapVanished(memory, -1)).toBe(2);
    expect(readRows(memory).map((row) => row.hasVanished)).toEqual([false, true, true, false]);
    expect(segmentsIn(memory, 'open')).toEqual([0, 3]);
    expect(reapVanished(memory, -1)).toBe(0);
  });

  it('does not ask about the row of the caller', () => {
    const memory = makeRing();
    const slot = joinAs(memory, { id: 2 ** 30, startTicks: 5 });
    expect(reapVanished(memory, slot.row)).toBe(0);
  });

  it('ends the workers of a thread that vanished', () => {
    const memory = makeRing();
    const parent = joinAs(memory, { id: 2 ** 30, startTicks: 5 });
    joinAs(memory, NO_OS_THREAD, parent.row);
    reapVanished(memory, -1);
    expect(segmentsIn(memory, 'open')).toEqual([]);
  });
});

describe('a full table', () => {
  function fillTable(memory: RingMemory): void {
    for (let threadId = 1; threadId <= memory.rowCount; threadId++) join(memory, threadId);
  }

  it('refuses a thread while all are living, and throws nothing', () => {
    const memory = makeRing();
    fillTable(memory);
    const identity = { threadId: 9999, name: '', parentRow: -1, os: NO_OS_THREAD, startedAtMs: 0 };
    expect(joinThread(memory, identity)).toBeNull();
    expect(readRows(memory)).toHaveLength(memory.rowCount);
    endThread(memory, 17, 0);
    expect(joinThread(memory, identity)?.row).toBe(16);
  });

  it('gives away the row of the longest dead without a segment, and keeps its counts', () => {
    const memory = makeRing();
    const [first, second, third] = [join(memory, 1), join(memory, 2), join(memory, 3)];
    appendMany(openLane(memory, first), 1, 5);
    appendMany(openLane(memory, second), 1, 7);
    countRefused(memory, second);
    countInRow(memory, second.row, ROW_TOO_LARGE, 2n);
    for (let threadId = 4; threadId <= memory.rowCount; threadId++) join(memory, threadId);
    for (const threadId of [1, 2, 3]) endThread(memory, threadId, 0);
    // The third has no segment; the first two still stand in the ring.
    expect(join(memory, 10_000).row).toBe(third.row);
    const identity = { threadId: 1e5, name: '', parentRow: -1, os: NO_OS_THREAD, startedAtMs: 0 };
    expect(joinThread(memory, identity)).toBeNull();

    const before = totals(memory);
    expect(before).toEqual({ attempted: 15n, refused: 1n, tooLarge: 2n });
    const flood = openLane(memory, { row: third.row, incarnation: 0, threadId: 10_000 });
    for (let i = 0; i < 8; i++) fillSegment(flood);
    const slot = joinThread(memory, identity);
    expect(slot?.row).toBe(first.row);
    expect(joinThread(memory, identity)?.row).toBe(second.row);
    const { attempted, refused, tooLarge } = totals(memory);
    expect([refused, tooLarge]).toEqual([1n, 2n]);
    expect(attempted).toBeGreaterThanOrEqual(15n);
    expect(readRetired(memory)(HEADER_RETIRED_ATTEMPTED)).toBe(15n);
  });

  it('tells tenants of a row apart, thousands of threads after another', () => {
    const memory = makeRing();
    const incarnations = new Set<number>();
    for (let threadId = 1; threadId <= 3000; threadId++) {
      const slot = join(memory, threadId);
      incarnations.add(slot.incarnation);
      const lane = openLane(memory, slot);
      append(lane, 1);
      if (threadId % 50 === 0) expect(accountOf(memory, slot).attempted).toBe(1n);
      endThread(memory, threadId, 0);
    }
    expect(incarnations.size).toBe(3000);
    expect(memory.i32[HEADER_INCARNATIONS >> 2]).toBe(3000);
    expect(totals(memory).attempted).toBe(3000n);
    expect(segmentsIn(memory, 'open')).toEqual([]);
  });
});
