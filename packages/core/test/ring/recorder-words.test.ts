// What the threads of a process tell each other through the header.

import { describe, expect, it } from 'vitest';
import { HEADER_CRASH_PATH, HEADER_CRASH_PATH_BYTES } from '../../src/memory/ring-layout.ts';
import {
  addToCounter,
  isRunning,
  noteCrash,
  readCounter,
  readCrash,
  recordLevels,
  setRecordLevel,
  spendTriggerBudget,
  stopRecording,
} from '../../src/ring/recorder-words.ts';
import { RingMemory } from '../../src/ring/ring-memory.ts';
import { atStep } from './at-step.ts';
import { makeRing } from './small-ring.ts';

describe('the record level', () => {
  it('is one word, seen through every view of the ring', () => {
    const memory = makeRing();
    const levels = recordLevels(RingMemory.attach(memory.buffer));
    expect(levels).toHaveLength(1);
    expect(levels[0]).toBe(1);
    setRecordLevel(memory, 13);
    expect(levels[0]).toBe(13);
  });

  it('is above every severity once recording has stopped', () => {
    const memory = makeRing();
    expect(isRunning(memory)).toBe(true);
    stopRecording(memory);
    expect(isRunning(memory)).toBe(false);
    expect(recordLevels(memory)[0]).toBeGreaterThan(24);
  });
});

describe('the shared counters', () => {
  it('count apart from each other', () => {
    const memory = makeRing();
    const counters = ['beforeStart', 'unjoined', 'written', 'failed', 'suppressed'] as const;
    counters.forEach((counter, index) => {
      addToCounter(memory, counter, index + 1);
      addToCounter(memory, counter);
    });
    expect(counters.map((counter) => readCounter(memory, counter))).toEqual([2, 3, 4, 5, 6]);
  });

  it('go past 2^31', () => {
    const memory = makeRing();
    addToCounter(memory, 'beforeStart', 2 ** 31 - 1);
    addToCounter(memory, 'beforeStart', 2);
    expect(readCounter(memory, 'beforeStart')).toBe(2 ** 31 + 1);
  });

  it.each(['lagged', 'writesDeferred'] as const)('of events go past 2^32: %s', (counter) => {
    const memory = makeRing();
    addToCounter(memory, counter, 2 ** 32 - 1);
    addToCounter(memory, counter, 2 ** 32 - 1);
    expect(readCounter(memory, counter)).toBe(2 ** 33 - 2);
  });
});

describe('the crash note', () => {
  const note = { threadId: 3, sender: 2, kind: 1, path: '/tmp/Ünïcode/a.bin' };

  it('is absent until there is one, then replaced whole', () => {
    const memory = makeRing();
    expect(readCrash(memory)).toBeNull();
    noteCrash(memory, note);
    expect(readCrash(memory)).toEqual(note);
    noteCrash(memory, { threadId: 0, sender: 0, kind: 0, path: '/b' });
    expect(readCrash(memory)).toEqual({ threadId: 0, sender: 0, kind: 0, path: '/b' });
  });

  it('is dropped where the path is longer than its place, and harms nothing behind it', () => {
    const memory = makeRing();
    noteCrash(memory, { ...note, path: `/${'x'.repeat(5000)}` });
    expect(readCrash(memory)).toBeNull();
    const behind = HEADER_CRASH_PATH + HEADER_CRASH_PATH_BYTES;
    expect(memory.u8.subarray(behind, behind + 256).every((byte) => byte === 0)).toBe(true);
    noteCrash(memory, { ...note, path: 'x'.repeat(3072) });
    expect(readCrash(memory)?.path).toHaveLength(3072);
  });
});

describe('spendTriggerBudget', () => {
  it('grants one in 10 s a kind, and counts the others', () => {
    const memory = makeRing();
    expect(spendTriggerBudget(memory, 0, 0)).toBe(true);
    expect(spendTriggerBudget(memory, 0, 9.9)).toBe(false);
    expect(spendTriggerBudget(memory, 1, 9.9)).toBe(true);
    expect(spendTriggerBudget(memory, 0, 10)).toBe(true);
    expect(readCounter(memory, 'suppressed')).toBe(1);
  });

  it('grants 20 in any hour over all kinds, and goes on when the oldest is an hour old', () => {
    const memory = makeRing();
    for (let i = 0; i < 20; i++) expect(spendTriggerBudget(memory, i % 4, i * 100)).toBe(true);
    expect(spendTriggerBudget(memory, 5, 2000)).toBe(false);
    expect(spendTriggerBudget(memory, 5, 3599)).toBe(false);
    expect(spendTriggerBudget(memory, 5, 3600)).toBe(true);
    expect(spendTriggerBudget(memory, 6, 3650)).toBe(false);
    expect(spendTriggerBudget(memory, 6, 3700)).toBe(true);
    expect(readCounter(memory, 'suppressed')).toBe(3);
  });

  it('grants only one of two threads that ask at the same moment', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const granted: boolean[] = [];
      const came = atStep(
        step,
        () => granted.push(spendTriggerBudget(memory, 0, 5)),
        () => granted.push(spendTriggerBudget(memory, 0, 5)),
      );
      expect(granted.filter(Boolean), `step ${step}`).toHaveLength(1);
      if (!came) break;
    }
  });
});
