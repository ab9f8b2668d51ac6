// The floor: the least that a recorder of events could do. Reads the clock, stores 40 bytes in
// shared memory, publishes them by one atomic store. And the empty loop, which is less.

import { performance } from 'node:perf_hooks';
import type { Subject } from '../runner/interleave.ts';

/** As much memory as the recorder's default ring, so that both strain the caches alike. */
const FLOOR_BYTES = 16 * 1024 * 1024;
const FLOOR_WORDS = 10;
/** The published word has a cache line of its own. */
const FIRST_WORD = 16;

/**
 * With `performance.now`, the clock that anyone would take first. The targets are ratios to this
 * one; ttlog reads the other clock, and the ratio to that floor stands beside each of them.
 */
export function makeFloor(): Subject {
  const words = new Int32Array(new SharedArrayBuffer(FLOOR_BYTES));
  const lastWord = words.length - FLOOR_WORDS;
  const originMs = performance.now();
  let word = FIRST_WORD;
  return {
    name: 'floor',
    call: (i) => {
      if (word > lastWord) word = FIRST_WORD;
      words[word] = (performance.now() - originMs) * 1e6;
      words[word + 1] = i;
      words[word + 2] = i;
      words[word + 3] = i;
      words[word + 4] = i;
      words[word + 5] = i;
      words[word + 6] = i;
      words[word + 7] = i;
      words[word + 8] = i;
      words[word + 9] = i;
      word += FLOOR_WORDS;
      Atomics.store(words, 0, word);
    },
  };
}

/**
 * The same with `process.hrtime.bigint`, whose bigint goes into memory as it is: 33 ns against 44
 * (Node 20.20). Nothing that reads a clock and publishes can be faster.
 */
export function makeHrtimeFloor(): Subject {
  const words = new Int32Array(new SharedArrayBuffer(FLOOR_BYTES));
  const times = new BigInt64Array(words.buffer);
  const lastWord = words.length - FLOOR_WORDS;
  const { bigint: nowNs } = process.hrtime;
  let word = FIRST_WORD;
  return {
    name: 'floor with process.hrtime.bigint',
    call: (i) => {
      if (word > lastWord) word = FIRST_WORD;
      times[word >> 1] = nowNs();
      words[word + 2] = i;
      words[word + 3] = i;
      words[word + 4] = i;
      words[word + 5] = i;
      words[word + 6] = i;
      words[word + 7] = i;
      words[word + 8] = i;
      words[word + 9] = i;
      word += FLOOR_WORDS;
      Atomics.store(words, 0, word);
    },
  };
}

export const emptyLoop: Subject = { name: 'empty loop', call: () => {} };
