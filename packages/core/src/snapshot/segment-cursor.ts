/**
 * A place in a segment of a recording, from which events are taken one by one. Turns damage in
 * the content into reports. Which segment is next is merge-events.ts's affair.
 */

import type { LateFields } from '../record/decode-context.ts';
import { type EventBounds, SegmentDecoder } from '../record/decode-segment.ts';
import { type Level, levelOfSeverity, MAX_SEVERITY } from '../record/level.ts';
import type { ByteSource } from './byte-source.ts';
import type { DamageList } from './damage-list.ts';
import type { EventKind, RecordedEvent } from './recording.ts';
import { chunkBytes, inflateSegment, type SegmentChunk } from './segment-chunk.ts';

/** What cursors share with the recording that they read. */
export interface CursorSurroundings {
  readonly source: ByteSource;
  readonly damage: DamageList;
  readonly lateFields: () => LateFields;
  readonly threadOf: (segment: SegmentChunk) => RecordedEvent['thread'];
}

/** By the kind number of a shape. */
const EVENT_KINDS: readonly EventKind[] = ['log', 'span-start', 'span-end'];
const LEVEL_OF_SEVERITY: readonly Level[] = Array.from(
  { length: MAX_SEVERITY + 1 },
  (_, severity) => levelOfSeverity(severity),
);
/** A segment with more of them is not worth the time that each takes. */
const MAX_UNREADABLE_EVENTS = 1000;
/** Memory that a unit of the decoder's budget stands for. */
const BUDGET_UNIT_BYTES = 16;

export class SegmentCursor {
  readonly segment: SegmentChunk;
  /** Monotonic time of the event here, or a lower bound; in nanoseconds from the earliest base. */
  timeKey: number;
  /** Decides between equal times. */
  readonly rank: number;
  /** Memory that the cursor holds while it is open. */
  residentBytes = 0;
  /** Events walked over, when the cursor has come to its end. */
  eventCount = 0;

  private readonly around: CursorSurroundings;
  private readonly bounds: EventBounds;
  private readonly baseKey: number;
  private readonly thread: RecordedEvent['thread'];
  private decoder: SegmentDecoder | null = null;
  private contentBytes = 0;
  private resumeAt = 0;
  private unreadableEventCount = 0;

  constructor(
    segment: SegmentChunk,
    around: CursorSurroundings,
    bounds: EventBounds,
    baseKey: number,
    rank: number,
  ) {
    this.segment = segment;
    this.around = around;
    this.bounds = bounds;
    this.baseKey = baseKey;
    this.thread = around.threadOf(segment);
    this.timeKey = baseKey;
    this.rank = rank;
  }

  get isOpen(): boolean {
    return this.decoder !== null;
  }

  /** Inflates the segment and goes to the first event, or to where it was; false if there is none. */
  open(): boolean {
    const { segment, around } = this;
    try {
      const { content, recordsEnd } = inflateSegment(around.source, segment, around.damage);
      this.contentBytes = content.length;
      const start = segment.recordsStart;
      this.decoder = new SegmentDecoder(content, start, recordsEnd, around.lateFields);
      if (this.resumeAt > 0) this.decoder.seek(this.resumeAt);
    } catch (error) {
      this.report(`cannot be read: ${(error as Error).message}`);
      this.close();
      return false;
    }
    return this.advance();
  }

  /** Goes to the next event that is wanted; false at the end of the segment. */
  advance(): boolean {
    const decoder = this.decoder as SegmentDecoder;
    try {
      if (this.unreadableEventCount > MAX_UNREADABLE_EVENTS) {
        throw new Error('too many of its events cannot be read');
      }
      if (decoder.advance(this.bounds)) {
        // Never backwards, or the segments could not be merged in one pass.
        this.timeKey = Math.max(this.timeKey, this.baseKey + decoder.dtNs);
        const definitions = decoder.definitionsUsed * BUDGET_UNIT_BYTES;
        this.residentBytes = this.contentBytes + definitions;
        return true;
      }
    } catch (error) {
      const { recordStart } = decoder;
      const lost = this.contentBytes - recordStart;
      const why = (error as Error).message;
      this.report(`cannot be read from byte ${recordStart} on (${lost} bytes): ${why}`);
    }
    this.eventCount = decoder.eventCount;
    this.close();
    return false;
  }

  /** The event here; null, and damage, if it cannot be read. */
  take(): RecordedEvent | null {
    const decoder = this.decoder as SegmentDecoder;
    try {
      decoder.decodeEvent();
    } catch (error) {
      this.unreadableEventCount++;
      const why = (error as Error).message;
      this.report(`holds an event that cannot be read, at byte ${decoder.recordStart}: ${why}`);
      return null;
    }
    this.checkClaims(decoder);
    const { shape, context, severity } = decoder;
    return {
      kind: EVENT_KINDS[shape.kind],
      timeNs: this.segment.baseTimeNs + BigInt(decoder.dtNs),
      level: LEVEL_OF_SEVERITY[severity],
      severity,
      logger: shape.logger,
      message: shape.message,
      fields: decoder.fields,
      thread: this.thread,
      context: context.bindings,
      traceId: context.traceId,
      spanId: context.spanId,
      traceFlags: context.traceFlags,
    };
  }

  /** Lets go of the memory, to be opened again at the same event. */
  evict(): void {
    this.resumeAt = (this.decoder as SegmentDecoder).recordStart;
    this.close();
  }

  private close(): void {
    this.decoder = null;
    this.residentBytes = 0;
  }

  /** A reader skips what the descriptor says is not there, so that had better be true. */
  private checkClaims(decoder: SegmentDecoder): void {
    const { chunk, lastDtNs } = this.segment;
    if (decoder.severity > chunk.maxSeverity) {
      this.report('holds events of a higher severity than its descriptor says');
    }
    if (decoder.dtNs > lastDtNs) this.report('holds later events than its descriptor says');
  }

  private report(what: string): void {
    const { chunk, preamble } = this.segment;
    const name = `chunk ${chunk.ordinal} (thread ${preamble.thread})`;
    this.around.damage.report(chunk.offset, chunkBytes(chunk), `${name} ${what}`);
  }
}
