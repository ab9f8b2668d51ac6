import { expect, it } from 'vitest';
import { patternOf, patternTest, templateTest } from '../../src/view/message-pattern.ts';

it('knows messages of one pattern by their words, of one logger', () => {
  const test = patternTest(patternOf('http', 'request 7 served'));
  expect(test({ logger: 'http', message: 'request  8 served' })).toBe(true);
  expect(test({ logger: 'http', message: 'request 8 refused' })).toBe(false);
  expect(test({ logger: 'db', message: 'request 8 served' })).toBe(false);
});

it.each([
  ['http: request <*> served', 'http', 'request 12 served', true],
  ['http: request <*> served', 'http', 'request of Ada served', false],
  ['http: request <*> served', '', 'http: request 12 served', true],
  ['http: user <*> came', 'http', 'user Ada came', true],
  ['http: took <*>ms', 'http', 'took 5ms', false],
  ['a: b: c', 'a: b', 'c', true],
  ['a: b: c', 'a', 'b: c', true],
])('%j stands for the message of %j: %j is %j', (template, logger, message, isOne) => {
  expect(templateTest(template)({ logger, message })).toBe(isOne);
});
