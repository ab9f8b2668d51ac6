// What of a request's target is recorded.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeTarget, pathOf } from '../../src/taps/request-target.ts';

test.each([
  ['/a/b?token=x#y', '/a/b'],
  ['/a#b?c', '/a'],
  ['http://u:p@host:80/a?b', '/a'],
  ['HTTP+x.1-2://host', ''],
  ['://host/a', '://host/a'],
  ['1http://host/a', '1http://host/a'],
  ['/to/http://host/a', '/to/http://host/a'],
  ['*', '*'],
  ['', ''],
  [undefined, ''],
])('of %j the path is %j', (target, path) => {
  expect(pathOf(target)).toBe(path);
});

test.each([
  ['http://host:80', 'http://host:80'],
  ['http://u:p@host', 'http://host'],
  ['http://u@x:p@host/a@b', 'http://host/a@b'],
  ['//u:p@host', '//host'],
  ['http:////u:p@host', 'http:////host'],
])('of the origin %j %j is told', (origin, told) => {
  expect(describeTarget(origin, '/')).toEqual({ origin: told, path: '/' });
});

test('is what regular expressions would have found', () => {
  const target = fc.string({ unit: fc.constantFrom(...':/?#@aZ1+.-é '.split('')), maxLength: 20 });
  fc.assert(
    fc.property(target, (text) => {
      const bare = text.replace(/[?#].*$/s, '');
      expect(pathOf(text)).toBe(bare.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, ''));
      expect(describeTarget(text, '').origin).toBe(text.replace(/\/\/[^/]*@/, '//'));
    }),
    { numRuns: 2000 },
  );
});

test('of one without end is the beginning', () => {
  expect(pathOf(`/${'a'.repeat(1e6)}`)).toHaveLength(1024);
});
