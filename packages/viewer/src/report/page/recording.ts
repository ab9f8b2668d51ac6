/** The data of a report as columns, with texts decoded when they are asked for. Needs no browser. */

import {
  ALIGNMENT_BYTES,
  BLOCK_ROWS,
  type ColumnName,
  FIELD_END,
  KEY_END,
  LINE_END,
  type ReportHead,
  ROW_END,
} from '../layout.ts';

export const LEVEL_NAMES: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export interface Field {
  readonly key: string;
  /** More than one for the stack of an error. */
  readonly lines: readonly string[];
}

export interface EventColumns {
  readonly count: number;
  /** Nanoseconds since the base. */
  readonly time: Float64Array;
  readonly level: Uint8Array;
  readonly severity: Uint8Array;
  readonly kind: Uint8Array;
  readonly thread: Uint32Array;
  readonly message: Uint32Array;
  readonly pattern: Uint32Array;
  readonly logger: Uint32Array;
  readonly context: Uint32Array;
  readonly trace: Uint32Array;
  readonly span: Uint32Array;
  readonly fields: TextBlocks;
}

/** By their starts. */
export interface SpanColumns {
  readonly count: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly state: Uint8Array;
  readonly thread: Uint32Array;
  readonly name: Uint32Array;
  readonly trace: Uint32Array;
  readonly id: Uint32Array;
  readonly parent: Uint32Array;
  readonly fields: TextBlocks;
}

export interface Report {
  readonly head: ReportHead;
  readonly baseNs: bigint;
  readonly events: EventColumns;
  readonly spans: SpanColumns;
}

/** The opposite of `encodeReport`. */
export function decodeReport(bytes: ArrayBuffer): Report {
  const headLengthBytes = new DataView(bytes).getUint32(0, true);
  const headText = new TextDecoder().decode(new Uint8Array(bytes, 4, headLengthBytes));
  const head = JSON.parse(headText) as ReportHead;
  const columnsAt = Math.ceil((4 + headLengthBytes) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const at = (name: ColumnName): [ArrayBuffer, number, number] => {
    const { offsetBytes, lengthBytes } = head.columns[name];
    return [bytes, columnsAt + offsetBytes, lengthBytes];
  };
  const u8 = (name: ColumnName) => new Uint8Array(...at(name));
  const u32 = (name: ColumnName) => {
    const [buffer, offset, lengthBytes] = at(name);
    return new Uint32Array(buffer, offset, lengthBytes / 4);
  };
  const f64 = (name: ColumnName) => {
    const [buffer, offset, lengthBytes] = at(name);
    return new Float64Array(buffer, offset, lengthBytes / 8);
  };
  const events = {
    count: head.eventCount,
    time: timesOf(u32('time'), head.longSteps),
    ...{ level: u8('level'), severity: u8('severity'), kind: u8('kind') },
    ...{
      thread: u32('thread'),
      message: u32('message'),
      pattern: u32('pattern'),
      logger: u32('logger'),
    },
    ...{ context: u32('context'), trace: u32('trace'), span: u32('span') },
    fields: new TextBlocks(u8('fields'), u32('fieldBlocks')),
  };
  const spans = {
    count: head.spanCount,
    ...{ start: f64('spanStart'), end: f64('spanEnd'), state: u8('spanState') },
    ...{ thread: u32('spanThread'), name: u32('spanName'), trace: u32('spanTrace') },
    ...{ id: u32('spanId'), parent: u32('spanParent') },
    fields: new TextBlocks(u8('spanFields'), u32('spanFieldBlocks')),
  };
  return { head, baseNs: BigInt(head.baseNs), events, spans };
}

function timesOf(steps: Uint32Array, longSteps: ReportHead['longSteps']): Float64Array {
  const times = new Float64Array(steps.length);
  let timeNs = 0;
  let nextLong = 0;
  for (let event = 0; event < steps.length; event++) {
    const isLong = longSteps[nextLong]?.[0] === event;
    timeNs += isLong ? longSteps[nextLong++][1] : steps[event];
    times[event] = timeNs;
  }
  return times;
}

/** Blocks kept decoded: what is on the screen, and what was there before. */
const KEPT_BLOCKS = 16;

/** The fields of rows, in blocks. */
export class TextBlocks {
  readonly #bytes: Uint8Array;
  readonly #begins: Uint32Array;
  readonly #decoder = new TextDecoder();
  readonly #kept = new Map<number, string[]>();

  constructor(bytes: Uint8Array, begins: Uint32Array) {
    this.#bytes = bytes;
    this.#begins = begins;
  }

  /** The text of a whole block, a line a row. */
  blockText(block: number): string {
    return this.#decoder.decode(this.#bytes.subarray(this.#begins[block], this.#begins[block + 1]));
  }

  rowText(row: number): string {
    const block = Math.floor(row / BLOCK_ROWS);
    let rows = this.#kept.get(block);
    if (rows === undefined) {
      rows = this.blockText(block).split(ROW_END);
      this.#kept.set(block, rows);
      if (this.#kept.size > KEPT_BLOCKS) this.#kept.delete(this.#kept.keys().next().value!);
    }
    return rows[row % BLOCK_ROWS];
  }
}

export function fieldsOf(text: string): Field[] {
  if (text === '') return [];
  return text
    .slice(0, -1)
    .split(FIELD_END)
    .map((field) => {
      const keyEnd = field.indexOf(KEY_END);
      return { key: field.slice(0, keyEnd), lines: field.slice(keyEnd + 1).split(LINE_END) };
    });
}

/** On one line: `key=value key=value`. */
export function fieldsLine(text: string): string {
  return fieldsOf(text)
    .map(({ key, lines }) => `${key}=${lines[0]}`)
    .join(' ');
}
