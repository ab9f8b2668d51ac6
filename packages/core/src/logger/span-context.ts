/**
 * The active span of an event: asking the provider, and defining the span's context in place the
 * first time that an event refers to it in a segment. One event in a hundred inside a span pays
 * for it, or every second, so it takes no detour by scratch memory.
 *
 * The definition is a commit of its own without an event; what the long way (long-way.ts) would
 * have written is the same, byte for byte.
 */

import { MAJOR_UNSIGNED, writeHead } from '../record/write-head.ts';
import type { Lane } from '../ring/lane.ts';
import { type Context, NO_CONTEXT, type TraceContext } from './context.ts';

/** The active span, if there is one. */
export type TraceProvider = () => TraceContext | undefined;

/** `context` inside the active span. A provider that throws or gives something else gives none. */
export function insideSpan(context: Context | null, provider: TraceProvider): Context | null {
  try {
    const trace = provider() as TraceContext | undefined | null;
    if (typeof trace !== 'object' || trace === null) return context;
    return (context ?? NO_CONTEXT).traced(trace);
  } catch {
    return context;
  }
}

/** Array of seven, and the text `context`. */
const HEAD = [0x87, 0x67, ...Buffer.from('context')];
const EMPTY_MAP = 0xa0;
const TRACE_ID_HEAD = 0x50;
const SPAN_ID_HEAD = 0x48;
/** Head, uid and the parent's, no bindings, both ids, flags: 9 + 9 + 9 + 1 + 17 + 9 + 5. */
const MAX_DEFINITION_BYTES = 59;
const NO_DIGIT = 16;
const HEX_DIGITS = hexDigits();

/** Whether `defineSpan` can define `context`, which is not in the lane's open segment yet. */
export function isSpanAlone(lane: Lane, context: Context): boolean {
  const { parent, isSpanOnly } = context;
  return (
    isSpanOnly &&
    (parent === null || parent.serials[lane.pool] === lane.serial) &&
    // Else a `vm` timeout has left the segment with numbers that cannot be trusted.
    !lane.isDefining &&
    lane.position + MAX_DEFINITION_BYTES <= lane.limit
  );
}

/** Defines a context for which `isSpanAlone` and which has its uid; ids that are none are left to the long way. */
export function defineSpan(lane: Lane, context: Context): void {
  const { u8 } = lane.memory;
  const { traceId, spanId, flags } = context.trace as TraceContext;
  let p = lane.position;
  for (let i = 0; i < HEAD.length; i++) u8[p++] = HEAD[i];
  p = writeHead(u8, p, MAJOR_UNSIGNED, context.uid);
  p = writeHead(u8, p, MAJOR_UNSIGNED, context.parent === null ? 0 : context.parent.uid);
  u8[p++] = EMPTY_MAP;
  u8[p++] = TRACE_ID_HEAD;
  if (!writeHex(u8, p, traceId as string, 16)) return;
  p += 16;
  u8[p++] = SPAN_ID_HEAD;
  if (!writeHex(u8, p, spanId as string, 8)) return;
  p = writeHead(u8, p + 8, MAJOR_UNSIGNED, flags);
  lane.isDefining = true;
  lane.commitDefinition(p);
  context.ids[lane.pool] = ++lane.contextCount;
  context.serials[lane.pool] = lane.serial;
  lane.isDefining = false;
}

/** False where `hex` is not as many digits as that. */
function writeHex(u8: Uint8Array, position: number, hex: string, lengthBytes: number): boolean {
  if (hex.length !== lengthBytes * 2) return false;
  let isHex = true;
  for (let i = 0; i < lengthBytes; i++) {
    const high = HEX_DIGITS[hex.charCodeAt(i * 2)];
    const low = HEX_DIGITS[hex.charCodeAt(i * 2 + 1)];
    // False as well for what is beyond the table.
    isHex = isHex && high < NO_DIGIT && low < NO_DIGIT;
    u8[position + i] = (high << 4) | low;
  }
  return isHex;
}

function hexDigits(): Uint8Array {
  const digits = new Uint8Array(256).fill(NO_DIGIT);
  for (let value = 0; value < 16; value++) {
    digits[value.toString(16).charCodeAt(0)] = value;
    digits[value.toString(16).toUpperCase().charCodeAt(0)] = value;
  }
  return digits;
}
