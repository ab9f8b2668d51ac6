// Walks every interleaving of a few threads over the ring's own code, each access to memory that
// they share a step by itself. A state that was met before is not walked again: that is, the same
// bytes in memory, and every thread having seen the same since it began.

import type { Step, Steps } from './access.ts';
import { LiveMemory, mixed } from './live-memory.ts';
import { CUT, type Progress, Walks } from './progress.ts';
import { StateSet } from './state-set.ts';

export interface WalkedThread {
  readonly name: string;
  /** Begins anew as often as it is called, and always in the same way. */
  readonly program: () => Steps<void>;
  /** It may be terminated before any of its steps. */
  readonly mayDie?: boolean;
  /** It begins when the thread of this index has died. */
  readonly afterDeathOf?: number;
  /** Calls may be cut off behind any step, as a `vm` timeout does; the program goes on. */
  readonly mayBeCut?: boolean;
}

export interface Exploration {
  readonly ring: ArrayBufferLike;
  readonly look: (memory: LiveMemory) => string;
  readonly threads: readonly WalkedThread[];
  /** Whether an access finds what the thread has left there, since nobody else may write to it. */
  readonly isOwn: (thread: number, step: Step, memory: LiveMemory) => boolean;
  /** Throws where a step breaks the protocol, right before it is done. */
  readonly checkStep: (
    thread: number,
    step: Step,
    memory: LiveMemory,
    dead: ReadonlySet<number>,
  ) => void;
  /** Throws where what is left when nobody can go on is wrong. `dead` are indexes. */
  readonly checkEnd: (memory: LiveMemory, dead: ReadonlySet<number>) => void;
}

export interface Explored {
  readonly states: number;
  readonly endings: number;
  /** The first broken assertion, with the schedule that led there. */
  readonly failure: string | null;
}

/** `maxSwitches`: how often a thread that could go on is kept waiting for another one, at most. */
export function explore(
  exploration: Exploration,
  maxSwitches: number = Number.POSITIVE_INFINITY,
): Explored {
  return new Explorer(exploration, maxSwitches).run();
}

class Failure extends Error {}

class Explorer {
  readonly #exploration: Exploration;
  readonly #memory: LiveMemory;
  readonly #maxSwitches: number;
  readonly #walks: Walks;
  readonly #roots: Progress[];
  readonly #states = new StateSet();
  /** The same with whose turn it was and after how many switches, where these are bounded. */
  readonly #visited = new StateSet();
  /** The words that one thread writes and another one reads; an access to others is no step. */
  readonly #shared: Uint8Array;
  readonly #readers: Uint32Array;
  readonly #writers: Uint32Array;
  #isSharedComplete = true;
  #endings = 0;
  #failure: string | null = null;
  #now: Progress[] = [];
  #dead = new Set<number>();
  /** Whose turn it is, and how often it was taken from somebody. */
  #turn = -1;
  #switches = 0;
  /** Whose turn it was, and what it did then. */
  readonly #trail: [thread: number, what: Step | 'dies' | 'is cut off'][] = [];

  constructor(exploration: Exploration, maxSwitches: number) {
    this.#exploration = exploration;
    this.#maxSwitches = maxSwitches;
    this.#memory = new LiveMemory(exploration.ring, exploration.look);
    const words = this.#memory.i64.length;
    this.#shared = new Uint8Array(words);
    this.#readers = new Uint32Array(words);
    this.#writers = new Uint32Array(words);
    this.#walks = new Walks(exploration.threads.map(({ program }) => program));
    this.#roots = exploration.threads.map((_, thread) => this.#walks.begin(thread));
  }

