/**
 * Threads that found the recorder of their process and cannot reach its ring, as where a mapped one
 * needs a module that a worker cannot load. Their count is in memory of its own. What they log is lost.
 */

/** Shared with every thread that may become one. */
export function makeStrayCount(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

export function countStray(strays: Int32Array): void {
  // No partner: it publishes nothing but itself.
  Atomics.add(strays, 0, 1);
}

export function readStrayCount(strays: Int32Array): number {
  return Atomics.load(strays, 0);
}
