/**
 * The state of the full-screen reader, which is plain data, and what it is at first. What keys make of
 * it stands in `press.ts`, `moves.ts`, `jumps.ts`, `prompt.ts` and `detail-keys.ts`; none of them
 * knows a terminal, and of events only what `Events` tells.
 */

import type { Pattern } from '../digest/patterns.ts';
import type { WrittenFormat } from '../format/export-format.ts';
import type { TimeFrame } from '../select/time-expression.ts';
import type { DetailRow } from './detail.ts';
import type { EventSet } from './event-set.ts';
import type { Hits } from './hits.ts';
import type { TimeWindow } from './time-parts.ts';
import type { TimelineRow } from './timeline.ts';

/** What is looked for by a walk: `/`, the same trace, the same pattern. */
export type Sought = 'search' | 'trace' | 'pattern';

/** What the state may ask about events. */
export interface Events {
  /** Read so far. */
  readonly count: number;
  /** Those on the list: what passes filters and level, and what is shown around it. */
  readonly shown: EventSet;
  /** Warnings and worse, errors and worse. */
  readonly warnings: EventSet;
  readonly errors: EventSet;
  /** Those before which much more time passed than before most. */
  readonly gaps: EventSet;
  /** What times in a prompt are relative to. */
  readonly frame: TimeFrame;
  /** From the first event to the last. */
  readonly wholeTime: TimeWindow;
  laneAt(index: number): number;
  timeNsAt(index: number): bigint;
  indexAtTime(timeNs: bigint): number;
  /** Where something begins or ends: the first event of a thread after lost ones, the last of all. */
  readonly landmarks: readonly number[];
  /** Found so far for what the state looks for; null where it looks for nothing. */
  hits(sought: Sought): Hits | null;
  /** What the walk for the same trace or pattern as an event's would look for; null without one. */
  relationOf(sought: 'trace' | 'pattern', index: number): string | null;
  /** Of the shown events, the most frequent first; null until all are known. */
  readonly patterns: readonly Pattern[] | null;
  /** Threads, and below them the spans that are shown. */
  timelineRows(view: View): readonly TimelineRow[];
  /** What the recordings are, in lines. */
  readonly infoLines: readonly string[];
  /** The lines of the event's tree. */
  detailRows(index: number, toggled: ReadonlySet<string>): readonly DetailRow[];
}

export interface Filter {
  /** A query as of `--where`, or `/` and a regular expression. */
  readonly text: string;
  readonly isOn: boolean;
}

export type PromptKind = 'search' | 'filter' | 'time' | 'columns' | 'hidden' | 'pipe' | 'command';

export interface Prompt {
  readonly kind: PromptKind;
  readonly text: string;
  /** Code units before the cursor. */
  readonly cursor: number;
  /** What is wrong with the text, or empty. */
  readonly problem: string;
  /** What it may be completed to, or empty. */
  readonly choice: string;
  /** The filter that is being changed, else a new one. */
  readonly filter: number | null;
  /** Of a search: whether it goes down or up. */
  readonly step: 1 | -1;
  /** Place in the history of this kind of prompt, counted back; 0 is the text being typed. */
  readonly recalled: number;
}

export const CLOCKS = ['abs', 'delta', 'mark', 'crash', 'utc'] as const;
export type Clock = (typeof CLOCKS)[number];

export const THEMES = ['colour', 'plain'] as const;
export type Theme = (typeof THEMES)[number];

export type CopyForm = 'line' | 'json' | 'key' | 'path' | 'value' | 'marked';

export interface PlacedMark {
  readonly index: number;
  /** One letter, or empty. */
  readonly name: string;
}

/** What the next key says: what to copy, what a mark is called, which mark to go to. */
export type Awaited = 'copy' | 'mark-name' | 'mark-wanted';

export type Pane = 'list' | 'detail' | 'filters' | 'patterns' | 'timeline' | 'info' | 'help';

/** In a pane of rows: the chosen one, and the first one shown. */
export interface RowPlace {
  readonly row: number;
  readonly topRow: number;
}

export const FIRST_ROW: RowPlace = { row: 0, topRow: 0 };

/** Digits that may say how often or how far the next key goes. */
export interface Count {
  readonly digits: string;
  /** The levels that were shown before the only digit changed them; null where it did not. */
  readonly levelsBefore: Pick<View, 'minSeverity' | 'isOnlyLevel'> | null;
}

/** A row of what is shown, from 1, or so much of the way, from 0 to 100. */
export type Going =
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'share'; readonly percent: number };

export interface WriteTarget {
  readonly path: string;
  readonly format: WrittenFormat;
  /** Whether a file that is there is replaced. */
  readonly isForced: boolean;
}

/** Something that only the terminal can do, once. */
export type Request =
  | { readonly kind: 'copy'; readonly form: CopyForm }
  | { readonly kind: 'edit' }
  | { readonly kind: 'pipe'; readonly command: string }
  | ({ readonly kind: 'write' } & WriteTarget)
  | { readonly kind: 'redraw' }
  | { readonly kind: 'suspend' };

/** Epoch nanoseconds. */
export interface TimelineView {
  /** What is shown; null for all. */
  readonly window: TimeWindow | null;
  /** Where the cursor is; null at the chosen event. */
  readonly atNs: bigint | null;
  /** The stretch being measured. */
  readonly fromNs: bigint | null;
  readonly toNs: bigint | null;
}

