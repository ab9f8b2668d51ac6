/**
 * Prints what is logged: follows the ring, makes lines of the events that are wanted and hands them
 * to the destination in batches. When it works, and on which thread, is its caller's affair.
 */

import { EventFollower } from '../follow/event-follower.ts';
import type { FollowedEvent } from '../follow/lane-tail.ts';
import type { PrintedTo } from '../record/printed-mark.ts';
import { KIND_LOG } from '../record/record-layout.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { LineBytes } from '../text/line-bytes.ts';
import { Backtrace } from './backtrace.ts';
import { LineDestination } from './destination.ts';
import { JsonLines } from './json-line.ts';
import { LineBatch } from './line-batch.ts';
import type { LineFormat } from './line-format.ts';
import type { LineSource, OutputOrder } from './output-order.ts';
import { PrettyLines } from './pretty-line.ts';

/** One write; a file takes it whole, whoever else appends to it. */
const BATCH_BYTES = 1 << 16;
const OVERWRITTEN = 'events were overwritten before they were printed';
/** A thread that was stopped between the time of its event and the event itself goes on before that. */
const LATE_NS = 1e9;
const PERHAPS_OVERWRITTEN = 'events may have been overwritten before they were printed';
const NOT_WRITTEN = 'lines could not be written';
const ENDED = 'the process ended before all was printed';

/** `busy`: the destination takes no more for now. `more`: the caller's turn has not sufficed. */
export type PrintState = 'done' | 'more' | 'busy';

export interface PrinterClocks {
  /** The clock of `process.hrtime`. */
  readonly nowNs: () => bigint;
  /** What is to be added to it for epoch nanoseconds. */
  readonly wallOffsetNs: () => bigint;
}

export class EventPrinter {
  readonly #order: OutputOrder;
  readonly #clocks: PrinterClocks;
  readonly #follower: EventFollower;
  readonly #destination: LineDestination;
  readonly #format: LineFormat;
  readonly #backtrace: Backtrace | null;
  /** What the destination has not taken yet stays in it, to be counted if it fails. */
  readonly #batch = new LineBatch();
  readonly #kept = new LineBytes();
  /** What the program has printed there is not printed again. */
  readonly #leavesOut: { readonly [stream in PrintedTo]: boolean };
  readonly #fromNs: bigint;
  readonly #resumeNs: number;
  /** Of the last event that was dealt with, or up to when there was none. */
  #doneNs = Number.NEGATIVE_INFINITY;
  #begunNs = 0;
  /** Of those that were missed, how many have been told; of the uncertain gaps too. */
  #missed = 0;
  #uncertainGaps = 0;
  #unwritten = 0;
  #isInRound = false;
  #wantsLatest = false;

  /**
   * Prints what is later than `fromNs` on the clock of `process.hrtime`, after somebody who may have
   * ended in the middle of a line. Throws as `open` does.
   */
  constructor(
    memory: RingMemory,
    order: OutputOrder,
    source: LineSource,
    clocks: PrinterClocks,
    fromNs = 0n,
    isMidLine = false,
  ) {
    this.#order = order;
    this.#clocks = clocks;
    this.#destination = new LineDestination(order.destination, isMidLine);
    const isLeftOut = (stream: PrintedTo): boolean =>
      !order.repeats && this.#destination.isWhereProgramPrints(stream);
    this.#leavesOut = { stdout: isLeftOut('stdout'), stderr: isLeftOut('stderr') };
    const isColoured = order.isColoured ?? this.#destination.isTerminal;
    this.#format =
      order.format === 'json' ? new JsonLines(order, source) : new PrettyLines(isColoured);
    this.#backtrace = order.backtrace === null ? null : new Backtrace(order.backtrace);
    const minSeverity = Math.min(order.minSeverity, order.backtrace?.minSeverity ?? Infinity);
    this.#follower = new EventFollower(memory, minSeverity, clocks.nowNs, fromNs);
    this.#fromNs = fromNs;
    this.#resumeNs = fromNs === 0n ? -Infinity : Number(fromNs - this.#follower.originNs);
  }

  /** Up to which moment all has been printed, on the clock of `process.hrtime`. */
  get printedNs(): bigint {
    const doneNs = this.#batch.doneAfter(this.#destination.takenBytes, this.#doneNs);
    if (!Number.isFinite(doneNs)) return this.#fromNs;
    return this.#follower.originNs + BigInt(Math.round(doneNs));
  }

  /** Whether what the destination has taken ends in the middle of a line. */
  get isMidLine(): boolean {
    return this.#destination.isMidLine;
  }

  /** Events that nobody got to read. */
  get missed(): number {
    return this.#follower.missed;
  }

