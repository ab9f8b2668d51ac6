// The segment word takes every value that its three parts can have, and gives them back.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  lowHalfRow,
  lowHalfState,
  MAX_ROWS,
  STATE_CLAIMING,
  STATE_FREE,
  STATE_OPEN,
  STATE_SEALED,
  segmentWord,
  wordGeneration,
  wordRow,
  wordState,
} from '../../src/memory/segment-word.ts';

const anyGeneration = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1));
const anyRow = fc.oneof(fc.nat(MAX_ROWS - 1), fc.constantFrom(0, 2 ** 23, MAX_ROWS - 1));
const anyState = fc.constantFrom(STATE_FREE, STATE_CLAIMING, STATE_OPEN, STATE_SEALED);

it('gives back generation, row and state, also through the halves of an Int32Array', () => {
  const i64 = new BigInt64Array(1);
  const i32 = new Int32Array(i64.buffer);
  fc.assert(
    fc.property(anyGeneration, anyRow, anyState, (generation, row, state) => {
      const word = segmentWord(generation, row, state);
      i64[0] = BigInt.asIntN(64, word);
      expect(BigInt.asUintN(64, i64[0])).toBe(word);
      expect([wordGeneration(word), wordRow(word), wordState(word)]).toEqual([
        generation,
        row,
        state,
      ]);
      expect([lowHalfRow(i32[0]), lowHalfState(i32[0])]).toEqual([row, state]);
      expect(i32[1] >>> 0).toBe(generation);
    }),
    { seed: 1 },
  );
});

it('wraps the generation around after 2^32 claims', () => {
  expect(segmentWord(2 ** 32, 3, STATE_OPEN)).toBe(segmentWord(0, 3, STATE_OPEN));
});

it('takes zeroed memory for a free segment', () => {
  expect(segmentWord(0, 0, STATE_FREE)).toBe(0n);
});