  run(): Explored {
    try {
      // Until no word turns out to be shared that was taken for a thread's own.
      do {
        this.#isSharedComplete = true;
        this.#visited.clear();
        this.#states.clear();
        this.#endings = 0;
        this.#memory.reset();
        this.#now = [...this.#roots];
        this.#dead = new Set();
        this.#turn = -1;
        this.#switches = 0;
        this.#visit();
      } while (!this.#isSharedComplete);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
    return { states: this.#states.size, endings: this.#endings, failure: this.#failure };
  }

  #visit(): void {
    if (this.#wasVisited()) return;
    const { threads } = this.#exploration;
    const [turn, switches] = [this.#turn, this.#switches];
    const isTaken = turn !== -1 && this.#canGoOn(turn);
    let isOver = true;
    for (let thread = 0; thread < threads.length; thread++) {
      if (!this.#canGoOn(thread)) continue;
      isOver = false;
      const isSwitch = isTaken && thread !== turn;
      if (isSwitch && switches === this.#maxSwitches) continue;
      this.#turn = thread;
      this.#switches = switches + (isSwitch ? 1 : 0);
      this.#branch(thread, () => this.#advance(thread));
      if (threads[thread].mayBeCut) this.#branch(thread, () => this.#cut(thread));
      // To die later, with only others' steps in between, leads nowhere else.
      const hasMoved = thread === turn || this.#now[thread] === this.#roots[thread];
      if (threads[thread].mayDie && hasMoved) this.#branch(thread, () => this.#kill(thread));
    }
    [this.#turn, this.#switches] = [turn, switches];
    if (isOver) this.#end();
  }

  #canGoOn(thread: number): boolean {
    return !this.#dead.has(thread) && this.#now[thread].step !== null && this.#hasBegun(thread);
  }

  #hasBegun(thread: number): boolean {
    const { afterDeathOf } = this.#exploration.threads[thread];
    return afterDeathOf === undefined || this.#dead.has(afterDeathOf);
  }

  /** Goes on from where `move` leads, and comes back. */
  #branch(thread: number, move: () => void): void {
    const before = this.#now[thread];
    const { mark } = this.#memory;
    const trailLength = this.#trail.length;
    move();
    this.#visit();
    this.#dead.delete(thread);
    this.#memory.undoTo(mark);
    this.#now[thread] = before;
    this.#trail.length = trailLength;
  }

  /** One step that others can notice, and those behind it that they cannot. */
  #advance(thread: number): void {
    this.#settle(thread, this.#do(thread, this.#now[thread]));
  }

  #kill(thread: number): void {
    this.#trail.push([thread, 'dies']);
    this.#dead.add(thread);
  }

  /** The same, with the call cut off right behind that step. */
  #cut(thread: number): void {
    const next = this.#do(thread, this.#now[thread], true);
    this.#trail.push([thread, 'is cut off']);
    this.#settle(thread, next);
  }

  #settle(thread: number, progress: Progress): void {
    let settled = progress;
    while (settled.step !== null && !this.#isNoticeable(thread, settled.step)) {
      settled = this.#do(thread, settled);
    }
    this.#now[thread] = settled;
  }

  #do(thread: number, progress: Progress, isCut = false): Progress {
    const step = progress.step!;
    this.#trail.push([thread, step]);
    this.#watch(thread, step);
    try {
      this.#exploration.checkStep(thread, step, this.#memory, this.#dead);
    } catch (error) {
      this.#fail(error as Error);
    }
    const seen = this.#memory.apply(step);
    return this.#follow(progress, isCut ? CUT : seen);
  }

  #isNoticeable(thread: number, step: Step): boolean {
    if (step[0] === 'note') return false;
    if (step[0] === 'look') return step[1] === 'as a step';
    const { first, count } = LiveMemory.wordsOf(step);
    for (let word = first; word < first + count; word++) {
      if (this.#shared[word]) return !this.#exploration.isOwn(thread, step, this.#memory);
    }
    return false;
  }

  /** Notes who touches what. */
  #watch(thread: number, step: Step): void {
    const bit = 1 << thread;
    const isRead = step[0] !== 'write' && step[0] !== 'store';
    const isWrite = step[0] !== 'read' && step[0] !== 'load' && step[0] !== 'bytes';
    const { first, count } = LiveMemory.wordsOf(step);
    for (let word = first; word < first + count; word++) {
      if (isRead) this.#readers[word] |= bit;
      if (isWrite) this.#writers[word] |= bit;
      const readers = this.#readers[word];
      const writers = this.#writers[word];
      const all = readers | writers;
      const isAlone = readers === 0 || writers === 0 || (all & (all - 1)) === 0;
      if (isAlone || this.#shared[word]) continue;
      this.#shared[word] = 1;
      this.#isSharedComplete = false;
    }
  }

  /** Whether this state was met before, with the same turn and as many switches behind it. */
  #wasVisited(): boolean {
    let low = this.#memory.hashLow;
    let high = this.#memory.hashHigh;
    for (let thread = 0; thread < this.#now.length; thread++) {
      const id = this.#dead.has(thread) ? -1 : this.#now[thread].id;
      low ^= mixed(id, thread);
      high ^= mixed(thread + 77, id);
    }
    const isNew = this.#states.add(low, high);
    if (this.#maxSwitches === Number.POSITIVE_INFINITY) return !isNew;
    const isTaken = this.#turn !== -1 && this.#canGoOn(this.#turn);
    const way = mixed(this.#switches, isTaken ? this.#turn : -1);
    return !this.#visited.add(low ^ way, high ^ mixed(way, 77));
  }

  #end(): void {
    this.#endings++;
    try {
      this.#exploration.checkEnd(this.#memory, this.#dead);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): never {
    const steps = this.#trail.map(([thread, what]) => {
      const { name } = this.#exploration.threads[thread];
      return typeof what === 'string' ? `${name} ${what}` : `${name}: ${what.join(' ')}`;
    });
    this.#failure = [error.message, ...steps].join('\n  ');
    throw new Failure();
  }

  #follow(progress: Progress, seen: unknown): Progress {
    const next = this.#walks.follow(progress, seen);
    if (next.error !== null) this.#fail(next.error);
    return next;
  }
}
