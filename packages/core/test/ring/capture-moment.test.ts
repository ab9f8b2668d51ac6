// A copy of the ring that shows all threads at one instant.

import { describe, expect, it } from 'vitest';
import { POOL_NORMAL, POOL_WARN } from '../../src/memory/ring-layout.ts';
import { accountThreads, type CapturedRing, captureRing } from '../../src/ring/capture.ts';
import { Lane } from '../../src/ring/lane.ts';
import { atStep } from './at-step.ts';
import { join, makeRing } from './small-ring.ts';

describe('captureRing at a moment', () => {
  /** Writes `[time, number]`, an event as far as the ring knows. */
  function log(lane: Lane, timeNs: number, number: number): void {
    expect(lane.reserve(7)).toBe(true);
    const { u8, view } = lane.memory.bytes;
    u8.set([0x82, 0x1a], lane.position);
    view.setUint32(lane.position + 2, timeNs - lane.baseTickNs);
    u8[lane.position + 6] = number;
    lane.lastDtNs = timeNs - lane.baseTickNs;
    lane.commit(lane.position + 7);
  }

  function numbersOf(captured: CapturedRing): number[] {
    const bytes = captured.segments.flatMap(({ records }) => [...records]);
    return bytes.filter((_, index) => index % 7 === 6).sort((a, b) => a - b);
  }

  it('has of each thread all up to one instant, whichever pool it stands in', () => {
    const outcomes = new Set<number>();
    for (let step = 0; ; step++) {
      const memory = makeRing({ segmentCount: 16, warnSegments: 4 });
      const slot = join(memory, 1);
      let timeNs = 1000;
      const stamp = () => ({ baseNs: BigInt(timeNs), wallMs: 0, baseTickNs: timeNs });
      const lanes = [POOL_WARN, POOL_NORMAL].map((pool) => new Lane(memory, slot, pool, stamp));
      let number = 0;
      const logSome = (): void => {
        for (let i = 0; i < 4; i++) log(lanes[i % 2], ++timeNs, ++number);
        lanes[1].renew();
        for (let i = 0; i < 4; i++) log(lanes[i % 2], ++timeNs, ++number);
        lanes[0].seal();
      };
      logSome();
      let captured = captureRing(memory);
      const came = atStep(step, logSome, () => {
        captured = captureRing(memory, { nowNs: () => BigInt(++timeNs), ownThreadId: 99 });
      });
      const numbers = numbersOf(captured);
      expect(numbers, `step ${step}`).toEqual(numbers.map((_, i) => i + 1));
      const [account] = accountThreads(captured).values();
      expect(account.attempted).toBe(BigInt(numbers.length));
      expect(account.overwritten).toBe(0n);
      for (const { lastDtNs } of captured.segments) expect(lastDtNs).toBeGreaterThanOrEqual(0);
      outcomes.add(numbers.length);
      if (!came) break;
    }
    // Nothing of what came after the moment, or all that came before it.
    expect([...outcomes].sort((a, b) => a - b)).toEqual([8, 16]);
  });

  it('has everything of the thread that captures, by whatever clock that is timed', () => {
    const memory = makeRing();
    const stamp = () => ({ baseNs: 0n, wallMs: 0, baseTickNs: 0 });
    for (const threadId of [1, 2]) {
      const lane = new Lane(memory, join(memory, threadId), POOL_NORMAL, stamp);
      log(lane, 500, threadId);
    }
    const captured = captureRing(memory, { nowNs: () => 499n, ownThreadId: 2 });
    expect(numbersOf(captured)).toEqual([2]);
  });

  it('counts what was logged before the instant and is gone before its turn to be copied', () => {
    const outcomes = new Set<string>();
    for (let step = 0; ; step++) {
      const memory = makeRing();
      let timeNs = 1000;
      let logged = 0;
      const stamp = () => ({ baseNs: BigInt(timeNs), wallMs: 0, baseTickNs: timeNs });
      const lane = new Lane(memory, join(memory, 1), POOL_NORMAL, stamp);
      const other = new Lane(memory, join(memory, 2), POOL_NORMAL, stamp);
      for (let i = 0; i < 3; i++) log(lane, ++timeNs, ++logged);
      const goRound = (): void => {
        log(lane, ++timeNs, ++logged);
        lane.seal();
        for (let segment = 0; segment < memory.segmentCount; segment++) {
          log(other, ++timeNs, 100);
          other.renew();
        }
        log(lane, ++timeNs, ++logged);
      };
      let loggedBefore = 0;
      const nowNs = (): bigint => {
        loggedBefore = logged;
        return BigInt(++timeNs);
      };
      let captured: CapturedRing | undefined;
      const came = atStep(step, goRound, () => {
        captured = captureRing(memory, { nowNs, ownThreadId: 99 });
      });
      const [account] = accountThreads(captured as CapturedRing).values();
      const { attempted, inRing, overwritten } = account;
      expect(attempted, `step ${step}`).toBe(inRing + overwritten);
      expect(Number(attempted)).toBeGreaterThanOrEqual(loggedBefore);
      expect(Number(attempted)).toBeLessThanOrEqual(logged);
      outcomes.add(`${inRing} shown, ${overwritten} overwritten`);
      if (!came) break;
    }
    // Outcome: when the ring went round.
    expect([...outcomes].sort()).toEqual([
      '0 shown, 4 overwritten', // after the moment and before the copy
      '1 shown, 4 overwritten', // before the moment
      '3 shown, 0 overwritten', // after the copy, and after the ring was looked at once more
      '3 shown, 1 overwritten', // after the copy: what was added to it is gone already
    ]);
  });
});
