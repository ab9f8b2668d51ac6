/**
 * A sign of life of this thread's event loop, at every so many milliseconds. What is made of its
 * absence is another thread's affair.
 */

// Taken at import, out of reach of fake timers.
const { clearInterval, setInterval } = globalThis;
const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

/** Calls `onTurn` now and at every turn. Does not keep the process alive. */
export function installLoopTurn(periodMs: number, onTurn: (atNs: bigint) => void): () => void {
  const turn = () => onTurn(monotonicNs());
  turn();
  const timer = setInterval(turn, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}
