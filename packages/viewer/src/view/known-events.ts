/**
 * What is known of the events at a moment, as the state asks for it and as it is drawn: the index,
 * what walks have found, and which events pass.
 */

import type { Pattern } from '../digest/patterns.ts';
import type { TraceTree } from '../digest/trace-tree.ts';
import { cardText } from '../format/card.ts';
import { palette } from '../format/colour.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { timeFrame } from '../select/plan.ts';
import type { TimeFrame } from '../select/time-expression.ts';
import { type DetailNode, type DetailRow, detailRows, detailTree } from './detail.ts';
import { type Digest, patternDigest, spanDigest } from './digests.ts';
import { ERROR_SEVERITY, type EventIndex, FATAL_SEVERITY, WARN_SEVERITY } from './event-index.ts';
import { EventReader } from './event-reader.ts';
import { EventSet } from './event-set.ts';
import type { Hits } from './hits.ts';
import { patternOf } from './message-pattern.ts';
import { activeFilters, type Events, type Pane, type Sought, type View } from './model.ts';
import type { TimeWindow } from './time-parts.ts';
import {
  type LaneCells,
  laneCells,
  laneWidth,
  rowsOf,
  type TimelineRow,
  windowOf,
} from './timeline.ts';
import { type WalkKey, Walks } from './walks.ts';

/** A pause this many times as long as others are on average is a gap. */
const GAP_FACTOR = 20n;

/** Severity numbers of a level. */
const SEVERITIES_A_LEVEL = 4;

const SOUGHT: readonly Sought[] = ['search', 'trace', 'pattern'];

export class KnownEvents implements Events {
  readonly index: EventIndex;
  readonly reader: EventReader;
  readonly frame: TimeFrame;
  /** Those that pass filters and level. */
  matched: EventSet;
  shown: EventSet;
  gaps: EventSet = new EventSet();
  /** Events of lossy threads up to here have lost ones among them; 0 where nothing was overwritten. */
  lostUpTo = 0;
  landmarks: readonly number[] = [];
  readonly #walks: Walks;
  #filtered: EventSet | null = null;
  #sought: View['sought'] = { search: null, trace: null, pattern: null };
  #placedCount = 0;
  /** By thread: the first event that nothing was lost behind. */
  #lossEnds: (number | undefined)[] = [];
  #cells: { readonly of: string; readonly cells: LaneCells } | null = null;
  #infoLines: readonly string[] | null = null;
  #pane: Pane = 'list';
  #patterns: (Digest<readonly Pattern[]> & { readonly of: string }) | null = null;
  #spans: Digest<readonly TraceTree[]> | null = null;
  #tree: { readonly index: number; readonly nodes: readonly DetailNode[] } | null = null;