  /** Whether what was tried last has failed: to write, or to follow a file that was moved. */
  get isFailing(): boolean {
    return this.#destination.isFailing;
  }

  /** The next round ends with the events of its moment, which would otherwise wait for one more. */
  includeLatest(): void {
    this.#wantsLatest = true;
  }

  /**
   * Prints what there is, for about as long as `hasTime` says. Throws where the destination fails;
   * what could not be written is counted and told later.
   */
  work(hasTime: () => boolean): PrintState {
    if (!this.#isTaken()) return 'busy';
    if (!this.#isInRound || this.#wantsLatest) this.#begin();
    for (;;) {
      const event = this.#follower.next();
      if (event === null) break;
      this.#print(event);
      if (this.#batch.text.length < BATCH_BYTES) continue;
      this.#tellGap();
      if (!this.#send()) return 'busy';
      if (!hasTime()) return 'more';
    }
    this.#isInRound = false;
    this.#doneNs = Math.max(this.#doneNs, this.#resumeNs, this.#begunNs - LATE_NS);
    this.#tellGap();
    return this.#send() ? 'done' : 'busy';
  }

  /** Says that the end comes before all is printed. */
  giveUp(): void {
    this.#setOrigin();
    this.#destination.abandon();
    this.#batch.clear();
    this.#format.addGap(null, ENDED, this.#nowNs(), this.#batch.text);
    this.#send();
  }

  reopenIfMoved(): void {
    this.#destination.reopenIfMoved();
  }

  close(): void {
    this.#destination.close();
  }

  #setOrigin(): void {
    this.#format.setOrigin(this.#follower.originNs + this.#clocks.wallOffsetNs());
  }

  #begin(): void {
    this.#setOrigin();
    this.#begunNs = this.#nowNs();
    this.#follower.begin(this.#wantsLatest);
    this.#wantsLatest = false;
    this.#isInRound = true;
  }

  #print(event: FollowedEvent): void {
    if (event.timeNs <= this.#resumeNs) return;
    this.#batch.doneBeforeNs = this.#doneNs;
    this.#doneNs = Math.max(this.#doneNs, event.timeNs);
    const isPrinted = event.severity >= this.#order.minSeverity;
    const target = isPrinted ? this.#batch.text : this.#kept;
    try {
      const head = event.head();
      const { shape, context } = head;
      if (shape.kind !== KIND_LOG) return;
      if (isPrinted) this.#backtrace?.release(event, context, this.#batch);
      const { printedTo } = event;
      if (printedTo !== null && this.#leavesOut[printedTo]) return;
      const start = target.length;
      try {
        this.#format.add(event, head, target);
      } catch (error) {
        target.length = start;
        throw error;
      }
      if (isPrinted) {
        this.#batch.endEvent();
        return;
      }
      this.#backtrace?.keep(event, context, target.bytes.subarray(0, target.length));
      target.length = 0;
    } catch {
      this.#unwritten++;
    }
  }

  #tellGap(): void {
    const missed = this.#follower.missed - this.#missed;
    if (missed > 0) {
      this.#format.addGap(missed, OVERWRITTEN, this.#nowNs(), this.#batch.text);
      this.#batch.endGap({ missed });
      this.#missed += missed;
    }
    const uncertainGaps = this.#follower.uncertainGaps - this.#uncertainGaps;
    if (uncertainGaps > 0) {
      this.#format.addGap(null, PERHAPS_OVERWRITTEN, this.#nowNs(), this.#batch.text);
      this.#batch.endGap({ uncertainGaps });
      this.#uncertainGaps += uncertainGaps;
    }
    const unwritten = this.#unwritten;
    if (unwritten > 0) {
      this.#format.addGap(unwritten, NOT_WRITTEN, this.#nowNs(), this.#batch.text);
      this.#batch.endGap({ unwritten });
      this.#unwritten = 0;
    }
  }

  #nowNs(): number {
    return Number(this.#clocks.nowNs() - this.#follower.originNs);
  }

  /** Whether all of the batch is taken. Throws, and then what is lost is told later. */
  #send(): boolean {
    const { bytes, length } = this.#batch.text;
    if (length > 0) this.#attempt(() => this.#destination.write(bytes.subarray(0, length)));
    return this.#isTaken();
  }

  /** Whether the destination has taken all of the last batch. Throws as `#send` does. */
  #isTaken(): boolean {
    if (this.#attempt(() => this.#destination.isBusy())) return false;
    this.#batch.clear();
    return true;
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      const loss = this.#batch.lossAfter(this.#destination.takenBytes);
      this.#missed -= loss.missed;
      this.#uncertainGaps -= loss.uncertainGaps;
      this.#unwritten += loss.unwritten;
      this.#batch.clear();
      throw error;
    }
  }
}
