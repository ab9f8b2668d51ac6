// Starts and ends rounds in worker threads by words in shared memory, so that neither an event
// loop nor a message stands between the signal and the work. Used by cases and by their workers.

/** Words of the gate; a case may use those from GATE_WORDS on. */
const ROUND = 0;
const READY = 1;
const DONE = 2;
const IS_OVER = 3;
export const GATE_WORDS = 16;

/** A thousand workers take half a minute on two quiet cores. */
const START_MS = 300_000;
const ROUND_MS = 60_000;
const POLL_MS = 5;

export class Gate {
  readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
  }

  static allocate(): Gate {
    return new Gate(new SharedArrayBuffer(1024));
  }

  get buffer(): SharedArrayBuffer {
    return this.words.buffer as SharedArrayBuffer;
  }

  /** In the case: resolves once this many workers wait at the gate. */
  async untilReady(workers: number): Promise<void> {
    const { promise, fail } = failable();
    const deadline = setTimeout(() => fail('the workers did not start in time'), START_MS);
    while (Atomics.load(this.words, READY) < workers) {
      await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    }
    clearTimeout(deadline);
  }

  /** In the case: lets the workers go and returns once `workers` are done. In ms. */
  runRound(workers: number): number {
    const { words } = this;
    Atomics.store(words, DONE, 0);
    const began = process.hrtime.bigint();
    Atomics.add(words, ROUND, 1);
    Atomics.notify(words, ROUND);
    for (;;) {
      const done = Atomics.load(words, DONE);
      if (done >= workers) break;
      if (Atomics.wait(words, DONE, done, ROUND_MS) === 'timed-out') {
        throw new Error(`a round did not end in ${ROUND_MS} ms`);
      }
    }
    return Number(process.hrtime.bigint() - began) / 1e6;
  }

  /** In the case: the workers leave their loops. */
  end(): void {
    Atomics.store(this.words, IS_OVER, 1);
    Atomics.add(this.words, ROUND, 1);
    Atomics.notify(this.words, ROUND);
  }

  /** In a worker: calls `run` in every round, until the end. */
  work(run: () => void, takesPart: () => boolean): void {
    const { words } = this;
    let round = Atomics.load(words, ROUND);
    Atomics.add(words, READY, 1);
    for (;;) {
      Atomics.wait(words, ROUND, round);
      round = Atomics.load(words, ROUND);
      if (Atomics.load(words, IS_OVER) === 1) return;
      if (!takesPart()) continue;
      run();
      Atomics.add(words, DONE, 1);
      Atomics.notify(words, DONE);
    }
  }
}

function failable(): { promise: Promise<never>; fail: (why: string) => void } {
  let fail: (why: string) => void = () => {};
  const promise = new Promise<never>((_, reject) => {
    fail = (why) => reject(new Error(why));
  });
  return { promise, fail };
}
