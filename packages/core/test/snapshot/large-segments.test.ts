// Segments as large as `memory.segmentBytes` allows, full of contexts: all that an honest writer
// puts there is read, by recordings and by whoever follows the ring.

import { afterEach, describe, expect, it } from 'vitest';
import { EventFollower } from '../../src/follow/event-follower.ts';
import { getLogger } from '../../src/logger/logger.ts';
import { type RecordingLogger, recordHere } from '../logger/recording-logger.ts';

const log = getLogger('large');
/** The largest there is in the long form. */
const SEGMENT_BYTES = process.env.TTLOG_TEST_LONG === undefined ? 1 << 20 : 16 << 20;

let here: RecordingLogger;
afterEach(() => here.stop());

/** Calls `write` with 0, 1, 2 and so on, so often that events of `eventBytes` fill a segment. */
function fillSegment(eventBytes: number, write: (n: number) => void): number {
  here = recordHere({ bytes: 8 * SEGMENT_BYTES, segmentBytes: SEGMENT_BYTES });
  const count = Math.ceil(SEGMENT_BYTES / eventBytes);
  for (let n = 0; n < count; n++) write(n);
  return count;
}

function numbered(keyCount: number): { [key: string]: number } {
  return Object.fromEntries(Array.from({ length: keyCount }, (_, i) => [`k${i}`, i % 24]));
}

/** How many events are read whole, as the numbers that were written. */
function readInOrder(keyCount: number): number {
  let next = 0;
  for (const { context } of here.events()) {
    if (context.n === next && Object.keys(context).length === keyCount) next++;
  }
  return next;
}

describe('all events of a large segment are read', () => {
  it('where each has a context of its own with many bindings', () => {
    const bindings = numbered(98);
    const count = fillSegment(440, (n) => log.child({ ...bindings, n }).info('event'));
    expect(readInOrder(99)).toBe(count);
  });

  it('where each has a small context inside a large one', () => {
    const outer = log.child(numbered(64));
    const count = fillSegment(46, (n) => outer.child({ n }).info('event'));
    expect(readInOrder(65)).toBe(count);
  });

  it('where a thousand contexts inside a large one are used in turn', () => {
    const outer = log.child(numbered(35));
    const loggers = Array.from({ length: 1000 }, (_, i) => outer.child({ i }));
    const count = fillSegment(10, (n) => loggers[n % 1000].info('event'));
    let next = 0;
    for (const { context } of here.events()) if (context.i === next % 1000) next++;
    expect(next).toBe(count);
  });

  it('by an output, where each has a small context inside a large one', () => {
    const outer = log.child(numbered(35));
    const count = fillSegment(46, (n) => outer.child({ n }).info('event'));
    const settledNs = () => process.hrtime.bigint() + 10_000_000n;
    const follower = new EventFollower(here.memory, 1, settledNs);
    follower.begin();
    let next = 0;
    for (let event = follower.next(); event !== null; event = follower.next()) {
      const { bindings } = event.decode().context;
      if (bindings.n === next && bindings.k34 === 34 % 24) next++;
    }
    expect([next, follower.missed]).toEqual([count, 0]);
  });
});
