/** The time of a recording in equal parts, as a histogram or a timeline shows it. Only arithmetic. */

export interface TimeWindow {
  /** Epoch nanoseconds, both inclusive. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** The part of so many that an instant is in, or the nearest one. */
export function partOf(timeNs: bigint, { fromNs, toNs }: TimeWindow, count: number): number {
  const spanNs = toNs - fromNs;
  if (spanNs <= 0n) return 0;
  const part = Number(((timeNs - fromNs) * BigInt(count)) / spanNs);
  return Math.min(count - 1, Math.max(0, part));
}

/** The first instant that `partOf` puts into a part. */
export function startOfPart(part: number, { fromNs, toNs }: TimeWindow, count: number): bigint {
  const [parts, spanNs] = [BigInt(count), toNs - fromNs];
  return fromNs + (spanNs * BigInt(part) + parts - 1n) / parts;
}
