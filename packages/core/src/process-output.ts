/**
 * What the process prints, seen from the thread that owns the recorder: the order for the recorder
 * thread, which prints, and what is done in its place where it cannot, or not in time.
 */

import { hrtimeNs } from './logger/clock.ts';
import type { ResolvedOptions } from './options.ts';
import { EventPrinter } from './outputs/event-printer.ts';
import type { OutputOrder } from './outputs/output-order.ts';
import { unblockSocket } from './outputs/unblock-socket.ts';
import { SEVERITY } from './record/level.ts';
import type { RecorderThread } from './recorder-thread/recorder-thread.ts';
import { OutputProgress } from './ring/output-progress.ts';
import type { RingMemory } from './ring/ring-memory.ts';
import { readClocks, shownClock } from './snapshot/clocks.ts';
import type { RecorderFacts } from './snapshot/take-snapshot.ts';

/** What the recorder thread has, of the second that a death may be delayed. */
const THREAD_MS = 700;
const TAKE_MS = 50;
const OWN_MS = 200;
/** After so long a reader that was behind is asked again. */
const READER_MS = 5;
const MS_NS = 1e6;

export class ProcessOutput {
  readonly order: OutputOrder;
  readonly progress: OutputProgress = new OutputProgress();
  readonly #memory: RingMemory;
  readonly #facts: RecorderFacts;
  /** Kept for the next flush, once this thread prints. */
  #printer: EventPrinter | null = null;
  #wallOffsetNs = 0n;
  #isBehind = false;
  #isFailing = false;
  #isClosed = false;

  constructor(memory: RingMemory, facts: RecorderFacts, output: ResolvedOptions['output']) {
    if (output === false) throw new Error('there is no output');
    this.#memory = memory;
    this.#facts = facts;
    this.order = outputOrder(output);
    unblockSocket(this.order.destination);
  }

  /**
   * Resolves once all is printed, or cannot be, that was logged before. Rejects where this thread
   * has to print and cannot, until it can again once only.
   */
  async flush(thread: RecorderThread): Promise<void> {
    if (thread.state.state !== 'failed') {
      await new Promise<void>((resolve) => thread.flush(resolve));
    }
    if (thread.state.state !== 'failed') return;
    this.progress.takeFromDead();
    const wasFailing = this.#isFailing;
    try {
      this.#isFailing = true;
      this.#printHere(OWN_MS);
      this.#isFailing = this.#printer?.isFailing ?? false;
    } catch (error) {
      if (!wasFailing) throw error;
    }
  }

  /** The same while this thread waits, for a second at most: the process is about to end. */
  flushNow(thread: RecorderThread): void {
    try {
      const hasThread = thread.state.state !== 'failed';
      if (hasThread && this.progress.awaitFlush(thread.flush(noop), THREAD_MS)) return;
      if (!hasThread) this.progress.takeFromDead();
      else if (!this.progress.take(TAKE_MS)) return;
      this.#printHere(hasThread ? OWN_MS : THREAD_MS + OWN_MS);
      this.close();
    } catch {
      // There is nobody left to tell, and the events are in the ring.
    }
  }

  /** Nothing is printed here any more. What is left where the reader is behind is said to be lost. */
  close(): void {
    this.#isClosed = true;
    const printer = this.#printer;
    this.#printer = null;
    try {
      if (this.#isBehind) printer?.giveUp();
      printer?.close();
    } catch {
      // Then that is not said either; that nothing could be written has been told.
    }
  }

  /** In the place of the recorder thread, from which it has been taken: what it has left. */
  #printHere(withinMs: number): void {
    if (this.#isClosed) return;
    const { clock } = this.#facts;
    const { monoNs, wallMs } = shownClock(clock, readClocks());
    this.#wallOffsetNs = BigInt(Math.round(wallMs * MS_NS)) - monoNs;
    this.#printer ??= this.#makePrinter();
    try {
      this.#printer.reopenIfMoved();
    } finally {
      this.#isBehind = !this.#printAll(this.#printer, withinMs);
    }
  }

  #makePrinter(): EventPrinter {
    const clocks = { nowNs: hrtimeNs, wallOffsetNs: () => this.#wallOffsetNs };
    const { printedNs, isMidLine } = this.progress;
    return new EventPrinter(this.#memory, this.order, this.#facts, clocks, printedNs, isMidLine);
  }

  /** False where the reader did not take all of it in time. */
  #printAll(printer: EventPrinter, withinMs: number): boolean {
    const untilNs = hrtimeNs() + BigInt(withinMs * MS_NS);
    const hasTime = (): boolean => hrtimeNs() < untilNs;
    printer.includeLatest();
    let state = printer.work(hasTime);
    while (state === 'busy' && hasTime()) {
      this.progress.pause(READER_MS);
      state = printer.work(hasTime);
    }
    return state === 'done';
  }
}

function noop(): void {}

function outputOrder(output: Exclude<ResolvedOptions['output'], false>): OutputOrder {
  const { backtrace } = output;
  return {
    minSeverity: SEVERITY[output.level],
    format: output.format,
    destination: output.destination,
    hasPinoNumbers: output.levelNumbers === 'pino',
    traceNames: output.traceNames,
    isColoured: output.isColoured,
    repeats: output.repeat,
    backtrace:
      backtrace === null
        ? null
        : {
            onSeverity: SEVERITY[backtrace.on],
            minSeverity: SEVERITY[backtrace.level],
            events: backtrace.events,
            scope: backtrace.scope,
          },
  };
}
