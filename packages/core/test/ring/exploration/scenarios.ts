// The situations that are explored: who does what to a ring that is as small as can be.

import { MODE_REFUSE } from '../../../src/memory/ring-layout.ts';
import type { Exploration, WalkedThread } from './explore.ts';
import { Judge } from './judge.ts';
import type { SteppedRing } from './step-source.ts';
import { World, type WorldShape } from './world.ts';

/** What a thread of a scenario does. A sealer begins when a thread, by index, has died. */
type Part =
  | {
      readonly writes: number;
      readonly stored?: number;
      readonly mayDie?: true;
      readonly mayBeCut?: true;
      /** It takes what there is behind each call. */
      readonly drainsEach?: true;
    }
  | { readonly drains: number }
  | { readonly sealsAfter: number; readonly mayDie?: true }
  | 'captures'
  | 'joins';

export interface Scenario {
  readonly name: string;
  readonly shape?: Partial<WorldShape>;
  readonly parts: readonly Part[];
  /** Of what one thread wrote something may be missing in between: see `oldestReusable`. */
  readonly mayLeaveGaps?: true;
  /** How often a thread may be kept waiting for another in the quick form; else without a limit … */
  readonly quickSwitches?: number;
  /** … and in the long one. */
  readonly longSwitches?: number;
}

const SHAPE: WorldShape = { segmentCount: 2, entriesPerSegment: 1, wordsPerEntry: 1, rowCount: 17 };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a writer dies anywhere, and two seal for it',
    parts: [{ writes: 2, mayDie: true }, { sealsAfter: 0 }, { sealsAfter: 0 }],
  },
  {
    name: 'a writer dies anywhere, so does who seals for it, and another one does',
    parts: [{ writes: 2, mayDie: true }, { sealsAfter: 0, mayDie: true }, { sealsAfter: 1 }],
  },
  {
    name: 'two threads join',
    parts: ['joins', 'joins'],
  },
  {
    name: 'two writers fill one segment after the other',
    shape: { segmentCount: 4 },
    parts: [{ writes: 2 }, { writes: 2 }],
  },
  {
    name: 'two writers find a full queue',
    shape: { mode: MODE_REFUSE },
    parts: [{ writes: 2 }, { writes: 2 }],
  },
  {
    name: 'a writer dies anywhere, and is sealed while what it sent is drained',
    shape: { mode: MODE_REFUSE },
    parts: [{ writes: 2, mayDie: true }, { drains: 2 }, { sealsAfter: 0 }],
  },
  {
    name: 'a writer overwrites entries of two words while a reader captures',
    shape: { segmentCount: 3, entriesPerSegment: 2, wordsPerEntry: 2 },
    parts: [{ writes: 3, stored: 6 }, 'captures'],
  },
  {
    name: 'two writers overwrite while a reader captures',
    parts: [{ writes: 1, stored: 1 }, { writes: 1, stored: 1 }, 'captures'],
  },
  {
    name: 'two writers overwrite while a reader captures, one dies anywhere and is sealed',
    parts: [{ writes: 1, stored: 1, mayDie: true }, { writes: 1 }, 'captures', { sealsAfter: 0 }],
    quickSwitches: 2,
  },
  {
    name: 'a writer dies anywhere, and is sealed by two while another one writes',
    parts: [
      { writes: 1, stored: 1, mayDie: true },
      { writes: 2 },
      { sealsAfter: 0 },
      { sealsAfter: 0 },
    ],
  },
  {
    name: 'two consumers drain what two writers send',
    shape: { mode: MODE_REFUSE },
    parts: [{ writes: 1 }, { writes: 1 }, { drains: 1 }, { drains: 1 }],
  },
  {
    name: 'a queue is filled again while two consumers drain it',
    shape: { mode: MODE_REFUSE },
    parts: [{ writes: 1, stored: 2 }, { drains: 1 }, { drains: 1 }],
  },
  {
    name: 'of two who seal for the same dead one is late, and the segment has a new tenant',
    parts: [{ writes: 1, mayDie: true }, { writes: 3 }, { sealsAfter: 0 }, { sealsAfter: 0 }],
    mayLeaveGaps: true,
  },
  {
    name: 'calls are cut off anywhere while another thread writes',
    shape: { segmentCount: 3 },
    parts: [{ writes: 2, mayBeCut: true }, { writes: 1 }],
  },
  {
    name: 'two writers take two segments while a reader captures, one dies anywhere and is sealed',
    parts: [{ writes: 1, mayDie: true }, { writes: 1 }, 'captures', { sealsAfter: 0 }],
  },
  {
    name: 'two writers take two segments while a reader captures, and any of them dies anywhere',
    parts: [{ writes: 1, mayDie: true }, { writes: 1, mayDie: true }, 'captures'],
  },
  {
    name: 'a writer takes its own segment again while a reader captures',
    shape: { segmentCount: 1 },
    parts: [{ writes: 3 }, 'captures'],
  },
  {
    name: 'a drained segment is given to another thread while a consumer notes it',
    shape: { segmentCount: 3, mode: MODE_REFUSE },
    parts: [{ writes: 2, stored: 1 }, { writes: 1, stored: 2 }, { drains: 2 }, { drains: 1 }],
    quickSwitches: 2,
    longSwitches: 3,
  },
  {
    name: 'a queue of one segment is filled and drained again while a consumer is late',
    shape: { segmentCount: 1, entriesPerSegment: 2, mode: MODE_REFUSE },
    parts: [{ writes: 4, drainsEach: true }, { drains: 1 }],
  },
];

export function explorationOf(scenario: Scenario, ring: SteppedRing): Exploration {
  const world = new World(ring, { ...SHAPE, ...scenario.shape });
  const writers = scenario.parts.map((part) => {
    return typeof part !== 'string' && 'writes' in part ? world.settle(part.stored ?? 0) : -1;
  });
  const rows = writers.map((writer) => (writer === -1 ? -1 : world.writers[writer].slot.row));
  const judge = new Judge(world, rows, {
    isSealedAtEnd: !scenario.parts.some((part) => typeof part !== 'string' && 'sealsAfter' in part),
    mayLeaveGaps: scenario.mayLeaveGaps ?? false,
  });
  const threads = scenario.parts.map((part, index): WalkedThread => {
    if (part === 'captures') return { name: 'reader', program: () => judge.capture() };
    if (part === 'joins') {
      return { name: `thread ${index}`, program: () => world.joinAlone(index + 10) };
    }
    if ('drains' in part) {
      return { name: `consumer ${index}`, program: () => world.drain(part.drains) };
    }
    const mayDie = part.mayDie ?? false;
    if ('sealsAfter' in part) {
      const program = () => world.endThread(0);
      return { name: `sealer ${index}`, program, mayDie, afterDeathOf: part.sealsAfter };
    }
    return {
      name: `writer ${index}`,
      program: () => world.write(writers[index], part.writes, part.drainsEach),
      mayDie,
      mayBeCut: part.mayBeCut ?? false,
    };
  });
  const { look, isOwn, checkStep, checkEnd } = judge;
  return { ring: world.memory.buffer, threads, look, isOwn, checkStep, checkEnd };
}
