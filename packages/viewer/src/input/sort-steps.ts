/**
 * Sorts millions of things with pauses, stable: runs that are in order already are merged, so that
 * what is nearly sorted, as the log of a few processes is, takes few rounds.
 */

const STEPS_PER_PAUSE = 16_384;

/** The numbers below `count`, in the order of what they stand for. `isInOrder`: a may come before b. */
export function* sortSteps(
  count: number,
  isInOrder: (a: number, b: number) => boolean,
): Generator<void, Uint32Array> {
  let source = Uint32Array.from({ length: count }, (_, index) => index);
  let target = new Uint32Array(count);
  let ends = yield* runEnds(count, isInOrder);
  while (ends.length > 1) {
    const merged: number[] = [];
    let start = 0;
    for (let run = 0; run < ends.length; run += 2) {
      const middle = ends[run];
      const end = ends[run + 1] ?? middle;
      yield* mergeRuns(source, target, [start, middle, end], isInOrder);
      merged.push(end);
      start = end;
    }
    ends = merged;
    [source, target] = [target, source];
  }
  return source;
}

/** Where each stretch that is in order ends. */
function* runEnds(
  count: number,
  isInOrder: (a: number, b: number) => boolean,
): Generator<void, number[]> {
  const ends: number[] = [];
  for (let index = 1; index <= count; index++) {
    if (index === count || !isInOrder(index - 1, index)) ends.push(index);
    if (index % STEPS_PER_PAUSE === 0) yield;
  }
  return ends;
}

function* mergeRuns(
  source: Uint32Array,
  target: Uint32Array,
  [start, middle, end]: readonly [start: number, middle: number, end: number],
  isInOrder: (a: number, b: number) => boolean,
): Generator<void> {
  let [left, right] = [start, middle];
  for (let at = start; at < end; at++) {
    const takesLeft = left < middle && (right === end || isInOrder(source[left], source[right]));
    target[at] = takesLeft ? source[left++] : source[right++];
    if (at % STEPS_PER_PAUSE === 0) yield;
  }
}
