/**
 * The recorder thread's job of printing: rounds over what was logged, and flushes when somebody
 * waits for one. The thread's other work goes on between two slices.
 */

import { EventPrinter, type PrintState } from '../outputs/event-printer.ts';
import type { OutputOrder } from '../outputs/output-order.ts';
import { OutputProgress } from '../ring/output-progress.ts';
import { addToCounter, isRunning } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { readClocks, shownClock } from '../snapshot/clocks.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';

const nowMs = performance.now.bind(performance);
const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

/** A line is that old at most when it is printed, unless there is more to do than can be done. */
const PERIOD_MS = 20;
/** Other work of the thread, such as a snapshot that was asked for, waits no longer than this. */
const SLICE_MS = 10;
/** After so long without its reader taking anything, a flush goes on without. */
const MAX_STUCK_MS = 1000;
const BUSY_PERIOD_MS = 5;
/** Looks whether the file was moved, and at the clock of the day. */
const LOOK_PERIOD_MS = 1000;
const MS_NS = 1e6;

export interface OutputJob {
  /** Calls back once all is printed, or cannot be, that was logged before. */
  flush(ticket: number, onDone: () => void): void;
}

/** `onProblem` hears why printing fails, and null once it works again. */
export function printOutput(
  memory: RingMemory,
  facts: RecorderFacts,
  order: OutputOrder,
  buffer: SharedArrayBuffer,
  onProblem: (problem: string | null) => void,
): OutputJob {
  const progress = new OutputProgress(buffer);
  const wallOffset = wallOffsetClock(facts);
  const clocks = { nowNs: monotonicNs, wallOffsetNs: wallOffset.ns };
  let printer: EventPrinter | null = null;
  let problem: string | null = null;
  let missed = 0;
  let lookAtMs = 0;

  /** The first problem stands for all that come before it works again. */
  const tell = (next: string | null): void => {
    if ((next === null) === (problem === null)) return;
    problem = next;
    onProblem(next);
  };
  /** Lines go on to where they went as long as the file cannot be opened under its name. */
  const reopenIfMoved = (current: EventPrinter): void => {
    try {
      current.reopenIfMoved();
    } catch (error) {
      tell((error as Error).message);
    }
  };

  /** One slice; what came of it, or null where another thread prints. */
  const slice = (wantsLatest = false): PrintState | null => {
    if (!progress.begin()) return null;
    let state: PrintState = 'done';
    try {
      printer ??= new EventPrinter(memory, order, facts, clocks, progress.printedNs);
      if (nowMs() > lookAtMs) {
        lookAtMs = nowMs() + LOOK_PERIOD_MS;
        wallOffset.look();
        reopenIfMoved(printer);
      }
      if (wantsLatest) printer.includeLatest();
      const untilMs = nowMs() + SLICE_MS;
      state = printer.work(() => nowMs() < untilMs);
      if (!printer.isFailing) tell(null);
    } catch (error) {
      tell((error as Error).message);
    }
    if (printer !== null && printer.missed > missed) {
      addToCounter(memory, 'lagged', printer.missed - missed);
      missed = printer.missed;
    }
    progress.end(printer?.printedNs ?? 0n, printer?.isMidLine ?? false);
    return state;
  };

  const round = (): void => {
    const state = isRunning(memory) ? slice() : null;
    if (state === null) return;
    if (state === 'more') setImmediate(round);
    else setTimeout(round, state === 'busy' ? BUSY_PERIOD_MS : PERIOD_MS);
  };
  round();

  const flush = (ticket: number, onDone: () => void): void => {
    let printedNs = progress.printedNs;
    let movedAtMs = nowMs();
    const step = (wantsLatest: boolean): void => {
      const state = slice(wantsLatest);
      if (progress.printedNs !== printedNs) {
        printedNs = progress.printedNs;
        movedAtMs = nowMs();
      }
      if (state === 'more') setImmediate(step, false);
      else if (state === 'busy' && nowMs() - movedAtMs < MAX_STUCK_MS) {
        setTimeout(step, BUSY_PERIOD_MS, false);
      } else {
        progress.flushed(ticket);
        onDone();
      }
    };
    step(true);
  };
  return { flush };
}

/** What the clock of `process.hrtime` lacks of epoch nanoseconds. */
function wallOffsetClock(facts: RecorderFacts): { ns: () => bigint; look: () => void } {
  const offsetOf = ({ monoNs, wallMs }: RecorderFacts['clock']): bigint =>
    BigInt(Math.round(wallMs * MS_NS)) - monoNs;
  let offsetNs = offsetOf(facts.clock);
  return {
    ns: () => offsetNs,
    look: () => {
      offsetNs = offsetOf(shownClock(facts.clock, readClocks()));
    },
  };
}
