// The follower's account where threads come and go between its rounds, and in the middle of them:
// every event of every thread is handed out once, or counted once as missed.

import { describe, expect, it } from 'vitest';
import { atStep } from '../ring/at-step.ts';
import { Handed, MORE_THAN_THE_RING, PlayedThreads } from './played-threads.ts';

const SEEDS = Array.from({ length: process.env.TTLOG_TEST_LONG ? 500 : 4 }, (_, i) => i + 1);

/** Steps by which a look has come past all rows. */
const MAX_STEPS = process.env.TTLOG_TEST_LONG ? 10_000 : 150;

/** A generator of numbers below `bound`, the same each time. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function expectAll(handed: Handed, threads: PlayedThreads): void {
  expect(handed.doubled).toBe(0);
  expect(handed.misplaced).toEqual([]);
  expect(handed.accounted).toBe(threads.logged);
  expect(handed.follower.uncertainGaps).toBe(0);
  expect(handed.tookBack).toBe(false);
}

/** Threads that never log, until all rows of those that have no segment left are given away. */
function reuseRows(threads: PlayedThreads): void {
  for (let i = 0; i < 60; i++) threads.pass(0);
}

describe('a follower counts as missed', () => {
  it('the events of a thread that came and went between two rounds and was overwritten', () => {
    const threads = new PlayedThreads();
    const handed = new Handed(threads.memory);
    const main = threads.start();
    threads.log(main, 10);
    handed.round();
    threads.pass(2000);
    threads.log(main, MORE_THAN_THE_RING);
    handed.round();
    expectAll(handed, threads);
    expect(handed.follower.missed).toBeGreaterThan(2000);
  });

  it('the last words of a thread that it had followed, and that others have overwritten', () => {
    const threads = new PlayedThreads();
    const handed = new Handed(threads.memory);
    const main = threads.start();
    const worker = threads.start();
    threads.log(worker, 50);
    handed.round();
    threads.log(worker, 1000, 'error');
    threads.log(worker, 10);
    threads.end(worker);
    threads.log(main, MORE_THAN_THE_RING);
    threads.log(main, MORE_THAN_THE_RING, 'error');
    handed.round();
    expectAll(handed, threads);
  });

  it('what a thread had sealed that lives and writes no more', () => {
    const threads = new PlayedThreads();
    const handed = new Handed(threads.memory);
    const main = threads.start();
    const quiet = threads.start();
    threads.log(quiet, 100, 'error');
    quiet.writer.seal();
    threads.log(main, MORE_THAN_THE_RING, 'error');
    threads.log(main, MORE_THAN_THE_RING);
    handed.round(true);
    expectAll(handed, threads);
    expect(handed.events.filter((event) => event.startsWith('2 '))).toEqual([]);
  });

  it('what is overwritten during the last round', () => {
    const threads = new PlayedThreads();
    const handed = new Handed(threads.memory);
    const main = threads.start();
    const worker = threads.start();
    threads.log(main, 20);
    threads.log(worker, 20);
    handed.round(true, (ordinal) => {
      if (ordinal !== 3) return;
      threads.log(worker, 5);
      threads.end(worker);
      threads.log(main, MORE_THAN_THE_RING);
    });
    const missed = threads.logged - handed.events.length;
    expect(handed.follower.missed).toBeGreaterThan(0);
    expect(handed.follower.missed).toBeLessThanOrEqual(missed);
    handed.round();
    expectAll(handed, threads);
  });

  it.each(SEEDS)(
    'all that it does not hand out, whoever comes and goes and whenever (seed %i)',
    (seed) => {
      const threads = new PlayedThreads();
      const handed = new Handed(threads.memory);
      const random = seeded(seed);
      const act = (): void => {
        const { living } = threads;
        const thread = living[random(living.length)];
        if (living.length < 3 && random(3) === 0) threads.start();
        else if (living.length > 1 && random(4) === 0) threads.end(thread);
        else if (random(8) === 0) threads.log(thread, random(500), 'error');
        else if (random(7) === 0) threads.log(thread, random(1200));
        else threads.log(thread, random(40), random(2) === 0 ? 'debug' : 'error');
      };
      threads.start();
      for (let turn = 0; turn < 60; turn++) {
        for (let acts = random(12); acts > 0; acts--) act();
        const isLast = random(4) === 0;
        const at = random(400);
        const onEvent = (ordinal: number): void => {
          if (ordinal === at) act();
        };
        // Between two events, or between two steps, which are not to be those of another thread.
        if (random(2) === 0) handed.round(isLast, onEvent);
        else atStep(random(500), act, () => handed.round(isLast));
      }
      handed.round(true);
      expectAll(handed, threads);
      expect(handed.follower.missed).toBeGreaterThan(0);
      expect(handed.events.length).toBeGreaterThan(1000);
    },
  );
});

