import { expect, it } from 'vitest';
import { loadCompressor, storeFrame } from '../../src/snapshot/compress-frame.ts';
import { hurriedCompressor } from '../../src/snapshot/hurried-compressor.ts';

it('compresses while there is time, and wraps from then on', () => {
  const bytes = new Uint8Array(1 << 20);
  const hurried = hurriedCompressor(loadCompressor(), 50);
  expect(hurried.compress(bytes).length).toBeLessThan(bytes.length / 10);
  const endAt = performance.now() + 60;
  while (performance.now() < endAt);
  expect(hurried.compress(bytes)).toEqual(storeFrame(bytes));
});
