// What is measured, as numbers: a figure is the median of several rounds with its spread. How the
// rounds come about is the business of interleave.ts and of the cases.

export type Unit = 'ns' | 'ms' | '×' | '/s' | 'bytes' | 'MB' | 'threads' | 'events';

export interface Figure {
  /** One of FIGURE, or a name of the case's own. */
  readonly name: string;
  readonly unit: Unit;
  readonly median: number;
  /** The quarter of the rounds below `low` and the quarter above `high` are the spread. */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/** Names of the figures that several cases have, or that targets and charts refer to. */
export const FIGURE = {
  mean: 'mean',
  callAlone: 'call alone',
  p50: 'p50',
  p99: 'p99',
  p999: 'p99.9',
  max: 'max',
  timesFloor: 'times floor',
  timesHrtimeFloor: 'times hrtime floor',
  timesTtlog: 'times ttlog',
  timesTtlogCallAlone: 'times ttlog, call alone',
  overEmptyLoop: 'over an empty loop',
  overOutside: 'over the same call outside',
  events: 'events',
  timesOneThread: 'times one thread',
  timesTwoThreads: 'times 2 threads',
  threadsJoined: 'joined',
  partFound: 'found of those logged',
  transfers: 'transfers',
  bytesInRing: 'in the ring',
  callingThread: 'calling thread',
  timesCopyAndCompress: 'times copy and compress',
  copyAndCompress: 'copy and compress',
  wholeWay: 'first call to last byte',
  timesPinoWall: "times pino's, first call to last byte",
  mainCpu: 'CPU of main',
  timesPinoCpu: "times pino's, CPU of main",
  asyncBlocks: 'asynchronous: blocks',
  cborXOnObjects: 'cbor-x on objects',
  timesFasterThanCborX: 'times faster than cbor-x',
  timesCborX: 'times cbor-x',
  timesFullDecode: 'times the full decode',
  keyToPaint: 'key to paint',
  overBareNode: 'over bare Node',
  timesBareNode: 'times bare Node',
  firstOutput: 'first output, over bare Node',
  eventsWritten: 'events written',
  eventsGoneOver: 'events gone over',
  bytesAnEvent: 'bytes an event',
} as const;

/** The figure of these samples, one a round. */
export function summarize(name: string, unit: Unit, samples: readonly number[]): Figure {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    name,
    unit,
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    rounds: sorted.length,
  };
}

/** A number that was counted, not sampled. */
export function counted(name: string, unit: Unit, value: number): Figure {
  return { name, unit, median: value, low: value, high: value, rounds: 1 };
}

/** Round by round, so that what slows the machine for a while strikes both sides of a ratio. */
export function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, round) => value / under[round]);
}

export function differences(from: readonly number[], subtracted: readonly number[]): number[] {
  return from.map((value, round) => value - subtracted[round]);
}

/** Linear between neighbours. `sorted` is ascending and not empty. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const place = (sorted.length - 1) * part;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}
