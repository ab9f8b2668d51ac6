// What the application's own regular expressions have found last stays what they have found last.

import { expect, test } from 'vitest';
import { getLogger, withContext } from '../../src/logger/logger.ts';
import { useTraceProvider } from '../../src/logger/thread-state.ts';
import { Redaction } from '../../src/record/redaction.ts';
import { describeTarget, pathOf } from '../../src/taps/request-target.ts';
import { recordHere } from '../logger/recording-logger.ts';

/** `RegExp.$1` and the others, as they are after `run`, set by a match before. */
function legacyAfter(run: () => void): unknown {
  /a(.)c/.exec('--abc--');
  run();
  const { $1, lastMatch, input, leftContext, rightContext } = RegExp;
  return { $1, lastMatch, input, leftContext, rightContext };
}

const UNTOUCHED = {
  ...{ $1: 'b', lastMatch: 'abc', input: '--abc--', leftContext: '--', rightContext: '--' },
};

const SECRET = 'Bearer 9f86d081884c7d65 at postgres://app:hunter2@db/x';

test('the check can fail', () => {
  expect(legacyAfter(() => 'xyz'.match(/y/))).not.toEqual(UNTOUCHED);
});

test('whatever is found in a text', () => {
  const redaction = new Redaction();
  expect(legacyAfter(() => redaction.cleanText(SECRET))).toEqual(UNTOUCHED);
  expect(redaction.cleanText(SECRET)).toBe('Bearer [Redacted] at postgres://[Redacted]@db/x');
});

test('whatever is logged', () => {
  const recording = recordHere();
  const log = getLogger('shop');
  useTraceProvider(() => ({ traceId: 'A'.repeat(32), spanId: 'b'.repeat(16), flags: 1 }));
  const error = new Error(SECRET);
  // Its stack is made at the first look, here by Vitest, with regular expressions.
  expect(error.stack).toContain('hunter2');
  const logAll = (): void => {
    log.info(SECRET, { url: SECRET, [SECRET]: [SECRET] });
    log.child({ url: SECRET }).error(error, SECRET);
    withContext({ url: SECRET }, () => log.debug('message'));
  };
  expect(legacyAfter(logAll)).toEqual(UNTOUCHED);
  useTraceProvider(null);
  const events = recording.events();
  recording.stop();
  expect(
    JSON.stringify(events.map(({ message, fields, context }) => [message, fields, context])),
  ).not.toContain('hunter2');
  expect(events[0].traceId).toBe('a'.repeat(32));
});

test('whatever is requested', () => {
  const ask = (): void => {
    pathOf('http://u:p@host/a/b?c#d');
    describeTarget('http://u:p@host', '/a?b');
  };
  expect(legacyAfter(ask)).toEqual(UNTOUCHED);
});
