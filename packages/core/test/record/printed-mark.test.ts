// What the head of a shape says besides the shape, and that readers of recordings see none of it.

import { afterEach, expect, test } from 'vitest';
import { EventFollower } from '../../src/follow/event-follower.ts';
import { getLogger, withContext } from '../../src/logger/logger.ts';
import { printingLogger } from '../../src/logger/printing-logger.ts';
import { markOf, printedToOf, writeMarkedHead } from '../../src/record/printed-mark.ts';
import { MAJOR_ARRAY, MAJOR_UNSIGNED } from '../../src/record/write-head.ts';
import { type RecordingLogger, recordHere } from '../logger/recording-logger.ts';

const PLACES = [null, 'stdout', 'stderr'] as const;
/** Array heads and times of every length that a head may have. */
const ARRAYS = [[0x84], [0x98, 4], [0x99, 0, 4]];
const TIMES = [[0], [0x18, 24], [0x19, 1, 0], [0x1a, 0, 1, 0, 0], [0x1b, 0, 0, 1, 0, 0, 0, 0, 0]];
const SEVERITIES = [[9], [0x18, 24]];
const NUMBERS = [0, 1, 3, 23, 24, 255, 256, 65_535, 65_536, 2 ** 28 - 1];

let recording: RecordingLogger | null = null;
afterEach(() => recording?.stop());

test.each(PLACES)('a head that is marked with %s is read as that', (printedTo) => {
  const bytes = new Uint8Array(64);
  for (const major of [MAJOR_UNSIGNED, MAJOR_ARRAY]) {
    for (const number of NUMBERS) {
      for (const array of ARRAYS) {
        for (const time of TIMES) {
          for (const severity of SEVERITIES) {
            const before = [0xf6, ...array, ...time, ...severity];
            bytes.set(before);
            writeMarkedHead(bytes, before.length, major, number + markOf(printedTo));
            // Nothing is longer than eight bytes: such an event is printed twice.
            const isKnown = number < 65_536 || printedTo !== 'stderr';
            expect(printedToOf(bytes, 1)).toBe(isKnown ? printedTo : null);
          }
        }
      }
    }
  }
});

test('every way in which an event is written keeps where the program has printed it', () => {
  // Room for all stacks, which are as long as the paths in them.
  recording = recordHere({ bytes: 16 << 20 });
  const own = getLogger('marked');
  const loggers = PLACES.map((printedTo) => printingLogger(own, printedTo));
  // As many calls as it takes until a shape has code of its own, and more shapes than 23.
  for (let i = 0; i < 300; i++) {
    for (const log of loggers) {
      log.info('fields', { i, text: 'x' });
      log.info('an object', { list: [i] });
      log.warn('no fields');
      log.debug(`once ${i}`);
      log.debug(`once with fields ${i}`, { i });
      log.debug(`shape ${i % 30}`, { [`key${i % 30}`]: i });
      withContext({ request: i >> 3 }, () => log.error(new Error('within a context')));
    }
  }
  const follower = new EventFollower(recording.memory, 0, process.hrtime.bigint);
  follower.begin(true);
  // Of a thread they come in the order of the calls: seven of each logger in turn.
  let count = 0;
  for (let event = follower.next(); event !== null; event = follower.next()) {
    expect(event.printedTo).toBe(PLACES[Math.floor(count++ / 7) % 3]);
  }
  expect(count).toBe(6300);
  const events = recording.events();
  expect(events).toHaveLength(6300);
  expect(events.filter(({ message }) => message === 'fields')[899]).toMatchObject({
    ...{ logger: 'marked', level: 'info', fields: { i: 299, text: 'x' } },
  });
});
