/**
 * Events as JSON lines, as pino-pretty, hl, lnav and jq read them. What events of a shape have in
 * common is made once; numbers and plain text go from CBOR to the line byte by byte, and only what
 * is neither becomes a value first.
 */

import type { FollowedEvent } from '../follow/lane-tail.ts';
import type { Shape } from '../record/decode-segment.ts';
import type { EffectiveContext } from '../record/effective-context.ts';
import type { EventHead } from '../record/event-head.ts';
import { LEVELS, levelOfSeverity, SEVERITY } from '../record/level.ts';
import { jsonString } from '../text/escape.ts';
import { flattenedKey, type TraceNames } from '../text/flattened-key.ts';
import { addJsonValue } from '../text/json-bytes.ts';
import { jsonValue } from '../text/json-value.ts';
import { asciiBytes, type LineBytes } from '../text/line-bytes.ts';
import { LineClock } from './line-clock.ts';
import type { LineFormat } from './line-format.ts';
import type { LineSource, OutputOrder } from './output-order.ts';

const FRACTION_DIGITS = 6;
const FRACTION_UNIT_NS = 1000;
const MS_NS = 1e6;
/** As pino numbers its levels. */
const PINO_STEP = 10;

const LINE_END = asciiBytes('}\n');
const ZULU = asciiBytes('Z"');

/** What events of a shape have in common. */
interface ShapeText {
  /** Logger and message. */
  readonly title: Uint8Array;
  /** `,"key":` of each key. */
  readonly keys: readonly Uint8Array[];
  /** Bindings and ids, without those that a key hides. */
  readonly contexts: WeakMap<EffectiveContext, Uint8Array>;
}

export class JsonLines implements LineFormat {
  readonly #names: TraceNames;
  readonly #hasPinoNumbers: boolean;
  readonly #clock: LineClock;
  /** By severity. */
  readonly #levels: readonly Uint8Array[];
  readonly #source: Uint8Array;
  readonly #shapes = new WeakMap<Shape, ShapeText>();
  #lastShape: Shape | null = null;
  #lastText: ShapeText | null = null;

  constructor({ hasPinoNumbers, traceNames }: OutputOrder, source: LineSource) {
    this.#names = traceNames;
    this.#hasPinoNumbers = hasPinoNumbers;
    this.#clock = new LineClock((date) => `{"time":"${date.toISOString().slice(0, -5)}.`);
    this.#levels = Array.from({ length: LEVELS.length * 4 + 1 }, (_, severity) =>
      asciiBytes(levelText(severity, hasPinoNumbers)),
    );
    const { service, host, pid } = source;
    this.#source = Buffer.from(
      `,"service":${jsonString(service)},"host":${jsonString(host)},"pid":${pid},"thread":`,
    );
  }

  setOrigin(originNs: bigint): void {
    this.#clock.setOrigin(originNs);
  }

  add(event: FollowedEvent, head: EventHead, target: LineBytes): void {
    const { shape, context } = head;
    const text = this.#textOf(shape);
    this.#addTime(event.timeNs, target);
    target.copy(this.#levels[event.severity]);
    target.copy(text.title);
    target.copy(this.#source);
    target.integer(event.threadId);
    if (context.uid !== undefined) target.copy(this.#contextOf(text, shape, context));
    let position = head.valuesStart;
    for (const key of text.keys) {
      target.copy(key);
      position = addJsonValue(head, position, target);
    }
    target.copy(LINE_END);
  }

  addGap(count: number | null, reason: string, timeNs: number, target: LineBytes): void {
    this.#addTime(timeNs, target);
    target.text(levelText(SEVERITY.warn, this.#hasPinoNumbers));
    target.text(`,"logger":"ttlog","msg":${jsonString(reason)}`);
    target.copy(this.#source);
    target.text(count === null ? 'null}\n' : `null,"missed":${count}}\n`);
  }

  #addTime(timeNs: number, target: LineBytes): void {
    const clock = this.#clock;
    clock.set(timeNs);
    if (this.#hasPinoNumbers) {
      target.text(`{"time":${clock.second * 1000 + Math.floor(clock.fractionNs / MS_NS)}`);
      return;
    }
    target.copy(clock.secondBytes);
    target.digits(Math.floor(clock.fractionNs / FRACTION_UNIT_NS), FRACTION_DIGITS);
    target.copy(ZULU);
  }

  #textOf(shape: Shape): ShapeText {
    if (this.#lastShape === shape && this.#lastText !== null) return this.#lastText;
    let text = this.#shapes.get(shape);
    if (text === undefined) {
      const logger = shape.logger === '' ? '' : `,"logger":${jsonString(shape.logger)}`;
      text = {
        title: Buffer.from(`${logger},"msg":${jsonString(shape.message)}`),
        keys: shape.keys.map((key) =>
          Buffer.from(`,${jsonString(flattenedKey(key, 'fields.', this.#names))}:`),
        ),
        contexts: new WeakMap(),
      };
      this.#shapes.set(shape, text);
    }
    this.#lastShape = shape;
    this.#lastText = text;
    return text;
  }

  #contextOf({ contexts }: ShapeText, shape: Shape, context: EffectiveContext): Uint8Array {
    let bytes = contexts.get(context);
    if (bytes === undefined) {
      bytes = Buffer.from(contextText(shape, context, this.#names));
      contexts.set(context, bytes);
    }
    return bytes;
  }
}

function levelText(severity: number, hasPinoNumbers: boolean): string {
  const level = levelOfSeverity(severity);
  const value = hasPinoNumbers ? PINO_STEP * (LEVELS.indexOf(level) + 1) : `"${level}"`;
  return `,"level":${value}`;
}

function contextText(shape: Shape, context: EffectiveContext, names: TraceNames): string {
  let text = '';
  for (const [key, value] of Object.entries(context.bindings)) {
    // A field of the same name is the one that counts; the binding it hides is kept aside.
    const isHidden = shape.keys.includes(key);
    const shown = isHidden ? `context.${key}` : flattenedKey(key, 'context.', names);
    text += `,${jsonString(shown)}:${jsonValue(value)}`;
  }
  const { traceId, spanId, traceFlags } = context;
  if (traceId !== undefined) text += `,${jsonString(names.traceId)}:"${traceId}"`;
  if (spanId !== undefined) text += `,${jsonString(names.spanId)}:"${spanId}"`;
  if (traceFlags !== undefined) {
    const hex = (traceFlags & 0xff).toString(16).padStart(2, '0');
    text += `,${jsonString(names.flags)}:"${hex}"`;
  }
  return text;
}
