// Two things measured in turns, so that what else the machine does falls on both.

export interface Turns {
  readonly bare: readonly number[];
  readonly own: readonly number[];
}

/** So many rounds, after one that counts for nothing. */
export async function inTurns(
  rounds: number,
  measureBare: () => number | Promise<number>,
  measureOwn: () => number | Promise<number>,
): Promise<Turns> {
  const bare: number[] = [];
  const own: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const bareMs = await measureBare();
    const ownMs = await measureOwn();
    if (round < 0) continue;
    bare.push(bareMs);
    own.push(ownMs);
  }
  return { bare, own };
}
