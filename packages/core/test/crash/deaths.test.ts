// Each row of the table of deaths, beside the same program without ttlog. What must be left is known
// from what the program told, on a pipe, after each log call had returned.

import { afterAll, describe, expect, it } from 'vitest';
import { type Death, type Mode, programOf } from './deaths/death.ts';
import { expectLeft } from './deaths/oracle.ts';
import { DEATHS } from './deaths/table.ts';
import { expectSameEnding, type ProgramOptions, runControl, runProgram } from './run-program.ts';

const figures = { rows: 0, deaths: 0, events: 0 };

afterAll(() => {
  const { rows, deaths, events } = figures;
  console.log(
    `crash matrix: ${rows} of ${DEATHS.length} rows, ${deaths} deaths, each ended as without ttlog; ` +
      `of ${events} acknowledged events that had to be kept none is missing`,
  );
});

async function die(death: Death): Promise<void> {
  const options: ProgramOptions = {
    ...death.process,
    acknowledges: true,
    env: { TTLOG_MEMORY_BYTES: String(1 << 20), ...death.process?.env },
  };
  const modes: readonly Mode[] = death.modes ?? ['mirrored'];
  const [control, ...outcomes] = await Promise.all([
    death.alone === undefined ? runControl(programOf(death, 'mirrored'), options) : null,
    ...modes.map((mode) => runProgram(programOf(death, mode), options)),
  ]);
  for (const [index, outcome] of outcomes.entries()) {
    if (control !== null) expectSameEnding(outcome!, control, options);
    const { code, signal } = outcome!;
    if (death.ends === null) expect([code, signal]).not.toEqual([0, null]);
    else expect(signal ?? code).toBe(death.ends);
    figures.events += expectLeft(outcome!, death.leaves, modes[index]);
    figures.deaths++;
  }
  figures.rows++;
}

describe.concurrent('a process that dies of', () => {
  it.each(DEATHS.map((death) => [death.name, death] as const))('%s', (_name, death) => die(death));
});
