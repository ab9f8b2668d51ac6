/**
 * The records of a segment, one CBOR item after another (RFC 8742). What an event refers to is
 * defined earlier in the same segment, so overwriting one segment never breaks another.
 *
 *   ["shape", kind, logger, message, keys]       defines shape 1, 2, ... of this segment
 *   ["context", uid, parentUid, bindings, traceId, spanId, flags]
 *                                                defines context 1, 2, ...
 *   ["late", uid, fields]                        adds fields to a context that may be anywhere
 *   [dt, severity, shape, context, ...values]    an event
 *
 * `dt` is in nanoseconds from the segment's base. `shape` is a number or, inline, an array
 * [logger, message, keys]; `context` a number, 0 for none, or inline an array
 * [uid, parentUid, bindings, traceId, spanId, flags]. How long the head of `shape` is says something to
 * outputs only (printed-mark.ts). A record that begins with another text is
 * skipped and counted.
 *
 * "get /", no fields, 65,536 ns after the base, info, shape 1, no context, in bytes:
 *
 *   84               array of 4
 *   1a 00 01 00 00   dt
 *   09               severity
 *   01               shape
 *   00               context
 */

export const KIND_LOG = 0;
export const KIND_SPAN_START = 1;
export const KIND_SPAN_END = 2;

export const RECORD_SHAPE = 'shape';
export const RECORD_CONTEXT = 'context';
export const RECORD_LATE = 'late';
