/**
 * The lines of `jsonl.ts`, byte for byte, straight from the bytes of a recording: without an object
 * for an event, which takes a third of the time. What events of a shape have in common is made once.
 */

import {
  addJsonValue,
  type EventHead,
  type EventWalk,
  flattenedKey,
  LEVELS,
  LineBytes,
} from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { isoSecondText } from './clock.ts';
import { jsonString } from './escape.ts';
import type { EventLines } from './event-lines.ts';
import {
  bindingsText,
  jsonlFormat,
  processText,
  TRACE_NAMES,
  type TraceNames,
  threadText,
  traceText,
} from './jsonl.ts';

type Shape = EventHead['shape'];
type Context = EventHead['context'];

/** What events of a shape have in common; a shape is of one segment, and so of one thread. */
interface ShapeText {
  /** From the logger to the thread. */
  readonly start: Uint8Array;
  /** `,"key":` of each key. */
  readonly keys: readonly Uint8Array[];
  /** What stands before and behind the fields. */
  readonly contexts: WeakMap<Context, readonly [before: Uint8Array, behind: Uint8Array]>;
}

const KINDS = ['log', 'span-start', 'span-end'] as const;
const FRACTION_DIGITS = 9;
const LINE_END: Uint8Array = Buffer.from('}\n');
/** Keys that an object puts before all others, whatever their place in the shape. */
const INDEX_KEY = /^(?:0|[1-9]\d*)$/;

export class JsonLines implements EventLines {
  readonly lines: LineBytes = new LineBytes();
  readonly #names: TraceNames;
  readonly #byObject: ReturnType<typeof jsonlFormat>;
  readonly #levels: readonly Uint8Array[];
  readonly #shapes = new WeakMap<Shape, ShapeText | null>();
  #shape: Shape | null = null;
  #text: ShapeText | null = null;
  #second = Number.NaN;
  #secondBytes: Uint8Array = LINE_END;
  #walk: EventWalk | null = null;
  #file: RecordingFile | null = null;
  readonly #visit = (head: EventHead): void => this.#addHead(head);

  constructor(names: TraceNames = TRACE_NAMES) {
    this.#names = names;
    this.#byObject = jsonlFormat(names);
    this.#levels = Array.from({ length: LEVELS.length * 4 + 1 }, (_, severity) =>
      Buffer.from(`Z","level":"${LEVELS[Math.max(0, (severity - 1) >> 2)]}"`),
    );
  }

  add(walk: EventWalk, file: RecordingFile): boolean {
    const { lines } = this;
    const { length } = lines;
    this.#walk = walk;
    this.#file = file;
    if (walk.look(this.#visit)) {
      if (lines.length > length) return true;
      // One that only an object puts in order.
      const event = walk.event();
      if (event !== null) lines.text(this.#byObject(event, file));
      return event !== null;
    }
    lines.length = length;
    return false;
  }

  #addHead(head: EventHead): void {
    const { lines } = this;
    const walk = this.#walk as EventWalk;
    const { shape, context } = head;
    const text = shape === this.#shape ? this.#text : this.#textOf(shape, walk);
    if (text === null) return;
    if (walk.timeSeconds !== this.#second) this.#renderSecond(walk.timeSeconds);
    lines.copy(this.#secondBytes);
    lines.digits(walk.timeFractionNs, FRACTION_DIGITS);
    lines.copy(this.#levels[walk.severity]);
    lines.copy(text.start);
    const around = context.uid === undefined ? null : this.#contextOf(text, shape, context);
    if (around !== null) lines.copy(around[0]);
    let position = head.valuesStart;
    const { keys } = text;
    for (let index = 0; index < keys.length; index++) {
      lines.copy(keys[index]);
      position = addJsonValue(head, position, lines);
    }
    if (around !== null) lines.copy(around[1]);
    lines.copy(LINE_END);
  }

  #renderSecond(second: number): void {
    this.#second = second;
    this.#secondBytes = Buffer.from(`{"time":"${isoSecondText(second)}.`);
  }

  #textOf(shape: Shape, walk: EventWalk): ShapeText | null {
    let text = this.#shapes.get(shape);
    if (text === undefined) {
      text = shape.keys.some((key) => INDEX_KEY.test(key)) ? null : this.#makeText(shape, walk);
      this.#shapes.set(shape, text);
    }
    this.#shape = shape;
    this.#text = text;
    return text;
  }

  #makeText({ kind, logger, message, keys }: Shape, { thread }: EventWalk): ShapeText {
    let start = logger === '' ? '' : `,"logger":${jsonString(logger)}`;
    start += `,"msg":${jsonString(message)}`;
    if (kind !== 0) start += `,"kind":"${KINDS[kind]}"`;
    start += processText((this.#file as RecordingFile).recording.header) + threadText(thread);
    return {
      start: Buffer.from(start),
      keys: keys.map((key) => {
        return Buffer.from(`,${jsonString(flattenedKey(key, 'fields.', this.#names))}:`);
      }),
      contexts: new WeakMap(),
    };
  }

  #contextOf(
    { contexts }: ShapeText,
    { keys }: Shape,
    context: Context,
  ): readonly [Uint8Array, Uint8Array] {
    let around = contexts.get(context);
    if (around === undefined) {
      const before = bindingsText(context.bindings, (key) => keys.includes(key), this.#names);
      around = [Buffer.from(before), Buffer.from(traceText(context, this.#names))];
      contexts.set(context, around);
    }
    return around;
  }
}
