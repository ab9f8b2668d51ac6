/** The spans of a recording as columns of its report. */

import { type RecordedSpan, type Recording, readSpans } from 'ttlog/reader';
import { growTrees, isFailed } from '../digest/trace-tree.ts';
import { printable } from '../format/escape.ts';
import { fieldsText } from './fields-text.ts';
import {
  bytesColumn,
  type Dictionary,
  floatsColumn,
  TextColumn,
  wordsColumn,
} from './growing-column.ts';
import {
  type ColumnName,
  type ColumnType,
  SPAN_CRITICAL,
  SPAN_FAILED,
  SPAN_UNFINISHED,
} from './layout.ts';

/** What spans share with the events. */
interface Shared {
  readonly baseNs: bigint;
  readonly messages: Dictionary;
  readonly ids: Dictionary;
  threadPlace(thread: RecordedSpan['thread']): number;
}

export class SpanColumns {
  readonly #shared: Shared;
  readonly #start = floatsColumn();
  readonly #end = floatsColumn();
  readonly #state = bytesColumn();
  readonly #thread = wordsColumn();
  readonly #name = wordsColumn();
  readonly #trace = wordsColumn();
  readonly #id = wordsColumn();
  readonly #parent = wordsColumn();
  readonly #fields = new TextColumn();

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  get count(): number {
    return this.#start.length;
  }

  /** By their starts. A span that never ended lasts to the end of the recording. */
  read(recording: Recording): void {
    const spans = readSpans(recording);
    spans.sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
    const found = spans.map((span) => ({ span, recordingEndNs: recording.endNs }));
    const trees = new Map(growTrees(found).map((tree) => [tree.traceId, tree]));
    for (const span of spans) {
      const node = trees.get(span.traceId)?.nodes.get(span.spanId);
      this.#push(span, recording.endNs, node?.isCritical === true);
    }
  }

  end(): [name: ColumnName, type: ColumnType, bytes: Uint8Array][] {
    const fields = this.#fields.end();
    return [
      ['spanStart', 'f64', this.#start.bytes()],
      ['spanEnd', 'f64', this.#end.bytes()],
      ['spanState', 'u8', this.#state.bytes()],
      ['spanThread', 'u32', this.#thread.bytes()],
      ['spanName', 'u32', this.#name.bytes()],
      ['spanTrace', 'u32', this.#trace.bytes()],
      ['spanId', 'u32', this.#id.bytes()],
      ['spanParent', 'u32', this.#parent.bytes()],
      ['spanFields', 'text', fields],
      ['spanFieldBlocks', 'u32', this.#fields.blocks.bytes()],
    ];
  }

  #push(span: RecordedSpan, recordingEndNs: bigint, isCritical: boolean): void {
    const { baseNs, messages, ids } = this.#shared;
    const startNs = Number(span.startNs - baseNs);
    const endNs = Number((span.endNs ?? recordingEndNs) - baseNs);
    this.#start.push(startNs);
    this.#end.push(Math.max(startNs, endNs));
    const failed = isFailed(span) ? SPAN_FAILED : 0;
    const unfinished = span.endNs === null ? SPAN_UNFINISHED : 0;
    this.#state.push(failed | unfinished | (isCritical ? SPAN_CRITICAL : 0));
    this.#thread.push(this.#shared.threadPlace(span.thread));
    this.#name.push(messages.numberOf(printable(span.name)));
    this.#trace.push(ids.numberOf(printable(span.traceId)));
    this.#id.push(ids.numberOf(printable(span.spanId)));
    this.#parent.push(ids.numberOf(printable(span.parentSpanId ?? '')));
    const { message } = span.status;
    this.#fields.push(fieldsText({ ...(message ? { status: message } : {}), ...span.attributes }));
  }
}
