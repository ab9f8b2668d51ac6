/**
 * What the recorder thread is given and what is said across the boundary. Plain data only.
 */

import type { OutputOrder } from '../outputs/output-order.ts';
import type { Level } from '../record/level.ts';
import type { SharedCopies } from '../snapshot/copy-together.ts';
import type { RecorderFacts, SnapshotRequest } from '../snapshot/take-snapshot.ts';

export interface RecorderThreadData {
  readonly buffer: ArrayBufferLike;
  /** The words of `FileCalls`. */
  readonly fileCalls: SharedArrayBuffer;
  readonly facts: RecorderFacts;
  /** Where lz4-napi may be found; the thread's code has no place of its own. */
  readonly compressorPaths: readonly string[];
  /** How often a black box, if there is one in `facts`, is brought up to date. */
  readonly periodMs: number;
  /** A snapshot every so often, if given. */
  readonly intervalMs: number | undefined;
  /** For how long after a snapshot what follows is added to it, if at all. */
  readonly afterMs: number | undefined;
  /** The event loop to watch, if one is to be. */
  readonly stall: StallOrder | null;
  /** The heap to watch while its thread's event loop does not turn, if one is to be. */
  readonly heap: HeapOrder | null;
  /** The bursts to watch for. */
  readonly bursts: readonly BurstOrder[];
  /** What to print, if anything, and the words of `OutputProgress`. */
  readonly output: { readonly order: OutputOrder; readonly progress: SharedArrayBuffer } | null;
}

export interface HeapOrder {
  readonly threadId: number;
  /** A share of the limit for objects that have lived for a while. */
  readonly nearLimit: number;
  /** V8's limit for all objects. */
  readonly sizeLimitBytes: number;
  /** One number, where the recorder thread writes what new objects may take, unless it is known. */
  readonly youngMib: Int32Array;
  /** How often the loop gives a sign of life. */
  readonly periodMs: number;
}

export interface BurstOrder {
  readonly name: string;
  readonly level: Level;
  readonly severity: number;
  readonly count: number;
  readonly withinMs: number;
  readonly match: string | undefined;
  readonly cooldownMs: number;
}

/** The burst of one of the orders is complete. */
export interface BurstNews {
  readonly kind: 'burst';
  /** Of the order. */
  readonly ordinal: number;
  readonly spanMs: number;
  /** Epoch milliseconds of the event that completed it. */
  readonly atMs: number;
}

/** Whose event loop to watch, and how often it gives a sign of life. */
export interface StallOrder {
  readonly threadId: number;
  readonly afterMs: number;
  readonly periodMs: number;
  readonly stack: boolean;
}

export type ToRecorderThread =
  | { readonly kind: 'snapshot'; readonly id: number; readonly request: SnapshotRequest }
  | { readonly kind: 'capture'; readonly id: number; readonly request: SnapshotRequest }
  /** All that was logged is to be printed. */
  | { readonly kind: 'flush'; readonly id: number }
  /** Main takes a snapshot and would be glad of help. There is no answer. */
  | { readonly kind: 'help'; readonly copies: SharedCopies }
  /** Somebody wants to hear of recordings of earlier processes. They come as news. */
  | { readonly kind: 'announce' };

export type RecorderThreadNews = Exclude<
  FromRecorderThread,
  { kind: 'ready' | 'snapshot' | 'capture' | 'flushed' }
>;

export type FromRecorderThread =
  | { readonly kind: 'ready' }
  /** `id` as in the request; 0 for a snapshot that the interval took. */
  | {
      readonly kind: 'snapshot';
      readonly id: number;
      readonly outcome: SentResult;
      readonly reason: string;
      /** 2: what followed was added to it. */
      readonly part: 1 | 2;
    }
  | { readonly kind: 'capture'; readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly kind: 'flushed'; readonly id: number }
  /** Printing fails, or, with null, works again. */
  | { readonly kind: 'output'; readonly problem: string | null }
  /** A recording of an earlier process, of which nobody has told. */
  | { readonly kind: 'recovered'; readonly path: string; readonly reason: string }
  /** For `stats()`. */
  | { readonly kind: 'note'; readonly note: string }
  /** Writing to the black box fails, or, with null, works again. */
  | { readonly kind: 'box'; readonly problem: string | null }
  /** The event loop turns again after a stall of so long. */
  | { readonly kind: 'stalled'; readonly stalledMs: number }
  | BurstNews;

/** A SnapshotResult as it travels: an error keeps its code, which structured cloning drops. */
export type SentResult = import('../snapshot/take-snapshot.ts').SnapshotResult & {
  readonly errorCode?: string | undefined;
};
