/**
 * Looks for a time among things that are in the order of their times.
 */

/** The first of `count` things that has this time or a later one; `count` if there is none. */
export function firstAtTime(
  count: number,
  timeNsAt: (place: number) => bigint,
  timeNs: bigint,
): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeNsAt(middle) < timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
