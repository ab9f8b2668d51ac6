/**
 * What an output is told: which events, how they are written, where to. Plain data, which travels
 * to the recorder thread.
 */

import type { TraceNames } from '../text/flattened-key.ts';

export interface OutputOrder {
  /** Events below it are not printed. */
  readonly minSeverity: number;
  readonly format: 'pretty' | 'json';
  readonly destination: 'stdout' | 'stderr' | { readonly path: string };
  /** In JSON: numbers as pino has them instead of names, and the time in milliseconds. */
  readonly hasPinoNumbers: boolean;
  readonly traceNames: TraceNames;
  /** null: if the destination is a terminal. */
  readonly isColoured: boolean | null;
  readonly backtrace: BacktraceOrder | null;
  /** Also what the program has printed to the same place itself. */
  readonly repeats: boolean;
}

/** Which events below the output's level are printed before one that is severe. */
export interface BacktraceOrder {
  readonly onSeverity: number;
  readonly minSeverity: number;
  /** The last so many are. */
  readonly events: number;
  readonly scope: 'context' | 'thread' | 'process';
}

/** What every line says of the process. */
export interface LineSource {
  readonly service: string;
  readonly host: string;
  readonly pid: number;
}
