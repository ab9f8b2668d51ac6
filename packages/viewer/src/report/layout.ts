/**
 * What stands in the data of a report: its head, its columns, and how text is packed. Written by
 * `data.ts`, read in the browser by `page/data.ts`; no behaviour, nothing of Node or of the browser.
 *
 *     +-------------+-----------+---------+----------+-----+----------+-----+
 *     | head length | head      | zeros   | column 1 | 0…  | column 2 | …   |
 *     | u32 LE      | JSON      | to 8    |          | to 8|          |     |
 *     +-------------+-----------+---------+----------+-----+----------+-----+
 *
 * All of it is compressed by gzip and written as base64. Texts are printable when they come here, so
 * that control characters are free to separate them.
 */

/** Columns and the head's length begin at multiples of this. */
export const ALIGNMENT_BYTES: number = 8;

/** Events, or spans, whose fields share a block of text. */
export const BLOCK_ROWS: number = 256;

/** Ends the fields of an event. */
export const ROW_END: string = '\n';
/** Ends a field. */
export const FIELD_END: string = '\x1e';
/** Stands between key and value. */
export const KEY_END: string = '\x1f';
/** Stands between the lines of a value that has several: the stack of an error. */
export const LINE_END: string = '\x1d';

/** In the column of kinds. */
export const KINDS: readonly ['log', 'span-start', 'span-end'] = ['log', 'span-start', 'span-end'];

/** In the column of span states, as bits. */
export const SPAN_FAILED: number = 1;
export const SPAN_UNFINISHED: number = 2;
/** What its trace waited for. */
export const SPAN_CRITICAL: number = 4;

export type ColumnType = 'u8' | 'u32' | 'f64' | 'text';

export interface ColumnPlace {
  readonly type: ColumnType;
  /** From the first column's begin. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * The columns of events, one element an event: `time` in ns since the event before, `level` (0 is
 * trace), `severity`, `kind`, and places in the lists of the head: `thread`, `message`,
 * `pattern`, `logger`, `context`, `trace`, `span`. `fields` are blocks of text, `fieldBlocks` where each begins and the
 * last one ends. Of spans: `spanStart` and `spanEnd` in ns since the base, `spanState`,
 * `spanThread`, `spanName`, `spanTrace`, `spanId`, `spanParent`, `spanFields`, `spanFieldBlocks`.
 */
export type ColumnName =
  | ('time' | 'level' | 'severity' | 'kind' | 'thread' | 'message' | 'logger' | 'context')
  | ('pattern' | 'trace' | 'span' | 'fields' | 'fieldBlocks')
  | ('spanStart' | 'spanEnd' | 'spanState' | 'spanThread' | 'spanName' | 'spanTrace' | 'spanId')
  | ('spanParent' | 'spanFields' | 'spanFieldBlocks');

export interface ReportHead {
  /** `payments[4242]: Uncaught exception`. */
  readonly title: string;
  readonly isCrash: boolean;
  /** The error that killed the process; empty where there was none. */
  readonly deathLines: readonly string[];
  /** The card of `info`. */
  readonly card: string;
  /** Epoch nanoseconds of the first event, in decimal. */
  readonly baseNs: string;
  /** From the base to when the recording was taken. */
  readonly takenNs: number;
  readonly eventCount: number;
  readonly spanCount: number;
  /** Older events that the recording has and the report has not. */
  readonly leftOutCount: number;
  readonly threads: readonly ReportThread[];
  /** Steps of time that need more than 32 bits, or go back: place of the event, ns. */
  readonly longSteps: readonly (readonly [place: number, stepNs: number])[];
  readonly messages: readonly string[];
  /** The most frequent first. */
  readonly patterns: readonly ReportPattern[];
  readonly loggers: readonly string[];
  /** Fields as in the column of fields; 0 is none. */
  readonly contexts: readonly string[];
  /** Of traces and spans; 0 is none. */
  readonly ids: readonly string[];
  readonly columns: { readonly [name in ColumnName]: ColumnPlace };
}

export interface ReportPattern {
  /** Logger and message, with `<*>` for what varies. */
  readonly title: string;
  /** For each wildcard its most frequent values. */
  readonly values: readonly string[];
}

export interface ReportThread {
  readonly label: string;
  /** `1,200 overwritten by newer events`; empty where nothing was lost. */
  readonly lost: string;
  /** Whether events are missing that were there. */
  readonly hasOverwritten: boolean;
}
