// Traces made by hand: one that ended in order, one that failed, and one that the death of the
// process cut off, with text from outside that would like to be more.

import { type WritableEvent, writeRecording } from 'ttlog/reader';
import { SAMPLE_MS, SAMPLE_NS, sampleHeader } from './sample.ts';

const MS = 1_000_000n;

interface Made {
  readonly trace: string;
  readonly span: number;
  readonly name: string;
  /** Milliseconds after the beginning. */
  readonly from: number;
  readonly to?: number;
  readonly parent?: number;
  readonly fields?: { readonly [key: string]: unknown };
}

const spanId = (span: number): string => span.toString(16).padStart(16, '0');
const at = (ms: number): bigint => SAMPLE_NS + BigInt(Math.round(ms * 1e6));

export const OK = '4bf92f3577b34da6a3ce929d0e0e4736';
export const FAILED = '5cf92f3577b34da6a3ce929d0e0e4736';
export const CUT_OFF = '6df92f3577b34da6a3ce929d0e0e4736';

/** The start of a span, and its end if it has one. */
export function spanEvents(made: Made): WritableEvent[] {
  const { trace, span, name, from, to, parent, fields = {} } = made;
  const facts = parent === undefined ? {} : { parentSpanId: spanId(parent) };
  const common = {
    message: name,
    logger: 'app',
    traceId: trace,
    spanId: spanId(span),
    traceFlags: 1,
  };
  const start: WritableEvent = {
    ...common,
    kind: 'span-start',
    timeNs: at(from),
    fields: { kind: 0, ...facts, startNs: at(from), ...fields },
  };
  if (to === undefined) return [start];
  const times = { startNs: at(from), endNs: at(to) };
  const end: WritableEvent = {
    ...common,
    kind: 'span-end',
    timeNs: at(to),
    fields: { kind: 0, ...facts, ...times, ...fields },
  };
  return [start, end];
}

function log(trace: string, span: number, ms: number, rest: Partial<WritableEvent>): WritableEvent {
  const ids = { traceId: trace, spanId: spanId(span), traceFlags: 1 };
  return { message: 'event', logger: 'orders', timeNs: at(ms), ...ids, ...rest };
}

export function traceRecording(): Uint8Array {
  const events = [
    ...spanEvents({ trace: OK, span: 1, name: 'GET /health', from: 0, to: 12.5 }),
    ...spanEvents({
      ...{ trace: FAILED, span: 1, name: 'POST /pay', from: 100, to: 400 },
      fields: {
        kind: 1,
        status: 2,
        statusMessage: 'declined',
        attributes: { 'http.route': '/pay' },
      },
    }),
    ...spanEvents({ trace: FAILED, span: 2, name: 'SELECT', from: 110, to: 150, parent: 1 }),
    ...spanEvents({
      ...{ trace: FAILED, span: 3, name: 'charge', from: 160, to: 390, parent: 1 },
      fields: { kind: 2, events: [{ name: 'retry', timeNs: at(200), attributes: { n: 1 } }] },
    }),
    ...spanEvents({ trace: FAILED, span: 4, name: 'audit', from: 120, to: 180, parent: 1 }),
    ...spanEvents({ trace: FAILED, span: 5, name: 'card', from: 170, to: 390, parent: 3 }),
    log(FAILED, 2, 120, { level: 'debug', message: 'rows read', fields: { count: 3 } }),
    log(FAILED, 3, 380, { level: 'error', message: 'declined', fields: { code: 51n } }),
    log(FAILED, 99, 130, { level: 'info', message: 'of a span that is gone' }),
    ...spanEvents({ trace: CUT_OFF, span: 1, name: 'GET /\x1b[2J\nforged\u202e', from: 500 }),
    ...spanEvents({ trace: CUT_OFF, span: 2, name: 'query', from: 510, to: 530, parent: 1 }),
    ...spanEvents({ trace: CUT_OFF, span: 3, name: 'render', from: 540, parent: 1 }),
    log(CUT_OFF, 3, 600, { level: 'warn', message: 'slow\r\n\x1b]0;title\x07' }),
    { timeNs: SAMPLE_NS + 620n * MS, message: 'outside of any trace' },
  ];
  return writeRecording({ header: sampleHeader({ takenAtMs: SAMPLE_MS + 700 }), events });
}
