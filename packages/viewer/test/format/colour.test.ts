import { describe, expect, it } from 'vitest';
import { choosePalette } from '../../src/format/colour.ts';

type Case = [
  name: string,
  choice: string | undefined,
  environment: { [name: string]: string },
  isTerminal: boolean,
  isColoured: boolean,
];

const CASES: Case[] = [
  ['a terminal has colour', undefined, {}, true, true],
  ['a pipe has none', undefined, {}, false, false],
  ['a dumb terminal has none', undefined, { TERM: 'dumb' }, true, false],
  ['NO_COLOR switches it off', undefined, { NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR says nothing', undefined, { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR switches it on', undefined, { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0 switches it off', undefined, { FORCE_COLOR: '0' }, true, false],
  ['NO_COLOR beats FORCE_COLOR', undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['the flag beats NO_COLOR', 'always', { NO_COLOR: '1' }, false, true],
  ['the flag beats FORCE_COLOR', 'never', { FORCE_COLOR: '1' }, true, false],
  ['auto is the default', 'auto', { NO_COLOR: '1' }, true, false],
];

describe('choosePalette', () => {
  it.each(CASES)('%s', (_name, choice, environment, isTerminal, isColoured) => {
    const { red } = choosePalette(choice, { environment, isTerminal });
    expect(red('x')).toBe(isColoured ? '\x1b[31mx\x1b[0m' : 'x');
    expect(red('')).toBe('');
  });
});
