// How a thread appends: in place, published by one store, robust against being cut off anywhere.

import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  MODE_REFUSE,
  POOL_NORMAL,
  POOL_WARN,
  ROW_OS_START,
  rowOffset,
} from '../../src/memory/ring-layout.ts';
import { captureRing } from '../../src/ring/capture.ts';
import { Lane } from '../../src/ring/lane.ts';
import { currentOsThread } from '../../src/ring/os-thread.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { joinThread, type ThreadSlot } from '../../src/ring/thread-table.ts';
import { dieAtStep } from './at-step.ts';
import {
  accountOf,
  append,
  appendMany,
  ENTRIES_A_SEGMENT,
  ENTRY_BYTES,
  fillSegment,
  join,
  makeRing,
  numbersIn,
  openLane,
  SEGMENT_BYTES,
  segmentsIn,
} from './small-ring.ts';

describe('a lane', () => {
  it('takes no segment before its first record', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    expect(segmentsIn(memory, 'free')).toHaveLength(8);
    expect([lane.position, lane.limit]).toEqual([0, 0]);
    lane.seal();
    expect(segmentsIn(memory, 'free')).toHaveLength(8);
  });

  it('shows a record to readers with its commit and not before', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    append(lane, 1);
    expect(lane.reserve(100)).toBe(true);
    memory.u8.fill(0x41, lane.position, lane.position + 50);
    expect(captureRing(memory).segments[0].records).toHaveLength(ENTRY_BYTES + 3);
    append(lane, 2);
    expect(numbersIn(captureRing(memory).segments[0].records)).toEqual([1, 2]);
  });

  it('fills a segment to the last byte', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    expect(lane.capacityBytes).toBe(SEGMENT_BYTES - 128);
    expect(append(lane, 1, lane.capacityBytes - 3)).toBe(true);
    expect(lane.position).toBe(lane.limit);
    expect(append(lane, 2, lane.capacityBytes - 3)).toBe(true);
    expect(lane.reserve(lane.capacityBytes + 1)).toBe(false);
    const captured = captureRing(memory).segments;
    expect(captured.map(({ records }) => numbersIn(records))).toEqual([[1], [2]]);
  });

  it('names every segment it opens by another serial, over all lanes of the thread', () => {
    const memory = makeRing();
    const slot = join(memory, 1);
    const serials = new Set<number>();
    for (const pool of [POOL_NORMAL, POOL_WARN, POOL_NORMAL]) {
      const lane = openLane(memory, slot, pool);
      for (let i = 0; i < 5; i++) {
        lane.renew();
        serials.add(lane.serial);
      }
    }
    expect(serials.size).toBe(15);
  });

  it('numbers the events of each pool by themselves, from 1, over any number of segments', () => {
    const memory = makeRing({ segmentCount: 16, warnSegments: 4 });
    const slot = join(memory, 1);
    const [normal, warn] = [openLane(memory, slot), openLane(memory, slot, POOL_WARN)];
    appendMany(normal, 1, 25);
    appendMany(warn, 1, 15);
    const firsts = captureRing(memory).segments.map(({ pool, firstEvent }) => [pool, firstEvent]);
    expect(firsts).toEqual([
      [POOL_WARN, 1n],
      [POOL_NORMAL, 1n],
      [POOL_NORMAL, 11n],
      [POOL_WARN, 11n],
      [POOL_NORMAL, 21n],
    ]);
    expect(accountOf(memory, slot)).toMatchObject({ attempted: 40n, inRing: 40n });
  });

  it('counts what it overwrites, exactly, at ten times what the ring holds', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    for (let number = 1; number <= 800; number++) {
      append(lane, number);
      if (number % 37 !== 0) continue;
      const { attempted, inRing } = accountOf(memory, lane.thread);
      expect(attempted).toBe(BigInt(number));
      const numbers = captureRing(memory).segments.flatMap(({ records }) => numbersIn(records));
      expect(numbers).toHaveLength(Number(inRing));
      expect(numbers).toEqual(numbers.map((_, i) => number - numbers.length + 1 + i));
    }
  });

  it('is refused without a wait in refuse mode, and counts it', () => {
    const memory = makeRing({ mode: MODE_REFUSE });
    const lane = openLane(memory, join(memory, 1));
    appendMany(lane, 1, 8 * ENTRIES_A_SEGMENT);
    for (let i = 0; i < 3000; i++) expect(append(lane, 999)).toBe(false);
    expect(accountOf(memory, lane.thread)).toEqual({
      attempted: 3080n,
      inRing: 80n,
      overwritten: 0n,
      refused: 3000n,
      tooLarge: 0n,
    });
  });
});

