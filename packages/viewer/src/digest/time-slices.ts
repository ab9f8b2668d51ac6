/** Stretches of time of a round length, for histograms and statistics over time. */

const ROUND_NS: readonly bigint[] = roundLengths();

/** The shortest round length of which no more than `count` cover `spanNs`. */
export function roundSliceNs(spanNs: bigint, count: number): bigint {
  const leastNs = spanNs / BigInt(count) + 1n;
  return ROUND_NS.find((ns) => ns >= leastNs) ?? leastNs;
}

/** Start of the slice that a time is in. */
export function sliceStart(timeNs: bigint, sliceNs: bigint): bigint {
  const rest = timeNs % sliceNs;
  return timeNs - (rest < 0n ? rest + sliceNs : rest);
}

/** 1, 2, 5 of each power of ten up to seconds; then what clocks count in. */
function roundLengths(): bigint[] {
  const lengths: bigint[] = [];
  for (let power = 1000n; power < 1_000_000_000n; power *= 10n) {
    lengths.push(power, 2n * power, 5n * power);
  }
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200];
  lengths.push(...seconds.map((count) => BigInt(count) * 1_000_000_000n));
  const days = [1, 2, 7, 14, 30, 90, 365];
  lengths.push(...days.map((count) => BigInt(count) * 86_400_000_000_000n));
  return lengths;
}
