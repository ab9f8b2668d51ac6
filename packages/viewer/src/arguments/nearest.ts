/**
 * Finds the word that a mistyped one was probably meant to be. Knows nothing of options or
 * commands.
 */

/** The nearest candidate that at most a third of the typed letters, or two, differ from. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const allowed = Math.max(2, Math.floor(typed.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of candidates) {
    const isLonger = typed.length > 1 && candidate.startsWith(typed);
    const distance = isLonger ? 1 : editDistance(typed, candidate);
    if (distance < bestDistance && distance < Math.max(typed.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters to insert, delete, change or swap with their neighbour. */
function editDistance(left: string, right: string): number {
  // Typed text may be of any length; words of ours are short.
  if (Math.abs(left.length - right.length) > 20) return Number.POSITIVE_INFINITY;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        previous[column] + 1,
        current[column - 1] + 1,
        previous[column - 1] + (isSame ? 0 : 1),
      );
      const isSwapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (isSwapped) cost = Math.min(cost, beforePrevious[column - 2] + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length];
}
