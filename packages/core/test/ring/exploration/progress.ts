// How far a walked thread has come: what it has seen since it began, and with that, what it does
// next. A generator cannot be set back, so one that has gone on is replaced by a new one that is
// shown the same. What was seen within a call is forgotten with it, all but its result: two ways
// through a function that come back with the same lead to one and the same place.

import { serialize } from 'node:v8';
import type { Call, Step, Steps, Yielded } from './access.ts';

/** More steps than any program here takes. */
const MAX_STEPS = 2_000;

/** Sent in instead of what a step saw, where the call is cut off there. */
export const CUT: unique symbol = Symbol('cut');

export interface Progress {
  readonly id: number;
  readonly thread: number;
  readonly parent: Passing | null;
  readonly seen: unknown;
  readonly depth: number;
  /** null: it has ended. */
  readonly step: Step | null;
  readonly error: Error | null;
  readonly next: Map<unknown, Progress>;
  /** The walk that stands right here, until it goes on. */
  walk: Steps<void> | null;
}

/** Where a walk stands whose call has just begun, or is just over. */
type Passing = Omit<Progress, 'step'> & { readonly step: Step | Call | null };

export class Walks {
  readonly #programs: readonly (() => Steps<void>)[];
  /** By the place that a call began at, and what it came back with. */
  readonly #returned = new Map<string, Progress>();
  #count = 0;

  constructor(programs: readonly (() => Steps<void>)[]) {
    this.#programs = programs;
  }

  begin(thread: number): Progress {
    const walk = this.#programs[thread]();
    return this.#settle(this.#progress(thread, null, undefined, walk, () => walk.next()));
  }

  /** Where a thread comes that sees this at its next step. */
  follow(progress: Progress, seen: unknown): Progress {
    const key = seen instanceof Uint8Array ? Buffer.from(seen).toString('latin1') : seen;
    let next = progress.next.get(key);
    if (next === undefined) {
      next = this.#settle(this.#goOn(progress, seen));
      progress.next.set(key, next);
    }
    return next;
  }

  #goOn(from: Passing, seen: unknown): Passing {
    const walk = from.walk ?? this.#replay(from);
    from.walk = null;
    return this.#progress(from.thread, from, seen, walk, () => send(walk, seen));
  }

  /** Goes into calls, and out of them. */
  #settle(passing: Passing): Progress {
    const { step } = passing;
    if (step?.[0] === 'enter') return this.#settle(this.#goOn(passing, passing.id));
    if (step?.[0] !== 'leave') return passing as Progress;
    const key = `${step[1]} ${serialize(step[2]).toString('latin1')}`;
    let next = this.#returned.get(key);
    if (next === undefined) {
      next = this.#settle(this.#goOn(passing, undefined));
      this.#returned.set(key, next);
    }
    return next;
  }

  /** A walk of the same thread that has seen the same. */
  #replay(progress: Passing): Steps<void> {
    const seen: unknown[] = [];
    for (let one = progress; one.parent !== null; one = one.parent) seen.push(one.seen);
    const walk = this.#programs[progress.thread]();
    walk.next();
    while (seen.length > 0) send(walk, seen.pop());
    return walk;
  }

  #progress(
    thread: number,
    parent: Passing | null,
    seen: unknown,
    walk: Steps<void>,
    go: () => IteratorResult<Yielded, void>,
  ): Passing {
    let step: Yielded | null = null;
    let error: Error | null = null;
    const depth = (parent?.depth ?? 0) + 1;
    try {
      const result = go();
      if (!result.done) step = result.value;
      if (depth > MAX_STEPS) throw new Error('it does not come to an end');
    } catch (thrown) {
      error = thrown as Error;
    }
    return { id: ++this.#count, thread, parent, seen, depth, step, error, next: new Map(), walk };
  }
}

function send(walk: Steps<void>, seen: unknown): IteratorResult<Yielded, void> {
  return seen === CUT ? walk.throw(CUT as unknown as Error) : walk.next(seen);
}
