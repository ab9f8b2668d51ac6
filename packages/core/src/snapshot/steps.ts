/**
 * Work that is done at once or piece by piece: a generator that pauses after every millisecond or two
 * of it. Who goes on with it, and when, is its caller's affair.
 */

export type Steps<T> = Generator<void, T, void>;

/** Gone over between two pauses; checked, copied or read, that takes a millisecond or less. */
export const STEP_BYTES: number = 1024 * 1024;

/** Does all of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
