/**
 * Whether this thread's heap comes near the size at which V8 gives up, judged by V8's own figures.
 */

import { createRequire } from 'node:module';
import type * as V8 from 'node:v8';

// Taken at import, out of reach of what the application patches.
const requireModule = createRequire(process.execPath);
const nowMs = performance.now.bind(performance);

/** Of new objects. V8's limit counts them in, and it gives up when the others have filled the rest. */
const YOUNG_SPACES: readonly string[] = ['new_space', 'new_large_object_space'];
/** Up to Node 22, where there are 4 GiB of memory and more. */
const USUAL_YOUNG_MIB = 48;
const MIB = 1024 * 1024;
/** It comes near again once it was below for so much of the limit, and after a while, … */
const BACK_SHARE = 0.1;
const REST_MS = 300_000;
/** … or at once where it has grown by so much more. */
const FURTHER_SHARE = 0.04;
/** Two collections in a row would be a rare thing. */
const MAX_READS = 3;

export interface HeapReport {
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly nearLimit: number;
  readonly statistics: { readonly [name: string]: number };
  readonly spaces: readonly { name: string; usedBytes: number; sizeBytes: number }[];
}

type HeapFigures = Pick<typeof V8, 'getHeapSpaceStatistics' | 'getHeapStatistics'>;

let heapFigures: HeapFigures | undefined;

/** Loaded where a heap is first to be watched: it took 1 ms of every start (Node 20.20). */
function loadHeapFigures(): HeapFigures {
  if (heapFigures === undefined) {
    const { getHeapSpaceStatistics, getHeapStatistics } = requireModule('node:v8') as typeof V8;
    heapFigures = { getHeapSpaceStatistics, getHeapStatistics };
  }
  return heapFigures;
}

/** V8's limit for all objects. */
export function heapSizeLimitBytes(): number {
  return loadHeapFigures().getHeapStatistics().heap_size_limit;
}

/**
 * What objects may take that have lived for a while. V8's limit counts in what new ones may take,
 * from 3 MiB (256 MiB of memory, Node 20) to 192 (4 GiB, Node 24): `youngMib`, 0 as long as nobody
 * has said.
 */
export function heapLimitBytes(sizeLimitBytes: number, [youngMib]: Int32Array): number {
  return sizeLimitBytes - (youngMib || USUAL_YOUNG_MIB) * MIB;
}

export class HeapWatch {
  /** In all, with room that is not used. */
  totalBytes = 0;
  readonly #nearLimit: number;
  readonly #youngMib: Int32Array;
  #reportedBytes = 0;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #wasBelow = true;

  /** `nearLimit` is a share of the limit for old objects. */
  constructor(nearLimit: number, youngMib: Int32Array) {
    this.#nearLimit = nearLimit;
    this.#youngMib = youngMib;
  }

  /** A report when the heap has come near its limit. 0.003 ms where it is not (Node 20.20). */
  check(): HeapReport | null {
    const statistics = loadHeapFigures().getHeapStatistics();
    this.totalBytes = statistics.total_heap_size;
    const limitBytes = heapLimitBytes(statistics.heap_size_limit, this.#youngMib);
    const nearBytes = this.#nearLimit * limitBytes;
    const atMostBytes = statistics.used_heap_size;
    if (atMostBytes < nearBytes - BACK_SHARE * limitBytes) this.#wasBelow = true;
    if (atMostBytes < nearBytes) return null;
    const figures = readFigures();
    if (figures.usedBytes < nearBytes || !this.#isNews(figures.usedBytes, limitBytes)) return null;
    return { ...figures, limitBytes, nearLimit: this.#nearLimit };
  }

  #isNews(usedBytes: number, limitBytes: number): boolean {
    const isRested = this.#wasBelow && nowMs() - this.#reportedAtMs > REST_MS;
    if (!isRested && usedBytes < this.#reportedBytes + FURTHER_SHARE * limitBytes) return false;
    this.#wasBelow = false;
    this.#reportedBytes = usedBytes;
    this.#reportedAtMs = nowMs();
    return true;
  }
}

/**
 * Of one moment: the collector may come in between, and move to the old spaces what the statistics
 * of a moment before have not, or take from the heap what the spaces still have.
 */
function readFigures(): Pick<HeapReport, 'usedBytes' | 'statistics' | 'spaces'> {
  const { getHeapSpaceStatistics, getHeapStatistics } = loadHeapFigures();
  for (let triesLeft = MAX_READS - 1; ; triesLeft--) {
    const spaces = getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      usedBytes: space.space_used_size,
      sizeBytes: space.space_size,
    }));
    const statistics = { ...getHeapStatistics() };
    let usedBytes = 0;
    for (const space of spaces)
      if (!YOUNG_SPACES.includes(space.name)) usedBytes += space.usedBytes;
    if (usedBytes <= statistics.used_heap_size || triesLeft === 0) {
      return { usedBytes, statistics, spaces };
    }
  }
}
