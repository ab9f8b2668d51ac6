/**
 * Fills the segments of one thread and one pool with events, each segment with its own shapes and
 * contexts, as a logger would have. Only for recordings made from events; the ring is written
 * elsewhere, and much faster.
 */

import {
  KIND_LOG,
  KIND_SPAN_END,
  KIND_SPAN_START,
  RECORD_CONTEXT,
  RECORD_SHAPE,
} from '../record/record-layout.ts';
import type { CapturedSegment } from '../ring/captured-segment.ts';
import { epochNs } from './encode-chunk.ts';
import { joinBytes } from './encode-map.ts';
import type { RecordedValueEncoder } from './recorded-value-encoder.ts';
import type { EventKind, SnapshotHeader, ThreadInfo } from './recording.ts';

export interface SegmentEvent {
  readonly timeNs: bigint;
  readonly message: string;
  readonly kind: EventKind;
  readonly severity: number;
  readonly logger: string;
  readonly fields: { readonly [key: string]: unknown };
  readonly context: { readonly [key: string]: unknown };
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly traceFlags: number | undefined;
}

export interface SegmentTarget {
  readonly thread: ThreadInfo;
  readonly pool: number;
  readonly clock: SnapshotHeader['clock'];
  /** Bytes of records in a segment; a single larger event gets a larger one. */
  readonly segmentBytes: number;
  readonly encoder: RecordedValueEncoder;
  /** Where finished segments go. */
  readonly segments: CapturedSegment[];
}

const NS_PER_MS = 1_000_000n;
const KINDS: { readonly [kind in EventKind]: number } = {
  log: KIND_LOG,
  'span-start': KIND_SPAN_START,
  'span-end': KIND_SPAN_END,
};
/** Of a running number of a thread's events. */
const FIRST_NUMBER = 1n;
const HEX_ID = /^(?:[0-9a-f]{2}){1,32}$/;

export class SegmentWriter {
  readonly #target: SegmentTarget;
  #nextNumber = FIRST_NUMBER;
  #records: Uint8Array[] = [];
  #recordBytes = 0;
  #eventCount = 0;
  #baseMs = 0n;
  #lastDtNs = 0;
  #maxSeverity = 0;
  /** What is defined in this segment: the definition's bytes as text, and its number. */
  readonly #shapes: Map<string, number> = new Map();
  readonly #contexts: Map<string, number> = new Map();

  constructor(target: SegmentTarget) {
    this.#target = target;
  }

  /** Events have to come in the order of their times. */
  add(event: SegmentEvent): void {
    if (!this.#tryAdd(event)) {
      this.finish();
      this.#tryAdd(event);
    }
  }

  /** Hands over the segment that is being filled, if there is one. */
  finish(): void {
    if (this.#eventCount === 0) return;
    const { thread, pool, clock, segments } = this.#target;
    const wallMs = Number(this.#baseMs);
    segments.push({
      segment: segments.length,
      row: thread.row,
      incarnation: 1,
      threadId: thread.id,
      pool,
      generation: 1,
      ticket: BigInt(segments.length + 1),
      firstEvent: this.#nextNumber,
      eventCount: this.#eventCount,
      baseNs: clock.monoNs + this.#baseMs * NS_PER_MS - epochNs(clock.wallMs),
      wallMs,
      maxSeverity: this.#maxSeverity,
      lastDtNs: this.#lastDtNs,
      records: joinBytes(this.#records),
    });
    this.#nextNumber += BigInt(this.#eventCount);
    this.#records = [];
    this.#recordBytes = 0;
    this.#eventCount = 0;
    this.#maxSeverity = 0;
    this.#shapes.clear();
    this.#contexts.clear();
  }

  /** False where the segment has no room for it; then nothing has changed. */
  #tryAdd(event: SegmentEvent): boolean {
    const { encoder, segmentBytes } = this.#target;
    const isFirst = this.#eventCount === 0;
    // Whole milliseconds, which a float64 holds exactly; floored, so that `dt` is never negative.
    const baseMs = isFirst ? flooredMs(event.timeNs) : this.#baseMs;
    const dtNs = Number(event.timeNs - baseMs * NS_PER_MS);
    const keys = Object.keys(event.fields);
    const values = keys.map((key) => event.fields[key]);
    const shape = define(
      this.#shapes,
      encoder.encodeArray([RECORD_SHAPE, KINDS[event.kind], event.logger, event.message, keys]),
    );
    const context = define(this.#contexts, this.#contextOf(event));
    const record = encoder.encodeArray([
      dtNs,
      event.severity,
      shape.number,
      context.number,
      ...values,
    ]);
    const added = [...shape.definition, ...context.definition, record];
    const addedBytes = added.reduce((sum, bytes) => sum + bytes.length, 0);
    // 2^53 ns are 104 days, beyond which readers take a time for damage.
    const hasRoom = this.#recordBytes + addedBytes <= segmentBytes && Number.isSafeInteger(dtNs);
    if (!isFirst && !hasRoom) return false;
    shape.keep();
    context.keep();
    this.#records.push(...added);
    this.#recordBytes += addedBytes;
    this.#eventCount++;
    this.#baseMs = baseMs;
    this.#lastDtNs = dtNs;
    this.#maxSeverity = Math.max(this.#maxSeverity, event.severity);
    return true;
  }

  /** The definition of what is in force for the event, or null for nothing. */
  #contextOf(event: SegmentEvent): Uint8Array | null {
    const { context, traceId, spanId, traceFlags } = event;
    const ids = [idBytes(traceId), idBytes(spanId), traceFlags ?? null];
    if (Object.keys(context).length === 0 && ids.every((id) => id === null)) return null;
    // A uid matters only where another record refers to it, and here none does.
    return this.#target.encoder.encodeArray([RECORD_CONTEXT, 1, null, context, ...ids]);
  }
}

interface Definition {
  readonly number: number;
  /** The record that has to precede the event: none if the segment has it already. */
  readonly definition: Uint8Array[];
  keep(): void;
}

function define(table: Map<string, number>, definition: Uint8Array | null): Definition {
  if (definition === null) return { number: 0, definition: [], keep: () => {} };
  const key = Buffer.from(definition.buffer, definition.byteOffset, definition.length).toString(
    'latin1',
  );
  const known = table.get(key);
  if (known !== undefined) return { number: known, definition: [], keep: () => {} };
  const number = table.size + 1;
  return { number, definition: [definition], keep: () => table.set(key, number) };
}

function flooredMs(timeNs: bigint): bigint {
  const ms = timeNs / NS_PER_MS;
  return ms * NS_PER_MS > timeNs ? ms - 1n : ms;
}

function idBytes(hex: string | undefined): Uint8Array | null {
  return hex !== undefined && HEX_ID.test(hex) ? Uint8Array.from(Buffer.from(hex, 'hex')) : null;
}
