// Lets something happen between two steps of an algorithm. A step is a call of `Atomics`: what
// another thread does in between is played there, or the thread that runs dies there.

const METHODS = ['load', 'store', 'add', 'compareExchange'] as const;

const originals = Object.fromEntries(
  METHODS.map((method) => [method, Atomics[method]]),
) as unknown as Record<(typeof METHODS)[number], (...args: unknown[]) => unknown>;

/**
 * Runs `run`, and `happen` just before its step number `step`, counted from 0. Returns whether it
 * came to that step. What `happen` does is not counted.
 */
export function atStep(step: number, happen: () => void, run: () => void): boolean {
  let steps = 0;
  const patched = Atomics as unknown as Record<string, unknown>;
  const restore = (): void => {
    for (const method of METHODS) patched[method] = originals[method];
  };
  for (const method of METHODS) {
    patched[method] = (...args: unknown[]) => {
      if (steps++ === step) {
        restore();
        happen();
      }
      return originals[method](...args);
    };
  }
  try {
    run();
  } finally {
    restore();
  }
  return steps > step;
}

class Death extends Error {}

/** Runs `run` and lets it die just before step `step`. Returns whether it came to that step. */
export function dieAtStep(step: number, run: () => void): boolean {
  let isDead = false;
  try {
    atStep(
      step,
      () => {
        isDead = true;
        throw new Death();
      },
      run,
    );
  } catch (error) {
    if (!(error instanceof Death)) throw error;
  }
  return isDead;
}
