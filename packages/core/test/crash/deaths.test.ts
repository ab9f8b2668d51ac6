// Each row of the table of deaths, beside the same program without ttlog. What must be left is known
// from what the program told, on a pipe, after each log call had returned.

import { describe, expect, it } from 'vitest';
import { type Death, type Mode, programOf } from './deaths/death.ts';
import { expectLeft } from './deaths/oracle.ts';
import { DEATHS } from './deaths/table.ts';
import { expectSameEnding, type ProgramOptions, runControl, runProgram } from './run-program.ts';

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
    expectLeft(outcome!, death.leaves, modes[index]);
  }
}

describe.concurrent('a process that dies of', () => {
  it.each(DEATHS.map((death) => [death.name, death] as const))('%s', (_name, death) => die(death));
});
