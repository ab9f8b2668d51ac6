import { describe, expect, it } from 'vitest';
import { type OptionSpec, parseArguments } from '../../src/arguments/option.ts';

const OPTIONS: readonly OptionSpec[] = [
  { name: 'level', short: 'l', value: 'LEVEL', summary: '' },
  { name: 'since', short: 'S', value: 'TIME', summary: '' },
  { name: 'match', short: 'm', value: 'FIELD=VALUE', isRepeatable: true, summary: '' },
  { name: 'output', short: 'o', value: 'FORMAT', choices: ['pretty', 'jsonl'], summary: '' },
  { name: 'quiet', short: 'q', summary: '' },
  { name: 'reverse', short: 'r', summary: '' },
];

describe('parseArguments', () => {
  it('takes options before, between and after operands', () => {
    const given = parseArguments(['-q', 'a.bin', '--level', 'warn', 'b.bin', '-r'], OPTIONS);
    expect(given.operands).toEqual(['a.bin', 'b.bin']);
    expect(given.value('level')).toBe('warn');
    expect(given.has('quiet') && given.has('reverse')).toBe(true);
  });

  it('takes values that begin with a dash', () => {
    expect(parseArguments(['-S', '-5s'], OPTIONS).value('since')).toBe('-5s');
    expect(parseArguments(['--since', '-5s'], OPTIONS).value('since')).toBe('-5s');
    expect(parseArguments(['--since=-5s'], OPTIONS).value('since')).toBe('-5s');
    expect(parseArguments(['-S-5s'], OPTIONS).value('since')).toBe('-5s');
  });

  it('keeps every value of a repeated option, and the last of another', () => {
    const given = parseArguments(['-m', 'a=1', '-m', 'b=2', '-l', 'warn', '-l', 'info'], OPTIONS);
    expect(given.values('match')).toEqual(['a=1', 'b=2']);
    expect(given.value('level')).toBe('info');
  });

  it('takes everything after -- for operands', () => {
    expect(parseArguments(['-q', '--', '-r', '--level'], OPTIONS).operands).toEqual([
      '-r',
      '--level',
    ]);
  });

  it('names the nearest option for one that does not exist', () => {
    expect(() => parseArguments(['--levle', 'warn'], OPTIONS)).toThrow(
      'unknown option --levle; did you mean --level?',
    );
    expect(() => parseArguments(['--frobnicate'], OPTIONS)).toThrow(
      /^unknown option --frobnicate$/,
    );
    expect(() => parseArguments(['-x'], OPTIONS)).toThrow(/^unknown option -x$/);
    expect(() => parseArguments(['--__proto__=1'], OPTIONS)).toThrow('unknown option');
  });

  it('refuses a missing value, a value too many and a value that is no choice', () => {
    expect(() => parseArguments(['--level'], OPTIONS)).toThrow('--level needs a value: LEVEL');
    expect(() => parseArguments(['--quiet=yes'], OPTIONS)).toThrow('--quiet takes no value');
    expect(() => parseArguments(['-o', 'json'], OPTIONS)).toThrow(
      '-o takes pretty or jsonl, not "json"; did you mean jsonl?',
    );
  });
});