describe('a lane that is cut off', () => {
  it('goes on after a death at any step: no segment lost, nothing torn, nothing twice', () => {
    // A `vm` timeout ends a call for good and leaves the thread alive.
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const slot = join(memory, 1);
      const lane = openLane(memory, slot);
      const warn = openLane(memory, slot, POOL_WARN);
      appendMany(warn, 1, 2);
      appendMany(lane, 1, 2 * ENTRIES_A_SEGMENT - 1);
      let attempts = 21;
      const isDead = dieAtStep(step, () => {
        append(lane, 20);
        attempts++;
        append(lane, 21);
        attempts++;
      });
      for (let number = 100; number < 300; number++) {
        expect(append(lane, number), `step ${step}`).toBe(true);
      }
      append(warn, 3);
      attempts += 201;
      expect(segmentsIn(memory, 'claiming')).toEqual([]);
      expect(segmentsIn(memory, 'open'), `step ${step}`).toHaveLength(2);
      const account = accountOf(memory, slot);
      expect(Number(account.attempted) - attempts, `step ${step}`).toBeOneOf([0, 1]);
      const segments = captureRing(memory).segments;
      const numbers = segments
        .filter(({ pool }) => pool === POOL_NORMAL)
        .flatMap(({ records }) => numbersIn(records));
      expect(numbers.at(-1)).toBe(299);
      expect(numbers).toEqual(numbers.map((_, i) => 300 - numbers.length + i));
      // All of the ring but what the warnings have and what an empty sealed segment takes.
      expect(numbers.length).toBeGreaterThanOrEqual(5 * ENTRIES_A_SEGMENT);
      if (!isDead) break;
    }
  });

  it('leaves its old segment alone once another thread has taken it', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const lane = openLane(memory, join(memory, 1));
      appendMany(lane, 1, 3);
      const isDead = dieAtStep(step, () => lane.seal());
      const heir = openLane(memory, join(memory, 2));
      for (let i = 0; i < 8; i++) fillSegment(heir, 1 + i * ENTRIES_A_SEGMENT);
      heir.seal();
      append(lane, 4);
      const { attempted, inRing, refused } = accountOf(memory, heir.thread);
      expect([attempted, refused], `step ${step}`).toEqual([80n, 0n]);
      const segments = captureRing(memory).segments.filter(({ row }) => row === heir.thread.row);
      const numbers = segments.flatMap(({ records }) => numbersIn(records));
      expect(numbers, `step ${step}`).toHaveLength(Number(inRing));
      expect(accountOf(memory, lane.thread).attempted).toBe(4n);
      if (!isDead) break;
    }
  });

  it('goes on after real vm timeouts, wherever they strike', { timeout: 20_000 }, () => {
    const memory = makeRing();
    const slot = join(memory, 1);
    const lane = openLane(memory, slot);
    let returned = 0;
    let timeouts = 0;
    const sandbox = {
      log: () => {
        lane.renew();
        append(lane, returned + 1, 12);
        returned++;
      },
    };
    const script = new vm.Script('for (;;) log()');
    const context = vm.createContext(sandbox);
    for (; timeouts < 100; timeouts++) {
      expect(() => script.runInContext(context, { timeout: 2 })).toThrow(/timed out/);
      expect(segmentsIn(memory, 'open').length).toBeLessThanOrEqual(2);
      const { attempted, refused } = accountOf(memory, slot);
      const more = Number(attempted) - returned;
      expect(more).toBeGreaterThanOrEqual(0);
      // One call a timeout did not return; its entry may be there.
      expect(more).toBeLessThanOrEqual(timeouts + 1);
      expect(refused).toBe(0n);
    }
    fillSegment(lane);
    expect(segmentsIn(memory, 'open')).toHaveLength(1);
    expect(segmentsIn(memory, 'claiming')).toHaveLength(0);
  });
});

describe.runIf(process.platform === 'linux')('a lane that finds nothing', () => {
  /** A thread of this process with an open segment. */
  function joinLiving(memory: RingMemory, threadId: number): ThreadSlot {
    const identity = { threadId, name: '', parentRow: -1, startedAtMs: 0, os: currentOsThread() };
    const slot = joinThread(memory, identity);
    if (slot === null) throw new Error('no row');
    append(openLane(memory, slot), 1);
    return slot;
  }

  /** From now on the operating system knows no such thread. */
  function vanish(memory: RingMemory, slot: ThreadSlot): void {
    memory.f64[(rowOffset(slot.row) + ROW_OS_START) >> 3] = 1;
  }

  it('takes the segments of threads that vanished', () => {
    const memory = makeRing();
    const slots = Array.from({ length: 8 }, (_, i) => joinLiving(memory, i + 1));
    for (const slot of slots) vanish(memory, slot);
    const lane = openLane(memory, join(memory, 9));
    expect(append(lane, 1)).toBe(true);
    expect(segmentsIn(memory, 'open')).toHaveLength(1);
    expect(captureRing(memory).rows.filter(({ hasVanished }) => hasVanished)).toHaveLength(8);
  });

  it('asks again after a while, not at every refusal', () => {
    const memory = makeRing();
    const slots = Array.from({ length: 8 }, (_, i) => joinLiving(memory, i + 1));
    let baseTickNs = 0;
    const stamp = () => ({ baseNs: 0n, wallMs: 0, baseTickNs });
    const lane = new Lane(memory, join(memory, 9), POOL_NORMAL, stamp);
    expect(append(lane, 1)).toBe(false);
    vanish(memory, slots[3]);
    expect(append(lane, 2)).toBe(false);
    baseTickNs += 200e6;
    expect(append(lane, 3)).toBe(true);
  });

  it('does not wait for that: a crowded ring gives them back before it is full', () => {
    const memory = makeRing();
    const slots = Array.from({ length: 5 }, (_, i) => joinLiving(memory, i + 1));
    for (const slot of slots) vanish(memory, slot);
    expect(append(openLane(memory, join(memory, 9)), 1)).toBe(true);
    expect(segmentsIn(memory, 'open')).toHaveLength(1);
  });
});
