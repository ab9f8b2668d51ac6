// Collections at chosen moments, so that each round pays for its own garbage and for nobody
// else's. Every case process runs with --expose-gc.

type Collector = (options?: { type: 'minor' | 'major' }) => void;

const { gc } = globalThis as { gc?: Collector };

/** A millisecond: between rounds of calls. */
export function collectYoungGarbage(): void {
  gc?.({ type: 'minor' });
}

/** Before what allocates much, and before memory is measured. */
export function collectGarbage(): void {
  gc?.();
}
