/**
 * The error that ends a thread, as the bytes for a snapshot's header.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { ValueEncoder } from './encode-value.ts';
import type { Redaction } from './redaction.ts';

/** More than an event may have: this is the one thing that everybody looks at. */
const MAX_ERROR_BYTES = 64 * 1024;
const LIMITS = { depth: 8, entries: 200, stringBytes: 16 * 1024, eventBytes: MAX_ERROR_BYTES };

/** null where even that fails, as for want of memory. A crash without its error is better than none. */
export function encodeError(error: unknown, redaction: Redaction): Uint8Array | null {
  try {
    const target = new ByteViews(new ArrayBuffer(MAX_ERROR_BYTES));
    const encoder = new ValueEncoder(LIMITS, redaction);
    // Of nothing thrown, the header would say that there was no error.
    const value = error ?? String(error);
    const end = encoder.encode(target, 0, MAX_ERROR_BYTES, value, redaction.root);
    return target.u8.slice(0, end);
  } catch {
    return null;
  }
}
