/**
 * Who prints, and how far they are: the words that the recorder thread and the thread that owns the
 * recorder share, so that at the end the latter can wait for the former, or print by itself what is
 * left. What is printed is not known here.
 *
 *   state:   free -> printing (recorder thread) -> free;  free -> taken (owner), for good;
 *            printing -> taken (owner), where the recorder thread has died in the middle of it
 *   flushed: ticket of the last flush that was asked for and is done
 *   printed: up to which moment all is printed, on the clock of process.hrtime
 *   midLine: 1 where what is printed ends in the middle of a line
 */

const STATE = 0;
const FLUSHED = 1;
/** As a word of 64 bits. */
const PRINTED = 1;
const MID_LINE = 4;
const LENGTH_BYTES = 24;

const FREE = 0;
const PRINTING = 1;
const TAKEN = 2;

/** Slices of printing that `take` waits for the end of; one of them is followed by a pause. */
const MAX_TRIES = 100;

export class OutputProgress {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #times: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(LENGTH_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#times = new BigInt64Array(buffer);
  }

  get printedNs(): bigint {
    return Atomics.load(this.#times, PRINTED);
  }

  get isMidLine(): boolean {
    return Atomics.load(this.#words, MID_LINE) === 1;
  }

  /** The recorder thread's side: false where the owner prints by itself from now on. */
  begin(): boolean {
    return Atomics.compareExchange(this.#words, STATE, FREE, PRINTING) === FREE;
  }

  /** The recorder thread's side, after `begin`. */
  end(printedNs: bigint, isMidLine: boolean): void {
    Atomics.store(this.#times, PRINTED, printedNs);
    Atomics.store(this.#words, MID_LINE, isMidLine ? 1 : 0);
    // Publishes both; pairs with the swap in `take`.
    Atomics.store(this.#words, STATE, FREE);
    Atomics.notify(this.#words, STATE);
  }

  /** The recorder thread's side: all is printed that was logged when the ticket was given out. */
  flushed(ticket: number): void {
    // Of two flushes under way the later one may have been done first.
    if (ticket > Atomics.load(this.#words, FLUSHED)) Atomics.store(this.#words, FLUSHED, ticket);
    Atomics.notify(this.#words, FLUSHED);
  }

  /**
   * The owner's side: whether a flush is done, waiting so long for each that was asked for before.
   * Stops its thread meanwhile.
   */
  awaitFlush(ticket: number, withinMs: number): boolean {
    for (;;) {
      const done = Atomics.load(this.#words, FLUSHED);
      if (done >= ticket) return true;
      if (Atomics.wait(this.#words, FLUSHED, done, withinMs) === 'timed-out') return false;
    }
  }

  /** The owner's side, after `take`: stops its thread, so that whoever reads can catch up. */
  pause(ms: number): void {
    // Nobody changes it any more, so that is how long it takes.
    Atomics.wait(this.#words, STATE, TAKEN, ms);
  }

  /**
   * The owner's side: whether it is the one that prints, from now on or since an earlier call. False
   * where the recorder thread stays in the middle of printing.
   */
  take(withinMs: number): boolean {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (Atomics.compareExchange(this.#words, STATE, FREE, TAKEN) !== PRINTING) return true;
      if (Atomics.wait(this.#words, STATE, PRINTING, withinMs) === 'timed-out') break;
    }
    return false;
  }

  /** The owner's side, as `take`, where the recorder thread has died, in the middle of it or not. */
  takeFromDead(): void {
    Atomics.store(this.#words, STATE, TAKEN);
  }
}
