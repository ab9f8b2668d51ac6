/**
 * The walks through a recording that filters, searches and jumps need, in slices between keys. What
 * has been found is kept while anything refers to it, so that switching a filter costs no walk.
 */

import type { EventTest } from '../select/field-match.ts';
import { parseGrep } from '../select/grep.ts';
import type { TimeFrame } from '../select/time-expression.ts';
import type { EventIndex, WalkQuery } from './event-index.ts';
import { parseFilter } from './filters.ts';
import { Hits } from './hits.ts';
import { patternTest } from './message-pattern.ts';
import type { Sought } from './model.ts';

/** What is walked for, by a key that says it all. */
interface Walk {
  readonly hits: Hits;
  readonly steps: Generator<void>;
}

/** Walks of filters that nothing refers to at the moment. */
const MAX_SPARE = 8;

export class Walks {
  readonly #index: EventIndex;
  readonly #frame: TimeFrame;
  /** The one asked for longest ago is the first. */
  readonly #walks = new Map<string, Walk>();
  #wanted: readonly string[] = [];

  constructor(index: EventIndex, frame: TimeFrame) {
    this.#index = index;
    this.#frame = frame;
  }

  /** Says which walks are needed, the most urgent first. They begin at `start`, if they have not yet. */
  want(wanted: readonly WalkKey[], start: number): void {
    this.#wanted = wanted.map(keyText);
    wanted.forEach((key, place) => {
      const text = this.#wanted[place];
      const walk = this.#walks.get(text) ?? this.#begin(key, start);
      this.#walks.delete(text);
      this.#walks.set(text, walk);
    });
    for (const text of this.#walks.keys()) {
      if (this.#walks.size <= wanted.length + MAX_SPARE) return;
      this.#walks.delete(text);
    }
  }

  /** What has been found so far; null where it was never wanted. */
  hits(key: WalkKey): Hits | null {
    return this.#walks.get(keyText(key))?.hits ?? null;
  }

  /** Goes on until it is late; whether there is more to do. */
  run(isLate: () => boolean): boolean {
    for (const text of this.#wanted) {
      const walk = this.#walks.get(text);
      while (walk !== undefined && !walk.hits.isComplete) {
        if (walk.steps.next().done) walk.hits.isComplete = true;
        if (isLate()) return true;
      }
    }
    return false;
  }

  /** How far the first walk is that is not complete, or null. */
  get progress(): number | null {
    for (const text of this.#wanted) {
      const walk = this.#walks.get(text);
      if (walk !== undefined && !walk.hits.isComplete) return walk.hits.progress;
    }
    return null;
  }

  #begin(key: WalkKey, start: number): Walk {
    const hits = new Hits(start);
    return { hits, steps: seek(this.#index, hits, wantedBy(key, this.#frame)) };
  }
}

export interface WalkKey {
  readonly kind: 'filter' | Sought;
  readonly text: string;
}

function keyText({ kind, text }: WalkKey): string {
  return `${kind} ${text}`;
}

/** What the reader may leave out, and what is asked of the rest. */
interface Wanted {
  readonly query: WalkQuery;
  readonly test: EventTest;
}

const ALL: WalkQuery = { minLevel: 0 };

function wantedBy({ kind, text }: WalkKey, frame: TimeFrame): Wanted {
  switch (kind) {
    case 'filter': {
      const { test, bounds, title, isAnswered } = parseFilter(text)(frame);
      const query: WalkQuery =
        title === null ? { minLevel: bounds.minSeverity } : { minLevel: bounds.minSeverity, title };
      const isByTime = bounds.sinceNs !== null || bounds.untilNs !== null;
      return { query, test: isAnswered && !isByTime ? () => true : test };
    }
    case 'search':
      return { query: ALL, test: parseGrep(text) };
    case 'trace':
      return { query: ALL, test: ({ traceId }) => traceId === text };
    case 'pattern':
      return { query: { minLevel: 0, title: patternTest(text) }, test: () => true };
  }
}

/** From the start on to the end, then what is before the start. */
function* seek(index: EventIndex, hits: Hits, { query, test }: Wanted): Generator<void> {
  const { start, found } = hits;
  for (const walked of index.walk(start, query)) {
    if (walked === undefined) yield;
    else {
      hits.reached = walked.index;
      hits.progress = (walked.index - start) / index.count;
      if (test(walked.event, walked.file)) found.add(walked.index);
    }
  }
  hits.reached = index.count;
  hits.hasReachedEnd = true;
  if (start === 0) return;
  for (const walked of index.walk(0, query)) {
    if (walked === undefined) yield;
    else {
      if (walked.index >= start) return;
      hits.progress = (index.count - start + walked.index) / index.count;
      if (test(walked.event, walked.file)) found.add(walked.index);
    }
  }
}
