// The follower beside a writer whose events are numbered: what it hands out, in which order, and
// what it says it has missed.

import { afterEach, describe, expect, it } from 'vitest';
import { EventFollower } from '../../src/follow/event-follower.ts';
import { getLogger } from '../../src/logger/logger.ts';
import { SEVERITY } from '../../src/record/level.ts';
import { endThread } from '../../src/ring/thread-table.ts';
import { type RecordingLogger, recordHere } from '../logger/recording-logger.ts';

const log = getLogger('numbered');
/** So far ahead that an event may be handed out at once. */
const SETTLED_NS = 10_000_000n;
const settledNs = () => process.hrtime.bigint() + SETTLED_NS;

let here: RecordingLogger;
afterEach(() => here.stop());

function follow(minSeverity = 1): EventFollower {
  return new EventFollower(here.memory, minSeverity, settledNs);
}

/** All of one round: the numbers of its events. */
function round(follower: EventFollower): number[] {
  follower.begin();
  const numbers: number[] = [];
  for (let event = follower.next(); event !== null; event = follower.next()) {
    numbers.push(event.decode().fields.n as number);
  }
  return numbers;
}

/** A generator of numbers below `bound`, the same each time. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

describe('a follower', () => {
  it('begins with what is there, and hands out each event once', () => {
    here = recordHere();
    for (let n = 0; n < 10; n++) log.info('event', { n });
    const follower = follow();
    expect(round(follower)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(round(follower)).toEqual([]);
    log.debug('event', { n: 10 });
    log.error('event', { n: 11 });
    log.debug('event', { n: 12 });
    expect(round(follower)).toEqual([10, 11, 12]);
    expect(follower.missed).toBe(0);
  });

  it('goes on in a segment with what was defined in it before', () => {
    here = recordHere();
    const follower = follow();
    const child = log.child({ requestId: 7 });
    for (let n = 0; n < 5; n++) {
      child.info('same shape', { n, text: 'x' });
      follower.begin();
      const event = follower.next();
      expect(event?.message).toBe('same shape');
      expect(event?.decode()).toMatchObject({
        logger: 'numbered',
        message: 'same shape',
        fields: { n, text: 'x' },
        context: { bindings: { requestId: 7 } },
      });
      expect(follower.next()).toBeNull();
    }
  });

  it('leaves out what is below its level, also where nobody decodes', () => {
    here = recordHere();
    const follower = follow(SEVERITY.warn);
    for (let n = 0; n < 100; n++) log[n % 10 === 0 ? 'warn' : 'debug']('event', { n });
    follower.begin();
    let count = 0;
    while (follower.next() !== null) count++;
    expect(count).toBe(10);
  });

  it('hands out nothing that is younger than the beginning of the round', () => {
    here = recordHere();
    const follower = new EventFollower(here.memory, 1, process.hrtime.bigint);
    follower.begin();
    log.info('event', { n: 0 });
    expect(follower.next()).toBeNull();
    const untilMs = performance.now() + 5;
    while (performance.now() < untilMs);
    expect(round(follower)).toEqual([0]);
  });

  it('hands out at the next round what a round has left', () => {
    here = recordHere();
    const follower = follow();
    for (let n = 0; n < 4; n++) log[n % 2 ? 'warn' : 'info']('event', { n });
    follower.begin();
    expect(follower.next()?.decode().fields.n).toBe(0);
    expect(round(follower)).toEqual([1, 2, 3]);
  });

  it.each([1, 2, 3])(
    'keeps the order over both pools and counts what it has missed (seed %i)',
    (seed) => {
      here = recordHere({ bytes: 16 * 4096, segmentBytes: 4096 });
      const random = seeded(seed);
      const follower = follow();
      const seen: number[] = [];
      let n = 0;
      for (let turn = 0; turn < 300; turn++) {
        // Mostly less than the ring holds, at times many times as much.
        const burst = random(20) === 0 ? random(5000) : random(200);
        const share = random(4);
        for (let i = 0; i < burst; i++) {
          const level = random(4) < share ? 'error' : 'debug';
          log[level](`event ${n % 3}`, { n: n++, text: 'x'.repeat(random(40)) });
        }
        seen.push(...round(follower));
      }
      // The last of each pool, so that a gap before them shows.
      log.debug('event', { n: n++ });
      log.error('event', { n: n++ });
      seen.push(...round(follower));
      expect(seen.filter((number, i) => i > 0 && number <= seen[i - 1])).toEqual([]);
      expect(seen.length + follower.missed).toBe(n);
      expect(follower.missed).toBeGreaterThan(0);
      expect(seen.length).toBeGreaterThan(1000);
    },
  );

  it('counts what a thread that has ended took along, once it lets go of it', () => {
    here = recordHere({ bytes: 16 * 4096, segmentBytes: 4096 });
    const follower = follow();
    for (let n = 0; n < 10; n++) log.info('event', { n });
    expect(round(follower)).toHaveLength(10);
    for (let n = 10; n < 5000; n++) log.info('event', { n });
    endThread(here.memory, 0, 0);
    const seen = round(follower);
    expect(10 + seen.length + follower.missed).toBe(5000);
  });
});