export interface View {
  /** The event that the user went to, and the one that stands for it while it is hidden. */
  readonly anchor: number;
  readonly chosen: number;
  /** The line that the chosen event is on, from 0; fewer where there is nothing above. */
  readonly line: number;
  /** Lines for events, or for another pane. */
  readonly heightLines: number;
  /** Of the terminal. */
  readonly widthColumns: number;
  /** Events on the screen: fewer than lines where rows are wrapped. */
  readonly screenEvents: number;
  /** Columns scrolled away on the left of the texts. */
  readonly leftColumns: number;
  /** Whether the newest event is chosen until a key is pressed. */
  readonly isAtEnd: boolean;
  readonly pane: Pane;
  /** In the event as a tree, and what of it is not as it is at first. */
  readonly inDetail: RowPlace;
  readonly toggled: ReadonlySet<string>;
  /** In any other pane. */
  readonly inPane: RowPlace;
  /** Whether the event stands below the list, and how many lines it has. */
  readonly isSplit: boolean;
  readonly detailLines: number;
  readonly prompt: Prompt | null;
  readonly history: { readonly [kind in PromptKind]: readonly string[] };
  readonly filters: readonly Filter[];
  readonly areFiltersOn: boolean;
  /** Events below are hidden; 1 shows all. */
  readonly minSeverity: number;
  /** Whether those of higher levels are hidden as well. */
  readonly isOnlyLevel: boolean;
  /** Events shown before and after each that passes filters and level. */
  readonly contextEvents: number;
  readonly sought: { readonly [kind in Sought]: string | null };
  /** Where `n` goes. */
  readonly searchStep: 1 | -1;
  /** A jump that waits for its walk, and how many hits it is to go. */
  readonly pending: {
    readonly sought: Sought;
    readonly step: 1 | -1;
    readonly times: number;
  } | null;
  /** In the order in which they were made. */
  readonly marks: readonly PlacedMark[];
  /** An event that stays above the list. */
  readonly pinned: number | null;
  readonly visited: readonly number[];
  readonly unvisited: readonly number[];
  readonly clock: Clock;
  /** Null as it was at the start. */
  readonly theme: Theme | null;
  /** Names of fields that stand in columns of their own. */
  readonly columns: readonly string[];
  /** Names of fields and bindings that the list leaves out. */
  readonly hiddenFields: readonly string[];
  /** Whether rows take as many lines as they need, and whether they begin with their number. */
  readonly isWrapped: boolean;
  readonly hasNumbers: boolean;
  readonly hasHistogram: boolean;
  /** Whether wheel and clicks come here, and not to the terminal. */
  readonly hasMouse: boolean;
  /** Whether there may be more events later, and whether they are asked for. */
  readonly canFollow: boolean;
  readonly isFollowing: boolean;
  readonly timeline: TimelineView;
  readonly awaited: Awaited | null;
  readonly count: Count | null;
  /** Where to go once it is known what is shown. */
  readonly going: Going | null;
  /** For the status line; a key clears it. */
  readonly message: string;
  readonly request: Request | null;
  readonly isDone: boolean;
}

/** A name of a special key (`up`, `ctrl-f`), or the character typed. */
export type Key = string;

export interface FirstLook {
  readonly heightLines: number;
  readonly widthColumns: number;
  readonly clock: Clock;
  readonly isAtEnd: boolean;
  readonly filters: readonly string[];
  readonly minSeverity: number;
  readonly contextEvents: number;
  readonly hasHistogram: boolean;
  readonly canFollow: boolean;
}

export function firstView(look: FirstLook): View {
  return {
    anchor: 0,
    chosen: 0,
    line: 0,
    heightLines: look.heightLines,
    widthColumns: look.widthColumns,
    screenEvents: look.heightLines,
    leftColumns: 0,
    isAtEnd: look.isAtEnd,
    pane: 'list',
    inDetail: FIRST_ROW,
    toggled: new Set(),
    inPane: FIRST_ROW,
    isSplit: false,
    detailLines: look.heightLines,
    prompt: null,
    history: { search: [], filter: [], time: [], columns: [], hidden: [], pipe: [], command: [] },
    filters: look.filters.map((text) => ({ text, isOn: true })),
    areFiltersOn: true,
    minSeverity: look.minSeverity,
    isOnlyLevel: false,
    contextEvents: look.contextEvents,
    sought: { search: null, trace: null, pattern: null },
    searchStep: 1,
    pending: null,
    marks: [],
    pinned: null,
    visited: [],
    unvisited: [],
    clock: look.clock,
    theme: null,
    columns: [],
    hiddenFields: [],
    isWrapped: false,
    hasNumbers: false,
    hasHistogram: look.hasHistogram,
    hasMouse: false,
    canFollow: look.canFollow,
    isFollowing: false,
    timeline: { window: null, atNs: null, fromNs: null, toNs: null },
    awaited: null,
    count: null,
    going: null,
    message: '',
    request: null,
    isDone: false,
  };
}

/** The filters that count, with the one that is being typed. */
export function activeFilters(view: View): string[] {
  const { prompt } = view;
  const draft = prompt?.kind === 'filter' ? prompt : null;
  const texts = view.filters
    .filter(({ isOn }, index) => isOn && view.areFiltersOn && index !== draft?.filter)
    .map(({ text }) => text);
  const isQuery = draft !== null && draft.problem === '' && !/^[\s!]*$/.test(draft.text);
  if (isQuery) texts.push(draft.text);
  return texts;
}
