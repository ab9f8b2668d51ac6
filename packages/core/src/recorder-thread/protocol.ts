/**
 * What the recorder thread is given and what is said across the boundary. Plain data only.
 */

import type { RecorderFacts, SnapshotRequest } from '../snapshot/take-snapshot.ts';

export interface RecorderThreadData {
  readonly buffer: ArrayBufferLike;
  readonly facts: RecorderFacts;
  /** Where lz4-napi may be found; the thread's code has no place of its own. */
  readonly compressorPaths: readonly string[];
  /** A snapshot every so often, if given. */
  readonly intervalMs: number | undefined;
}

export type ToRecorderThread =
  | { readonly kind: 'snapshot'; readonly id: number; readonly request: SnapshotRequest }
  | { readonly kind: 'capture'; readonly id: number; readonly request: SnapshotRequest };

export type FromRecorderThread =
  | { readonly kind: 'ready' }
  /** `id` as in the request; 0 for a snapshot that the interval took. */
  | {
      readonly kind: 'snapshot';
      readonly id: number;
      readonly outcome: SentResult;
      readonly reason: string;
    }
  | { readonly kind: 'capture'; readonly id: number; readonly bytes: Uint8Array | null };

/** A SnapshotResult as it travels: an error keeps its code, which structured cloning drops. */
export type SentResult = import('../snapshot/take-snapshot.ts').SnapshotResult & {
  readonly errorCode?: string | undefined;
};
