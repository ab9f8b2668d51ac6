/**
 * `process.reallyExit`, with which a process ends at once and emits no 'exit'. It is replaced by one
 * that looks first whether Node can end; what else it does is Node's own, or that of whoever has
 * replaced it before.
 */

type ReallyExit = (code?: number) => never;

/** Calls `onExit` with the exit code before the process ends so. */
export function installReallyExit(onExit: (exitCode: number) => void): () => void {
  const owner = process as unknown as { reallyExit: ReallyExit };
  const original = owner.reallyExit;
  const reallyExit = function reallyExit(this: unknown, ...args: [code?: number]): never {
    try {
      onExit(Number(args[0] ?? 0));
    } catch {
      // It ends in any case.
    }
    return Reflect.apply(original, this, args);
  };
  return replace(owner, original, reallyExit)
    ? () => {
        // Not where somebody has replaced it since, who calls this one.
        if (owner.reallyExit === reallyExit) replace(owner, reallyExit, original);
      }
    : () => {};
}

function replace(owner: { reallyExit: ReallyExit }, from: ReallyExit, by: ReallyExit): boolean {
  try {
    if (typeof from === 'function') owner.reallyExit = by;
    return owner.reallyExit === by;
  } catch {
    // Frozen by the application.
    return false;
  }
}
