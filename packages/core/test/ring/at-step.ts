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
  return watchSteps(run, (at, act) => {
    if (at === step) happen();
    return act();
  }).some((at) => at === step);
}

class Death extends Error {}

/** Runs `run` and lets it die right behind step `step`. Returns whether it came to that step. */
export function dieAtStep(step: number, run: () => void): boolean {
  let isDead = false;
  try {
    watchSteps(run, (at, act) => {
      const result = act();
      if (at !== step) return result;
      isDead = true;
      throw new Death();
    });
  } catch (error) {
    if (!(error instanceof Death)) throw error;
  }
  return isDead;
}

/** Runs `run` with each of its steps handed to `onStep`. Returns the steps' numbers. */
function watchSteps(
  run: () => void,
  onStep: (step: number, act: () => unknown) => unknown,
): number[] {
  const steps: number[] = [];
  const patched = Atomics as unknown as Record<string, unknown>;
  const restore = (): void => {
    for (const method of METHODS) patched[method] = originals[method];
  };
  const watch = (): void => {
    for (const method of METHODS) {
      patched[method] = (...args: unknown[]) => {
        const step = steps.length;
        steps.push(step);
        restore();
        const result = onStep(step, () => originals[method](...args));
        watch();
        return result;
      };
    }
  };
  watch();
  try {
    run();
  } finally {
    restore();
  }
  return steps;
}
