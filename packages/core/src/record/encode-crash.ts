/**
 * The error that ends a thread: its bytes for a snapshot's header, and a fingerprint by which
 * another thread that sees the same error knows it again. Touches hostile objects only guarded.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { ValueEncoder } from './encode-value.ts';
import type { Redaction } from './redaction.ts';

/** More than an event may have: this is the one thing that everybody looks at. */
const MAX_ERROR_BYTES = 64 * 1024;
const LIMITS = { depth: 8, entries: 200, stringBytes: 16 * 1024, eventBytes: MAX_ERROR_BYTES };

export function encodeError(error: unknown, redaction: Redaction): Uint8Array {
  const target = new ByteViews(new ArrayBuffer(MAX_ERROR_BYTES));
  const encoder = new ValueEncoder(LIMITS, redaction);
  const end = encoder.encode(target, 0, MAX_ERROR_BYTES, error, redaction.root);
  return target.u8.slice(0, end);
}

/** Not 0. The same for an error and for its copy that a worker's 'error' event carries to main. */
export function fingerprintOf(error: unknown): number {
  const text = identityOf(error);
  // FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash | 1;
}

function identityOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return `${typeof error} ${String(error)}`;
    const { message, stack } = error as { message?: unknown; stack?: unknown };
    return `${String(message)}\n${String(stack)}`;
  } catch {
    return 'an error that cannot be read';
  }
}
