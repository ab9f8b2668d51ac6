/**
 * Turns a recording into the data of its report: columns of numbers, and every text once. What is
 * foreign becomes printable here, before the browser has it.
 */

import { LEVELS, type RecordedEvent } from 'ttlog/reader';
import { PatternCollector } from '../digest/patterns.ts';
import type { Summary } from '../digest/summary.ts';
import { cardText } from '../format/card.ts';
import { palette } from '../format/colour.ts';
import { causeText, deathLines, isCrash, lossText } from '../format/ending.ts';
import { printable } from '../format/escape.ts';
import { patternTitle, wildcardTexts } from '../format/pattern-text.ts';
import { processLabel, threadLabel } from '../format/source-label.ts';
import type { RecordingFile } from '../recording-file.ts';
import { fieldsText } from './fields-text.ts';
import { bytesColumn, Dictionary, TextColumn, wordsColumn } from './growing-column.ts';
import {
  ALIGNMENT_BYTES,
  type ColumnName,
  type ColumnPlace,
  type ColumnType,
  KINDS,
  type ReportHead,
  type ReportPattern,
  type ReportThread,
} from './layout.ts';
import { SpanColumns } from './span-columns.ts';

/** The newest of a recording that has more; a page with more takes a browser too long. */
const MAX_EVENTS = 4_000_000;
/** Events after which others have their turn. */
const EVENTS_PER_PAUSE = 32_768;
/** Steps from this on stand in the head. */
const LONG_STEP_NS = 0xffff_ffff;

export interface ReportOptions {
  readonly utc: boolean;
  /** Awaited now and then, with the share that is done, 0 to 1. */
  pause(share: number): Promise<void>;
}

export type Column = readonly [name: ColumnName, type: ColumnType, bytes: Uint8Array];

/** Walks all events; damage is complete after it. Throws where a page cannot hold the recording. */
export async function encodeReport(
  file: RecordingFile,
  summary: Summary,
  { utc, pause }: ReportOptions,
): Promise<Uint8Array> {
  const { recording } = file;
  const { header } = recording;
  const events = new EventColumns(file, summary.firstNs ?? recording.endNs);
  const skipped = Math.max(0, summary.events - MAX_EVENTS);
  let walked = 0;
  for (const event of recording.events()) {
    if (++walked > skipped) events.push(event);
    if (walked % EVENTS_PER_PAUSE === 0) await pause(walked / summary.events);
  }
  const spans = new SpanColumns(events);
  if (events.hasSpans) spans.read(recording);
  const columns = [...events.end(), ...spans.end()];
  const plain = palette(false);
  const head: ReportHead = {
    title: `${processLabel(file)}: ${causeText(file)}`,
    isCrash: isCrash(header),
    deathLines: deathLines(header.error, plain),
    card: cardText(file, summary, plain, utc),
    baseNs: String(events.baseNs),
    takenNs: Number(BigInt(Math.trunc(finite(header.takenAtMs))) * 1_000_000n - events.baseNs),
    eventCount: events.count,
    spanCount: spans.count,
    leftOutCount: skipped,
    threads: events.threads,
    longSteps: events.longSteps,
    messages: events.messages.texts,
    patterns: events.patterns,
    loggers: events.loggers.texts,
    contexts: events.contexts.texts,
    ids: events.ids.texts,
    columns: placesOf(columns),
  };
  return packed(head, columns);
}

/** The events, and the lists of the head that spans share with them. */
export class EventColumns {
  readonly baseNs: bigint;
  readonly messages: Dictionary = new Dictionary();
  readonly loggers: Dictionary = new Dictionary();
  readonly contexts: Dictionary = new Dictionary('');
  readonly ids: Dictionary = new Dictionary('');
  readonly threads: ReportThread[];
  readonly longSteps: [number, number][] = [];
  hasSpans = false;
  /** Known at the end. */
  patterns: ReportPattern[] = [];
  readonly #collector = new PatternCollector();
  readonly #threadPlaces: Map<number, number>;
  readonly #time = wordsColumn();
  readonly #level = bytesColumn();
  readonly #severity = bytesColumn();
  readonly #kind = bytesColumn();
  readonly #thread = wordsColumn();
  readonly #message = wordsColumn();
  readonly #logger = wordsColumn();
  readonly #context = wordsColumn();
  readonly #trace = wordsColumn();
  readonly #span = wordsColumn();
  readonly #fields = new TextColumn();
  #previousNs: bigint;

