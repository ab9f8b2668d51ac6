/**
 * Whether the recorder thread is inside a call of the file system. Where that hangs nothing ends the
 * thread, and Node's exit would wait for it for ever; so main looks here first.
 *
 *   call:   odd while the thread is inside a call; counts on with each beginning and end
 *   closed: 1 once no call may begin any more
 */

const CALL = 0;
const CLOSED = 1;
const LENGTH_BYTES = 8;

export class FileCalls {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(LENGTH_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** The recorder thread's side. After `close` it does not return: the thread is about to be ended. */
  begin(): void {
    Atomics.add(this.#words, CALL, 1);
    // Pairs with `close`, which stores first and looks at the call then: one of the two sees the other.
    if (Atomics.load(this.#words, CLOSED) === 0) return;
    this.end();
    Atomics.wait(this.#words, CLOSED, 1);
  }

  /** The recorder thread's side. */
  end(): void {
    Atomics.add(this.#words, CALL, 1);
    // Wakes the wait in `awaitEnd`.
    Atomics.notify(this.#words, CALL);
  }

  /** Main's side: the number of the call that is under way, or null. */
  get current(): number | null {
    const call = Atomics.load(this.#words, CALL);
    return call % 2 === 0 ? null : call;
  }

  /** Main's side: whether the call that is under way, if one is, ends within so long. */
  awaitEnd(withinMs: number): boolean {
    const call = this.current;
    return call === null || Atomics.wait(this.#words, CALL, call, withinMs) !== 'timed-out';
  }

  /** Main's side: no call begins from now on. Whether there is none either, within so long. */
  close(withinMs: number): boolean {
    Atomics.store(this.#words, CLOSED, 1);
    return this.awaitEnd(withinMs);
  }
}
