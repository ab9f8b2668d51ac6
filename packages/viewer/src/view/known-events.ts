/**
 * What is known of the events at a moment, as the state asks for it and as it is drawn: the index,
 * what walks have found, and which events pass.
 */

import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { timeFrame } from '../select/plan.ts';
import type { TimeFrame } from '../select/time-expression.ts';
import { type DetailNode, type DetailRow, detailRows, detailTree } from './detail.ts';
import { ERROR_SEVERITY, type EventIndex, WARN_SEVERITY } from './event-index.ts';
import { EventReader } from './event-reader.ts';
import { EventSet } from './event-set.ts';
import type { Hits } from './hits.ts';
import { activeFilters, type Events, type Sought, type View } from './model.ts';
import { patternOf, type WalkKey, Walks } from './walks.ts';

/** A pause this many times as long as others are on average is a gap. */
const GAP_FACTOR = 20n;

const SOUGHT: readonly Sought[] = ['search', 'trace', 'pattern'];

export class KnownEvents implements Events {
  readonly index: EventIndex;
  readonly reader: EventReader;
  readonly frame: TimeFrame;
  shown: EventSet;
  gaps: EventSet = new EventSet();
  /** Events of lossy threads up to here have lost ones among them; 0 where nothing was overwritten. */
  lostUpTo = 0;
  landmarks: readonly number[] = [];
  readonly #walks: Walks;
  #sought: View['sought'] = { search: null, trace: null, pattern: null };
  #placedCount = 0;
  #tree: { readonly index: number; readonly nodes: readonly DetailNode[] } | null = null;

  constructor(index: EventIndex, files: readonly RecordingFile[], utc: boolean) {
    this.index = index;
    this.reader = new EventReader(index);
    this.frame = timeFrame(files, utc);
    this.#walks = new Walks(index, this.frame);
    this.shown = index.atLeast(1);
  }

  get count(): number {
    return this.index.count;
  }

  get warnings(): EventSet {
    return this.index.atLeast(WARN_SEVERITY);
  }

  get errors(): EventSet {
    return this.index.atLeast(ERROR_SEVERITY);
  }

  /** Brings all up to date with what the state asks for and what has been read and found. */
  refresh(view: View): void {
    const { index } = this;
    let shown = index.atLeast(view.minSeverity);
    const filters = activeFilters(view).map((text): WalkKey => ({ kind: 'filter', text }));
    this.#sought = view.sought;
    if (index.isComplete) {
      const sought = SOUGHT.flatMap((kind): WalkKey[] => {
        const text = view.sought[kind];
        return text === null ? [] : [{ kind, text }];
      });
      this.#walks.want([...filters, ...sought], Math.min(view.anchor, index.count - 1));
      for (const key of filters) {
        const hits = this.#walks.hits(key);
        if (hits !== null) shown = shown.and(hits.found);
      }
    }
    this.shown = shown;
    if (this.#placedCount !== index.count) {
      this.#placedCount = index.count;
      this.#placeLosses();
      this.#placeGaps();
    }
  }

  /** Goes on with what is searched for until it is late; whether there is more to do. */
  run(isLate: () => boolean): boolean {
    return this.index.isComplete && this.#walks.run(isLate);
  }

  get progress(): number | null {
    return this.#walks.progress;
  }

  laneAt(index: number): number {
    return this.index.laneAt(index);
  }

  indexAtTime(timeNs: bigint): number {
    return this.index.indexAtTime(timeNs);
  }

  hits(sought: Sought): Hits | null {
    const text = this.#sought[sought];
    return text === null ? null : this.#walks.hits({ kind: sought, text });
  }

  relationOf(sought: 'trace' | 'pattern', index: number): string | null {
    const event = this.reader.readOne(index)?.event;
    if (event === undefined) return null;
    return sought === 'trace' ? (event.traceId ?? null) : patternOf(event.logger, event.message);
  }

  detailRows(index: number, toggled: ReadonlySet<string>): readonly DetailRow[] {
    if (this.#tree?.index !== index) {
      const sourced = this.reader.readOne(index);
      this.#tree = { index, nodes: sourced === undefined ? [] : detailTree(sourced) };
    }
    return detailRows(this.#tree.nodes, toggled);
  }

  /** The event, where it can still be read. */
  eventAt(index: number): SourcedEvent | undefined {
    return this.reader.readOne(index);
  }

  /**
   * Newer events overwrite the oldest of their thread, warnings last: so what a thread lost is
   * before the first event below warning that it still has.
   */
  #placeLosses(): void {
    const { index } = this;
    const ends: number[] = [];
    for (const [lane, { file, threadId }] of index.lanes.entries()) {
      const thread = file.recording.threads.find(({ id }) => id === threadId);
      const first = index.firstMinorOf[lane];
      if (first !== undefined && (thread?.losses.overwritten ?? 0) > 0) ends.push(first);
    }
    this.lostUpTo = Math.max(0, ...ends);
    this.landmarks = index.count === 0 ? ends : [...ends, index.count - 1];
  }

  #placeGaps(): void {
    const { index } = this;
    const gaps = new EventSet();
    if (index.count > 1) {
      const spanNs = index.timeNsAt(index.count - 1) - index.timeNsAt(0);
      let at = index.pauses.next(0);
      while (at !== undefined) {
        const pauseNs = index.timeNsAt(at) - index.timeNsAt(at - 1);
        if (pauseNs * BigInt(index.count) >= (spanNs - pauseNs) * GAP_FACTOR) gaps.add(at);
        at = index.pauses.next(at + 1);
      }
    }
    this.gaps = gaps;
  }
}
