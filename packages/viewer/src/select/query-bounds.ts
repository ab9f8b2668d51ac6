/**
 * What a query says of levels and times as bounds that a reader can answer from its index. They
 * hold for every event that fits, and for others too: the query itself has the last word.
 */

export interface QueryBounds {
  /** 0 where any may fit. */
  readonly minSeverity: number;
  /** Epoch nanoseconds, inclusive; null for no bound. */
  readonly sinceNs: bigint | null;
  readonly untilNs: bigint | null;
}

export const UNBOUNDED: QueryBounds = { minSeverity: 0, sinceNs: null, untilNs: null };

/** What holds where both hold. */
export function bothBounds(left: QueryBounds, right: QueryBounds): QueryBounds {
  if (left === UNBOUNDED) return right;
  if (right === UNBOUNDED) return left;
  return {
    minSeverity: Math.max(left.minSeverity, right.minSeverity),
    sinceNs: pick(left.sinceNs, right.sinceNs, later),
    untilNs: pick(left.untilNs, right.untilNs, earlier),
  };
}

/** What holds where one of them does. */
export function eitherBounds(left: QueryBounds, right: QueryBounds): QueryBounds {
  if (left === UNBOUNDED || right === UNBOUNDED) return UNBOUNDED;
  const hasSince = left.sinceNs !== null && right.sinceNs !== null;
  const hasUntil = left.untilNs !== null && right.untilNs !== null;
  return {
    minSeverity: Math.min(left.minSeverity, right.minSeverity),
    sinceNs: hasSince ? pick(left.sinceNs, right.sinceNs, earlier) : null,
    untilNs: hasUntil ? pick(left.untilNs, right.untilNs, later) : null,
  };
}

function pick(
  a: bigint | null,
  b: bigint | null,
  choose: (a: bigint, b: bigint) => bigint,
): bigint | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}

function later(a: bigint, b: bigint): bigint {
  return compare(a, b) < 0 ? b : a;
}

function earlier(a: bigint, b: bigint): bigint {
  return compare(a, b) < 0 ? a : b;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
