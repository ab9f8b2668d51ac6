/**
 * A compressor for a process that is dying: it compresses for so long and then only wraps, which
 * is some eight times faster. The file gets larger, and death waits no longer than promised.
 */

import { type Compressor, storeFrame } from './compress-frame.ts';

const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

export function hurriedCompressor(compressor: Compressor, budgetMs: number): Compressor {
  const deadlineNs = monotonicNs() + BigInt(budgetMs) * 1_000_000n;
  return {
    ...compressor,
    compress: (bytes) =>
      monotonicNs() < deadlineNs ? compressor.compress(bytes) : storeFrame(bytes),
  };
}
