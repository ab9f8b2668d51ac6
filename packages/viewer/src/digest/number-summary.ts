/** Numbers of a group: their sum, ends and percentiles, exactly. */

export interface NumberSummary {
  readonly count: number;
  readonly min: number;
  readonly avg: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly sum: number;
}

/** null where there is none. Sorts what it is given. */
export function summariseNumbers(numbers: number[]): NumberSummary | null {
  if (numbers.length === 0) return null;
  numbers.sort((a, b) => a - b);
  const sum = numbers.reduce((total, number) => total + number, 0);
  return {
    count: numbers.length,
    min: numbers[0],
    avg: sum / numbers.length,
    p50: percentile(numbers, 0.5),
    p95: percentile(numbers, 0.95),
    p99: percentile(numbers, 0.99),
    max: numbers[numbers.length - 1],
    sum,
  };
}

/** The nearest rank: the least number that so large a share of all does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
