/**
 * The lines of `pretty.ts`, byte for byte, straight from the bytes of a recording. What events of a
 * shape have in common is made once; errors, and what is neither number nor plain text, become a
 * value first.
 */

import {
  addTextValue,
  type EventHead,
  type EventWalk,
  LEVELS,
  type Level,
  LineBytes,
} from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import type { Palette } from './colour.ts';
import { type EventClock, eventClock } from './event-clock.ts';
import type { EventLines } from './event-lines.ts';
import { bindingsText, errorBlock, lineFormat, type PrettyOptions, startFormat } from './pretty.ts';
import { keyText } from './value.ts';

type Shape = EventHead['shape'];
type Context = EventHead['context'];

/** What events of a shape have in common; a shape is of one segment, and so of one thread. */
interface ShapeText {
  /** From the level to the message, by severity. */
  readonly starts: (Uint8Array | undefined)[];
  /** ` key=` of each key. */
  readonly keys: readonly Uint8Array[];
  readonly contexts: WeakMap<Context, Uint8Array>;
}

const KINDS = ['log', 'span-start', 'span-end'] as const;
const NEWLINE: Uint8Array = Buffer.from('\n');
const MAJOR_TAG = 6;
/** Keys that an object puts before all others, whatever their place in the shape. */
const INDEX_KEY = /^(?:0|[1-9]\d*)$/;

export class PrettyLines implements EventLines {
  readonly lines: LineBytes = new LineBytes();
  readonly #palette: Palette;
  readonly #clock: EventClock;
  readonly #byObject: ReturnType<typeof lineFormat>;
  readonly #startOf: ReturnType<typeof startFormat>;
  readonly #shapes = new WeakMap<Shape, ShapeText | null>();
  /** An event without its time, which the clock is asked for only once the event could be read. */
  readonly #body: LineBytes = new LineBytes();
  #below = '';
  #shape: Shape | null = null;
  #text: ShapeText | null = null;
  #walk: EventWalk | null = null;
  #file: RecordingFile | null = null;
  readonly #visit = (head: EventHead): void => this.#addHead(head);

  constructor(options: PrettyOptions) {
    const { palette, files } = options;
    this.#palette = palette;
    this.#clock = eventClock(options, palette);
    this.#byObject = lineFormat(palette, files);
    this.#startOf = startFormat(palette, files);
  }

  add(walk: EventWalk, file: RecordingFile): boolean {
    const body = this.#body;
    this.#walk = walk;
    this.#file = file;
    body.length = 0;
    if (!walk.look(this.#visit)) return false;
    if (body.length === 0) {
      // One that only an object puts in order.
      const event = walk.event();
      if (event === null) return false;
      body.text(`${this.#byObject(event, file)}\n`);
    }
    const { rule, text } = this.#clock(walk.timeNs);
    this.lines.text(rule === '' ? `${text} ` : `${this.#palette.dim(rule)}\n${text} `);
    this.lines.copy(body.bytes.subarray(0, body.length));
    return true;
  }

  #addHead(head: EventHead): void {
    const body = this.#body;
    const { shape, context, bytes } = head;
    const text = shape === this.#shape ? this.#text : this.#textOf(shape);
    if (text === null) return;
    const { severity } = this.#walk as EventWalk;
    body.copy(text.starts[severity] ?? this.#makeStart(text, shape, severity));
    this.#below = '';
    let position = head.valuesStart;
    const { keys } = text;
    for (let index = 0; index < keys.length; index++) {
      const before = body.length;
      body.copy(keys[index]);
      const start = position;
      position = addTextValue(head, start, body);
      if (bytes[start] >> 5 === MAJOR_TAG && this.#putBelow(head, start, shape.keys[index])) {
        body.length = before;
      }
    }
    if (context.uid !== undefined) body.copy(this.#contextOf(text, shape, context));
    if (this.#below !== '') body.text(this.#below);
    body.copy(NEWLINE);
  }

  /** Whether the value is an error, which stands below its event. */
  #putBelow(head: EventHead, start: number, key: string): boolean {
    const value = head.valueAt(start);
    if (!(value instanceof Error)) return false;
    this.#below += errorBlock(key, value, this.#palette);
    return true;
  }

  #textOf(shape: Shape): ShapeText | null {
    let text = this.#shapes.get(shape);
    if (text === undefined) {
      const { keys } = shape;
      const { dim } = this.#palette;
      text = keys.some((key) => INDEX_KEY.test(key))
        ? null
        : {
            starts: [],
            keys: keys.map((key) => Buffer.from(` ${dim(`${keyText(key)}=`)}`)),
            contexts: new WeakMap(),
          };
      this.#shapes.set(shape, text);
    }
    this.#shape = shape;
    this.#text = text;
    return text;
  }

  #makeStart({ starts }: ShapeText, shape: Shape, severity: number): Uint8Array {
    const { thread } = this.#walk as EventWalk;
    const { kind, logger, message } = shape;
    const level: Level = LEVELS[(severity - 1) >> 2];
    const event = { kind: KINDS[kind], logger, message, severity, level, thread };
    const bytes = Buffer.from(this.#startOf(event, this.#file as RecordingFile));
    starts[severity] = bytes;
    return bytes;
  }

  #contextOf({ contexts }: ShapeText, { keys }: Shape, context: Context): Uint8Array {
    let bytes = contexts.get(context);
    if (bytes === undefined) {
      const isField = (key: string): boolean => keys.includes(key);
      const { bindings, traceId, spanId } = context;
      const shown = { context: bindings, traceId, spanId };
      bytes = Buffer.from(bindingsText(shown, isField, this.#palette));
      contexts.set(context, bytes);
    }
    return bytes;
  }
}
