/**
 * The state of the full-screen reader, which is plain data, and what it is at first. What keys make of
 * it stands in `press.ts`, `moves.ts`, `jumps.ts`, `prompt.ts` and `detail-keys.ts`; none of them
 * knows a terminal, and of events only what `Events` tells.
 */

import type { TimeFrame } from '../select/time-expression.ts';
import type { DetailRow } from './detail.ts';
import type { EventSet } from './event-set.ts';
import type { Hits } from './hits.ts';

/** What is looked for by a walk: `/`, the same trace, the same pattern. */
export type Sought = 'search' | 'trace' | 'pattern';

/** What the state may ask about events. */
export interface Events {
  /** Read so far. */
  readonly count: number;
  /** Those that pass filters and level. */
  readonly shown: EventSet;
  /** Warnings and worse, errors and worse. */
  readonly warnings: EventSet;
  readonly errors: EventSet;
  /** Those before which much more time passed than before most. */
  readonly gaps: EventSet;
  /** What times in a prompt are relative to. */
  readonly frame: TimeFrame;
  laneAt(index: number): number;
  indexAtTime(timeNs: bigint): number;
  /** Where something begins or ends: the first event of a thread after lost ones, the last of all. */
  readonly landmarks: readonly number[];
  /** Found so far for what the state looks for; null where it looks for nothing. */
  hits(sought: Sought): Hits | null;
  /** What the walk for the same trace or pattern as an event's would look for; null without one. */
  relationOf(sought: 'trace' | 'pattern', index: number): string | null;
  /** The lines of the event's tree. */
  detailRows(index: number, toggled: ReadonlySet<string>): readonly DetailRow[];
}

export interface Filter {
  /** A query as of `--where`, or `/` and a regular expression. */
  readonly text: string;
  readonly isOn: boolean;
}

export type PromptKind = 'search' | 'filter' | 'time' | 'columns';

export interface Prompt {
  readonly kind: PromptKind;
  readonly text: string;
  /** Code units before the cursor. */
  readonly cursor: number;
  /** What is wrong with the text, or empty. */
  readonly problem: string;
  /** The filter that is being changed, else a new one. */
  readonly filter: number | null;
  /** Place in the history of this kind of prompt, counted back; 0 is the text being typed. */
  readonly recalled: number;
}

export const CLOCKS = ['abs', 'delta', 'mark', 'crash', 'utc'] as const;
export type Clock = (typeof CLOCKS)[number];

export type CopyForm = 'line' | 'json' | 'key' | 'path' | 'value';

export type Pane = 'list' | 'detail' | 'filters' | 'help';

/** Something that only the terminal can do, once. */
export type Request =
  | { readonly kind: 'copy'; readonly form: CopyForm }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'suspend' };

export interface View {
  /** The event that the user went to, and the one that stands for it while it is hidden. */
  readonly anchor: number;
  readonly chosen: number;
  /** The line that the chosen event is on, from 0; fewer where there is nothing above. */
  readonly line: number;
  /** Lines for events, or for another pane. */
  readonly heightLines: number;
  /** Columns scrolled away on the left of the texts. */
  readonly leftColumns: number;
  /** Whether the newest event is chosen until a key is pressed. */
  readonly isAtEnd: boolean;
  readonly pane: Pane;
  /** Of help or filters: the first line, the chosen filter. */
  readonly scrolledLines: number;
  readonly chosenFilter: number;
  /** Of the detail: the chosen row, the first one shown, and what is not as it is at first. */
  readonly row: number;
  readonly topRow: number;
  readonly toggled: ReadonlySet<string>;
  readonly prompt: Prompt | null;
  readonly history: { readonly [kind in PromptKind]: readonly string[] };
  readonly filters: readonly Filter[];
  readonly areFiltersOn: boolean;
  /** Events below are hidden; 1 shows all. */
  readonly minSeverity: number;
  readonly sought: { readonly [kind in Sought]: string | null };
  /** A jump that waits for its walk. */
  readonly pending: { readonly sought: Sought; readonly step: 1 | -1 } | null;
  readonly marks: readonly number[];
  readonly visited: readonly number[];
  readonly unvisited: readonly number[];
  readonly clock: Clock;
  /** Names of fields that stand in columns of their own. */
  readonly columns: readonly string[];
  readonly hasHistogram: boolean;
  /** Whether the next key says what to copy. */
  readonly isCopying: boolean;
  /** For the status line; a key clears it. */
  readonly message: string;
  readonly request: Request | null;
  readonly isDone: boolean;
}

/** A name of a special key (`up`, `ctrl-f`), or the character typed. */
export type Key = string;

export interface FirstLook {
  readonly heightLines: number;
  readonly clock: Clock;
  readonly isAtEnd: boolean;
  readonly filters: readonly string[];
  readonly minSeverity: number;
  readonly hasHistogram: boolean;
}

export function firstView(look: FirstLook): View {
  return {
    anchor: 0,
    chosen: 0,
    line: 0,
    heightLines: look.heightLines,
    leftColumns: 0,
    isAtEnd: look.isAtEnd,
    pane: 'list',
    scrolledLines: 0,
    chosenFilter: 0,
    row: 0,
    topRow: 0,
    toggled: new Set(),
    prompt: null,
    history: { search: [], filter: [], time: [], columns: [] },
    filters: look.filters.map((text) => ({ text, isOn: true })),
    areFiltersOn: true,
    minSeverity: look.minSeverity,
    sought: { search: null, trace: null, pattern: null },
    pending: null,
    marks: [],
    visited: [],
    unvisited: [],
    clock: look.clock,
    columns: [],
    hasHistogram: look.hasHistogram,
    isCopying: false,
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
  if (draft !== null && draft.problem === '' && draft.text.trim() !== '') texts.push(draft.text);
  return texts;
}
