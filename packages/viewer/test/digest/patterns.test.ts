import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskMessage } from '../../src/digest/message-mask.ts';
import { type Pattern, PatternCollector } from '../../src/digest/patterns.ts';
import { sampleEvent } from '../sample.ts';

function patternsOf(messages: readonly string[]): Pattern[] {
  const collector = new PatternCollector();
  messages.forEach((message, index) => {
    collector.add(sampleEvent({ message, atMs: index }));
  });
  return collector.patterns();
}

function templates(messages: readonly string[]): string[] {
  return patternsOf(messages).map(({ template }) => template);
}

describe('a message', () => {
  it.each([
    ['order 17 took 12.5ms', 'order <*> took <*>'],
    ['id=7f3a9c21 from 10.0.0.1:80', 'id=<*> from <*>'],
    ['GET /api/users/7?x failed', 'GET <*>?x failed'],
    ['user "Ada Lovelace" not found', 'user <*> not found'],
    ["can't open 'a file'", "can't open <*>"],
    ['see https://example.org/a?b=1 now', 'see <*> now'],
    ['mail to ada@example.org', 'mail to <*>'],
    ['job 123e4567-e89b-12d3-a456-426614174000 done', 'job <*> done'],
    ['until 2026-01-02T03:04:05Z', 'until <*>'],
    ['worker3 said no', 'worker3 said no'],
    ['{"a":1,"b":"x"}', '{<*>:<*>,<*>:<*>}'],
    ['', ''],
  ])('%s has the words %s', (message, words) => {
    expect(maskMessage(message).words.join(' ')).toBe(words);
  });
});

describe('patterns', () => {
  it('are the constant messages of a program, each by itself', () => {
    const messages = ['order received', 'order charged', 'order shipped', 'order received'];
    expect(templates(messages)).toEqual(['order received', 'order charged', 'order shipped']);
  });

  it('put together texts that vary in a word', () => {
    const names = 'ada bob cem dan eve fay gus hal ida jan kim leo mia ned'.split(' ');
    const [pattern, ...others] = patternsOf(
      names.flatMap((name) => Array(3).fill(`user ${name} logged in from 10.0.0.1`)),
    );
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({ template: 'user <*> logged in from <*>', events: 42 });
    expect(pattern.wildcards[0]).toMatchObject({ distinct: 14 });
    expect(pattern.wildcards[0].top[0]).toEqual({ value: 'ada', count: 3 });
    expect(pattern.wildcards[1]).toEqual({ distinct: 1, top: [{ value: '10.0.0.1', count: 42 }] });
  });

  it('are not put together because numbers in them differ a lot', () => {
    const many = Array.from({ length: 100 }, (_, index) => `took ${index} ms`);
    expect(templates([...many, 'took too long'])).toEqual(['took <*> ms', 'took too long']);
  });

  it('know levels, first and last, and when', () => {
    const collector = new PatternCollector();
    collector.add(sampleEvent({ message: 'a', atMs: 0 }));
    collector.add(sampleEvent({ message: 'b', atMs: 50, level: 'warn', severity: 13 }));
    collector.add(sampleEvent({ message: 'a', atMs: 100, level: 'error', severity: 17 }));
    const [a, b] = collector.patterns();
    expect(a).toMatchObject({ events: 2, byLevel: { info: 1, error: 1 } });
    expect(a.lastNs - a.firstNs).toBe(100_000_000n);
    expect(a.bins.flatMap((count, index) => (count > 0 ? [index] : []))).toEqual([0, 23]);
    expect(b.bins.indexOf(1)).toBe(12);
    expect(b.bins).toHaveLength(24);
  });

  it('keep apart what different loggers say', () => {
    const collector = new PatternCollector();
    for (const logger of ['a', 'b']) collector.add(sampleEvent({ message: 'x', logger }));
    expect(collector.patterns().map(({ logger }) => logger)).toEqual(['a', 'b']);
  });

  it('hold every event once, whatever the messages', () => {
    const word = fc.constantFrom('a', 'b', 'user', '17', '<*>', '"q r"', '\0', 'é', '10.0.0.1');
    const message = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 60 }), (messages) => {
        const found = patternsOf(messages);
        const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
        expect(sum(found.map(({ events }) => events))).toBe(messages.length);
        for (const { events, bins, byLevel } of found) {
          expect(sum([...bins])).toBe(events);
          expect(sum(Object.values(byLevel))).toBe(events);
        }
      }),
      { numRuns: 300 },
    );
  });
});
