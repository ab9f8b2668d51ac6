/**
 * A place in a segment of a recording, from which events are taken one by one. Turns damage in
 * the content into reports. Which segment is next is merge-events.ts's affair.
 */

import { DecodeError } from '../record/decode-error.ts';
import { type EventBounds, SegmentDecoder, type Shape } from '../record/decode-segment.ts';
import type { LateFields } from '../record/effective-context.ts';
import type { EventHead } from '../record/event-head.ts';
import { type Level, levelOfSeverity, MAX_SEVERITY } from '../record/level.ts';
import type { DamageList } from './damage-list.ts';
import type { InflatedSegments, LentSegment } from './inflated-segments.ts';
import type { EventKind, EventTitle, RecordedEvent } from './recording.ts';
import { chunkBytes, type SegmentChunk } from './segment-chunk.ts';

/** What cursors share with the recording that they read. */
export interface CursorSurroundings {
  readonly inflated: InflatedSegments;
  readonly damage: DamageList;
  readonly lateFields: () => LateFields;
  readonly threadOf: (segment: SegmentChunk) => RecordedEvent['thread'];
}

/** Which events a cursor stops at. */
export interface WantedEvents {
  readonly bounds: EventBounds;
  readonly title: ((title: EventTitle) => boolean) | undefined;
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
const SECOND_NS = 1_000_000_000n;

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
  private readonly wanted: WantedEvents;
  private readonly baseKey: number;
  readonly thread: RecordedEvent['thread'];
  /** Of the segment's base, on the clock that is shown. */
  private readonly baseSeconds: number;
  private readonly baseFractionNs: number;
  private decoder: SegmentDecoder | null = null;
  private lent: LentSegment | null = null;
  private contentBytes = 0;
  private resumeAt = 0;
  private unreadableEventCount = 0;
  /** Whether events of a shape are wanted by their title. */
  private readonly answers = new WeakMap<Shape, boolean>();
  private lastShape: Shape | null = null;
  private isLastWanted = false;

  constructor(
    segment: SegmentChunk,
    around: CursorSurroundings,
    wanted: WantedEvents,
    baseKey: number,
    rank: number,
  ) {
    this.segment = segment;
    this.around = around;
    this.wanted = wanted;
    this.baseKey = baseKey;
    this.thread = around.threadOf(segment);
    this.timeKey = baseKey;
    this.rank = rank;
    // Rounded down, also before 1970.
    const seconds = segment.baseTimeNs / SECOND_NS - (segment.baseTimeNs < 0n ? 1n : 0n);
    this.baseSeconds = Number(seconds);
    this.baseFractionNs = Number(segment.baseTimeNs - seconds * SECOND_NS);
  }

  get isOpen(): boolean {
    return this.decoder !== null;
  }

  /** Inflates the segment and goes to the first event, or to where it was; false if there is none. */
  open(): boolean {
    const { segment, around } = this;
    try {
      this.lent = around.inflated.borrow(segment);
      const { content, recordsEnd } = this.lent;
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
      if (this.advanceToWanted(decoder)) {
        // Never backwards, or the segments could not be merged in one pass.
        this.timeKey = Math.max(this.timeKey, this.baseKey + decoder.dtNs);
        this.residentBytes = this.contentBytes + decoder.tablesCost * BUDGET_UNIT_BYTES;
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

  get severity(): number {
    return (this.decoder as SegmentDecoder).severity;
  }

  get timeNs(): bigint {
    return this.segment.baseTimeNs + BigInt((this.decoder as SegmentDecoder).dtNs);
  }

  get timeSeconds(): number {
    const { dtNs } = this.decoder as SegmentDecoder;
    const seconds = Math.floor(dtNs / 1e9);
    const isNext = this.baseFractionNs + (dtNs - seconds * 1e9) >= 1e9;
    return this.baseSeconds + seconds + (isNext ? 1 : 0);
  }

  get timeFractionNs(): number {
    return (this.baseFractionNs + ((this.decoder as SegmentDecoder).dtNs % 1e9)) % 1e9;
  }

  /** Empty where it cannot be read. */
  get message(): string {
    try {
      return (this.decoder as SegmentDecoder).peekShape().message;
    } catch {
      return '';
    }
  }

  /** The event here; null, and damage, if it cannot be read. */
  take(): RecordedEvent | null {
    const decoder = this.decoder as SegmentDecoder;
    try {
      decoder.decodeEvent();
    } catch (error) {
      this.reportUnreadable(decoder, error as Error);
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

  /** Shows the event here to `visit`; false, and damage, if it cannot be read. */
  look(visit: (head: EventHead) => void): boolean {
    const decoder = this.decoder as SegmentDecoder;
    try {
      decoder.readWholeHead();
      visit(decoder);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.reportUnreadable(decoder, error);
      return false;
    }
    this.checkClaims(decoder);
    return true;
  }

  /** Lets go of the memory, to be opened again at the same event. */
  evict(): void {
    this.resumeAt = (this.decoder as SegmentDecoder).recordStart;
    this.close();
  }

  private advanceToWanted(decoder: SegmentDecoder): boolean {
    const { bounds, title } = this.wanted;
    while (decoder.advance(bounds)) {
      if (title === undefined || this.isTitleWanted(decoder, title)) return true;
    }
    return false;
  }

  private isTitleWanted(
    decoder: SegmentDecoder,
    isWanted: (title: EventTitle) => boolean,
  ): boolean {
    let shape: Shape;
    try {
      shape = decoder.peekShape();
    } catch {
      // Whoever takes it finds out what is wrong.
      return true;
    }
    if (shape === this.lastShape) return this.isLastWanted;
    let answer = this.answers.get(shape);
    if (answer === undefined) {
      const { kind, logger, message } = shape;
      answer = isWanted({ kind: EVENT_KINDS[kind], logger, message });
      this.answers.set(shape, answer);
    }
    this.lastShape = shape;
    this.isLastWanted = answer;
    return answer;
  }

  private reportUnreadable({ recordStart }: SegmentDecoder, { message }: Error): void {
    this.unreadableEventCount++;
    this.report(`holds an event that cannot be read, at byte ${recordStart}: ${message}`);
  }

  private close(): void {
    if (this.lent !== null) this.around.inflated.giveBack(this.lent);
    this.lent = null;
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