  constructor(index: EventIndex, files: readonly RecordingFile[], utc: boolean) {
    this.index = index;
    this.reader = new EventReader(index);
    this.frame = timeFrame(files, utc);
    this.#walks = new Walks(index, this.frame);
    this.matched = index.atLeast(1);
    this.shown = this.matched;
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
    const { minSeverity, contextEvents } = view;
    let shown = index.atLeast(minSeverity);
    if (view.isOnlyLevel && minSeverity < FATAL_SEVERITY) {
      shown = shown.without(index.atLeast(minSeverity + SEVERITIES_A_LEVEL));
    }
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
        if (hits === null) continue;
        // Made anew for every picture while a filter is walked for.
        this.#filtered = shown.and(hits.found, this.#filtered);
        shown = this.#filtered;
      }
    }
    this.matched = shown;
    const isWidened = contextEvents > 0 && shown.count < index.count;
    this.shown = isWidened ? shown.widened(contextEvents, index.count) : shown;
    this.#pane = view.pane;
    if (index.isComplete) this.#wantDigest(view, filters);
    if (this.#placedCount !== index.count) {
      this.#placedCount = index.count;
      this.#placeLosses();
      this.#placeGaps();
    }
  }

  /** Goes on with what is searched for until it is late; whether there is more to do. */
  run(isLate: () => boolean): boolean {
    if (!this.index.isComplete) return false;
    if (this.#walks.run(isLate)) return true;
    for (let digest = this.#digest(); digest !== null; digest = this.#digest()) {
      if (!digest.steps.next().done && isLate()) return true;
    }
    return false;
  }

  get progress(): number | null {
    return this.#walks.progress;
  }

  /** How far what the pane shows is worked out; null where it is. */
  get digestProgress(): number | null {
    return this.#digest()?.progress ?? null;
  }

  get patterns(): readonly Pattern[] | null {
    return this.#patterns?.result ?? null;
  }

  timelineRows(view: View): readonly TimelineRow[] {
    const trees = this.#spans?.result ?? [];
    return rowsOf(this.index.lanes.length, trees, windowOf(view, this));
  }

  /** Of the timeline, as far as they are known; null where it is not looked at. */
  get laneCells(): LaneCells | null {
    return this.#cells?.cells ?? null;
  }

  /** From when on nothing of a thread was overwritten; null where nothing was. */
  completeFromNs(lane: number): bigint | null {
    const end = this.#lossEnds[lane];
    return end === undefined ? null : this.index.timeNsAt(end);
  }

  get infoLines(): readonly string[] {
    this.#infoLines ??= this.index.files.flatMap((file) => {
      const card = cardText(file, this.index.summaryOf(file), palette(false), this.frame.utc);
      return [...card.trimEnd().split('\n'), ''];
    });
    return this.#infoLines;
  }

  #digest(): Pick<Digest<unknown>, 'progress' | 'steps'> | null {
    if (this.#pane === 'patterns') return this.#patterns?.result === null ? this.#patterns : null;
    if (this.#pane !== 'timeline') return null;
    const cells = this.#cells?.cells;
    if (cells !== undefined && cells.progress < 1) return cells;
    return this.#spans?.result === null ? this.#spans : null;
  }

  /** Kept while the same is asked for: the cursor moves over it. */
  #wantCells(view: View, filters: readonly WalkKey[]): void {
    const window = windowOf(view, this);
    const width = laneWidth(view.widthColumns);
    const { minSeverity, isOnlyLevel } = view;
    const asked = [filters, this.shown.count, minSeverity, isOnlyLevel, width];
    const of = `${JSON.stringify(asked)} ${window.fromNs} ${window.toNs}`;
    if (this.#cells?.of === of) return;
    this.#cells = { of, cells: laneCells(this.index, this.shown, window, width) };
  }

  /** Begins what a pane shows, unless it is there: of the patterns for the events shown now. */
  #wantDigest(view: View, filters: readonly WalkKey[]): void {
    if (view.pane === 'timeline') {
      this.#spans ??= spanDigest(this.index);
      this.#wantCells(view, filters);
    }
    if (view.pane !== 'patterns' || this.#walks.progress !== null) return;
    const of = JSON.stringify([filters, view.minSeverity, view.isOnlyLevel]);
    if (this.#patterns?.of !== of) {
      this.#patterns = Object.assign(patternDigest(this.index, this.matched), { of });
    }
  }

  laneAt(index: number): number {
    return this.index.laneAt(index);
  }

  timeNsAt(index: number): bigint {
    return this.index.timeNsAt(index);
  }

  get wholeTime(): TimeWindow {
    const { index } = this;
    if (index.count === 0) return { fromNs: 0n, toNs: 0n };
    return { fromNs: index.timeNsAt(0), toNs: index.timeNsAt(index.count - 1) };
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
    this.#lossEnds = [];
    for (const [lane, { file, threadId }] of index.lanes.entries()) {
      const thread = file.recording.threads.find(({ id }) => id === threadId);
      const first = index.firstMinorOf[lane];
      if (first === undefined || (thread?.losses.overwritten ?? 0) === 0) continue;
      ends.push(first);
      this.#lossEnds[lane] = first;
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
