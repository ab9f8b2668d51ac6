import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { combineCrc } from '../../src/snapshot/combine-crc.ts';

it('is the checksum of the two pieces joined', () => {
  const piece = fc.uint8Array({ maxLength: 5000 });
  fc.assert(
    fc.property(piece, piece, (first, second) => {
      const joined = crc32(Buffer.concat([first, second]));
      expect(combineCrc(crc32(first), crc32(second), second.length)).toBe(joined);
    }),
  );
});

it('holds for pieces of many megabytes', () => {
  const [first, second] = [new Uint8Array(3).fill(9), new Uint8Array(20_000_001).fill(7)];
  const joined = crc32(second, crc32(first));
  expect(combineCrc(crc32(first), crc32(second), second.length)).toBe(joined);
});
