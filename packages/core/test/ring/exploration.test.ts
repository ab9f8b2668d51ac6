// The interleavings of a few threads over the ring's own code, at the smallest ring there can be:
// all of them where it says "exhaustive", else those in which a thread is kept waiting for another
// one no more often than it says. Memory is sequentially consistent here, as between `Atomics`:
// what a processor may reorder beyond that is the business of the tests with real threads. The same
// walks have to notice every one of a list of mistakes, or they would show nothing.

import { afterAll, describe, expect, it } from 'vitest';
import { IS_LONG } from '../threads/run-fixture.ts';
import { explore } from './exploration/explore.ts';
import type { Mutant } from './exploration/mutant.ts';
import { MUTANTS } from './exploration/mutants.ts';
import { explorationOf, SCENARIOS, type Scenario } from './exploration/scenarios.ts';
import { loadSteppedRing } from './exploration/step-source.ts';

const ring = await loadSteppedRing();

/** Of all scenarios together, in the quick form. */
const MIN_STATES = 100_000;

describe('the ring, step by step', () => {
  let states = 0;
  let endings = 0;

  const scenarios = SCENARIOS.map((scenario) => {
    const { quickSwitches, longSwitches } = scenario;
    const switches = (IS_LONG ? longSwitches : quickSwitches) ?? Number.POSITIVE_INFINITY;
    const extent = Number.isFinite(switches) ? `bounded to ${switches} switches` : 'exhaustive';
    return { ...scenario, switches, extent };
  });

  for (const scenario of scenarios) {
    const { name, switches, extent } = scenario;
    it(`holds where ${name} (${extent})`, { timeout: 3_600_000 }, () => {
      const explored = explore(explorationOf(scenario, ring), switches);
      expect(explored.failure).toBeNull();
      expect(explored.endings).toBeGreaterThan(0);
      console.log(`ring protocol, ${extent}: ${explored.states} states where ${name}`);
      states += explored.states;
      endings += explored.endings;
    });
  }

  it('was met in more than a hundred thousand different states', () => {
    console.log(`ring protocol: ${states} states, ${endings} endings, no assertion broken`);
    expect(states).toBeGreaterThan(MIN_STATES);
  });
});

describe('a mistake in the protocol', () => {
  let caught = 0;

  afterAll(() => {
    console.log(`ring protocol: ${caught} of ${MUTANTS.length} mutants caught`);
  });

  it.each(MUTANTS)('is noticed: $name', { timeout: 120_000 }, async (mutant) => {
    const mutated = await loadSteppedRing(mutant);
    let failure: string | null = null;
    for (const { scenario, switches } of inOrder(mutant)) {
      failure = explore(explorationOf(scenario, mutated), switches).failure;
      if (failure !== null) break;
    }
    expect(failure).not.toBeNull();
    // A mutant that does not run is no mistake in the protocol.
    expect(failure).not.toMatch(/is not (defined|iterable|a function)/);
    caught++;
  });
});

/** Few switches before many, and first the scenarios that a mistake like this shows in. */
function inOrder(mutant: Mutant): { scenario: Scenario; switches: number }[] {
  const isOfQueue = mutant.file === 'drain.ts' || mutant.name.includes('drain');
  const likelihood = ({ name }: Scenario): number => {
    if (mutant.likelyIn !== undefined && name.includes(mutant.likelyIn)) return 2;
    return /drain|queue/.test(name) === isOfQueue ? 1 : 0;
  };
  return [2, 1, 0].flatMap((likely) =>
    [1, 2, Number.POSITIVE_INFINITY].flatMap((switches) =>
      SCENARIOS.filter((scenario) => likelihood(scenario) === likely).map((scenario) => {
        return { scenario, switches: Math.min(switches, scenario.quickSwitches ?? switches) };
      }),
    ),
  );
}
