// The heads of CBOR items, against the rule of RFC 8949 that the shortest one is written.

import { decode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headLength, MAJOR_UNSIGNED, writeHead } from '../../src/record/write-head.ts';

function headOf(major: number, value: number): string {
  const bytes = new Uint8Array(16);
  return Buffer.from(bytes.subarray(0, writeHead(bytes, 0, major, value))).toString('hex');
}

describe('writeHead', () => {
  it('takes the fewest bytes at every boundary', () => {
    expect(headOf(0, 0)).toBe('00');
    expect(headOf(0, 23)).toBe('17');
    expect(headOf(2, 24)).toBe('5818');
    expect(headOf(3, 255)).toBe('78ff');
    expect(headOf(4, 256)).toBe('990100');
    expect(headOf(5, 65535)).toBe('b9ffff');
    expect(headOf(6, 65536)).toBe('da00010000');
    expect(headOf(0, 0xffffffff)).toBe('1affffffff');
    expect(headOf(0, 0x100000000)).toBe('1b0000000100000000');
    expect(headOf(1, Number.MAX_SAFE_INTEGER)).toBe('3b001fffffffffffff');
  });

  it('writes every safe integer so that another decoder reads it, in the length it says', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = new Uint8Array(16);
        const end = writeHead(bytes, 3, MAJOR_UNSIGNED, value);
        expect(end - 3).toBe(headLength(value));
        expect(decode(bytes.subarray(3, end))).toBe(value);
      }),
    );
  });
});