describe('where threads act in the middle of a look, a follower', () => {
  /** What happens at one step of a round; the ring is of one living thread, and one that goes. */
  function playAtEveryStep(
    act: (threads: PlayedThreads) => void,
    check: (handed: Handed) => void = () => {},
  ): void {
    for (let step = 0; ; step++) {
      const threads = new PlayedThreads();
      const handed = new Handed(threads.memory);
      const main = threads.start();
      const worker = threads.start();
      threads.log(main, 70);
      threads.log(worker, 70);
      handed.round();
      threads.log(main, 30);
      threads.log(worker, 30);
      const hasCome = atStep(
        step,
        () => act(threads),
        () => handed.round(),
      );
      handed.round(true);
      expectAll(handed, threads);
      check(handed);
      if (!hasCome) break;
      expect(step).toBeLessThan(10_000);
    }
  }

  it('accounts for a thread that ends', () => {
    playAtEveryStep((threads) => {
      threads.log(threads.living[1], 300);
      threads.end(threads.living[1]);
      threads.log(threads.living[0], 300);
    });
  });

  it('accounts for a thread that goes round the ring', () => {
    playAtEveryStep((threads) => threads.log(threads.living[1], MORE_THAN_THE_RING));
  });

  it('misses nothing of what a thread opens behind and before it', () => {
    playAtEveryStep(
      (threads) => threads.log(threads.living[0], 150),
      ({ follower }) => expect(follower.missed).toBe(0),
    );
  });
});

describe('a follower that goes on for somebody else', () => {
  it('does not speak of what threads had logged that ended long before', () => {
    const threads = new PlayedThreads();
    threads.pass(300);
    threads.pass(300, 'error');
    const main = threads.start();
    threads.log(main, MORE_THAN_THE_RING);
    threads.log(main, MORE_THAN_THE_RING, 'error');
    threads.pass(1);
    reuseRows(threads);
    const fromNs = process.hrtime.bigint();
    const before = threads.logged;
    threads.log(main, 100);
    const handed = new Handed(threads.memory, fromNs);
    handed.round();
    expect(handed.follower.missed).toBe(0);
    expect(handed.follower.uncertainGaps).toBe(0);

    // From then on it knows of everything.
    const seen = handed.events.length;
    threads.pass(400);
    threads.log(main, MORE_THAN_THE_RING);
    handed.round(true);
    const handedSince = handed.events.length - seen;
    expect(handedSince + handed.follower.missed).toBe(threads.logged - before - 100);
    expect(handed.follower.uncertainGaps).toBe(0);
  });

  it('says that there may be some of a thread that was overwritten since', () => {
    const threads = new PlayedThreads();
    const main = threads.start();
    threads.log(main, 10);
    const fromNs = process.hrtime.bigint();
    threads.pass(100);
    for (let i = 0; i < 2; i++) {
      threads.log(main, MORE_THAN_THE_RING);
      threads.log(main, MORE_THAN_THE_RING, 'error');
    }
    const handed = new Handed(threads.memory, fromNs);
    handed.round(true);
    expect(handed.follower.missed).toBe(0);
    // Of each pool of main, and of the thread that is gone.
    expect(handed.follower.uncertainGaps).toBe(3);
  });
});

describe('where rows are given to other threads, a follower', () => {
  /** One that it has followed, one that it has not, and nothing of either left in the ring. */
  function forgetThreads(threads: PlayedThreads, handed: Handed): void {
    const worker = threads.start();
    threads.log(worker, 30);
    handed.round();
    threads.log(worker, 100);
    threads.end(worker);
    threads.pass(70, 'error');
    const main = threads.start();
    threads.log(main, 750);
    threads.log(main, 300, 'error');
  }

  it('counts what they had logged that it has never seen', () => {
    const threads = new PlayedThreads();
    const handed = new Handed(threads.memory);
    forgetThreads(threads, handed);
    reuseRows(threads);
    handed.round(true);
    expectAll(handed, threads);

    // Given away twice between two rounds.
    for (let i = 0; i < 3; i++) {
      threads.pass(300);
      threads.log(threads.living[0], MORE_THAN_THE_RING);
      reuseRows(threads);
    }
    handed.round(true);
    expectAll(handed, threads);
  });

  it.each(['while a thread takes a row', 'which a thread takes while it looks'])(
    'counts it once, or says that there may be some, %s',
    (moment) => {
      let uncertain = 0;
      for (let step = 0, hasCome = true; hasCome && step < MAX_STEPS; step++) {
        const threads = new PlayedThreads();
        const handed = new Handed(threads.memory);
        forgetThreads(threads, handed);
        // The next row to be given away is that of the thread that was followed.
        while (threads.joined < threads.memory.rowCount) threads.pass(0);
        const round = () => handed.round(true);
        const take = () => void threads.start();
        const isDuringTake = moment.startsWith('while');
        hasCome = atStep(step, isDuringTake ? round : take, isDuringTake ? take : round);
        if (handed.follower.uncertainGaps > 0) uncertain++;
        else if (hasCome) expect(handed.accounted).toBe(threads.logged);
        expect(handed.accounted).toBeLessThanOrEqual(threads.logged);
        handed.round();
        expect(handed.accounted).toBe(threads.logged);
        expect(handed.tookBack).toBe(false);
      }
      // Of a thread that is stopped in between it sees the same however often it looks.
      expect(uncertain > 0).toBe(moment.startsWith('while'));
    },
  );
});
