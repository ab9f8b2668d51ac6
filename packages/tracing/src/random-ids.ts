/** Trace and span ids, from random bytes fetched in bulk: one fetch takes a microsecond. */

import { randomFillSync } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** 32 hex digits, not all of them 0. */
export function newTraceId(): string {
  return newId(TRACE_ID_BYTES);
}

/** 16 hex digits, not all of them 0. */
export function newSpanId(): string {
  return newId(SPAN_ID_BYTES);
}

function newId(lengthBytes: number): string {
  if (used + lengthBytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  // All zeros stands for no id.
  pool[used] ||= 1;
  used += lengthBytes;
  return pool.toString('hex', used - lengthBytes, used);
}