  constructor({ recording: { threads } }: RecordingFile, baseNs: bigint) {
    this.baseNs = baseNs;
    this.#previousNs = baseNs;
    this.threads = threads.map((thread) => ({
      label: threadLabel(thread, threads),
      lost: lossText(thread.losses),
      hasOverwritten: thread.losses.overwritten > 0,
    }));
    this.#threadPlaces = new Map(threads.map(({ id }, place) => [id, place]));
  }

  get count(): number {
    return this.#time.length;
  }

  push(event: RecordedEvent): void {
    const stepNs = Number(event.timeNs - this.#previousNs);
    this.#previousNs = event.timeNs;
    const isLong = stepNs < 0 || stepNs >= LONG_STEP_NS;
    if (isLong) this.longSteps.push([this.count, stepNs]);
    this.#time.push(isLong ? LONG_STEP_NS : stepNs);
    this.#level.push(LEVELS.indexOf(event.level));
    this.#severity.push(event.severity);
    this.#kind.push(KINDS.indexOf(event.kind));
    this.#thread.push(this.threadPlace(event.thread));
    this.#collector.add(event);
    this.#message.push(this.messages.numberOf(printable(event.message)));
    this.#logger.push(this.loggers.numberOf(printable(event.logger)));
    this.#context.push(this.contexts.numberOf(fieldsText(event.context)));
    this.#trace.push(this.ids.numberOf(printable(event.traceId ?? '')));
    this.#span.push(this.ids.numberOf(printable(event.spanId ?? '')));
    this.#fields.push(fieldsText(event.fields));
    if (event.kind !== 'log') this.hasSpans = true;
  }

  /** Place in the list of threads, which a damaged header may not have. */
  threadPlace(thread: RecordedEvent['thread']): number {
    let place = this.#threadPlaces.get(thread.id);
    if (place === undefined) {
      place = this.threads.length;
      this.#threadPlaces.set(thread.id, place);
      this.threads.push({ label: threadLabel(thread, []), lost: '', hasOverwritten: false });
    }
    return place;
  }

  end(): Column[] {
    const fields = this.#fields.end();
    const { patterns, patternOf } = this.#collector.group();
    const events = this.#collector.events;
    const pattern = Uint32Array.from({ length: events }, (_, event) => patternOf(event));
    this.patterns = patterns.map((pattern) => ({
      title: patternTitle(pattern),
      values: wildcardTexts(pattern),
    }));
    return [
      ['time', 'u32', this.#time.bytes()],
      ['level', 'u8', this.#level.bytes()],
      ['severity', 'u8', this.#severity.bytes()],
      ['kind', 'u8', this.#kind.bytes()],
      ['thread', 'u32', this.#thread.bytes()],
      ['message', 'u32', this.#message.bytes()],
      ['pattern', 'u32', new Uint8Array(pattern.buffer)],
      ['logger', 'u32', this.#logger.bytes()],
      ['context', 'u32', this.#context.bytes()],
      ['trace', 'u32', this.#trace.bytes()],
      ['span', 'u32', this.#span.bytes()],
      ['fields', 'text', fields],
      ['fieldBlocks', 'u32', this.#fields.blocks.bytes()],
    ];
  }
}

function placesOf(columns: readonly Column[]): ReportHead['columns'] {
  const places: { [name: string]: ColumnPlace } = {};
  let offsetBytes = 0;
  for (const [name, type, { length }] of columns) {
    places[name] = { type, offsetBytes, lengthBytes: length };
    offsetBytes += aligned(length);
  }
  return places as ReportHead['columns'];
}

function packed(head: ReportHead, columns: readonly Column[]): Uint8Array {
  const headBytes = Buffer.from(JSON.stringify(head));
  const columnsAt = aligned(4 + headBytes.length);
  const { offsetBytes, lengthBytes } = head.columns[columns.at(-1)![0]];
  const bytes = Buffer.alloc(columnsAt + offsetBytes + lengthBytes);
  bytes.writeUInt32LE(headBytes.length, 0);
  bytes.set(headBytes, 4);
  for (const [name, , column] of columns) {
    bytes.set(column, columnsAt + head.columns[name].offsetBytes);
  }
  return bytes;
}

function aligned(lengthBytes: number): number {
  return Math.ceil(lengthBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
