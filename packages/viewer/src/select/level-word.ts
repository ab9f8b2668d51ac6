/** Levels as people type them: by name, by first letter, or as other tools call them. */

import { isLevel, LEVELS, type Level } from 'ttlog/reader';

/** undefined for what is no level. */
export function levelOf(word: string): Level | undefined {
  const lower = word.toLowerCase();
  const level = LEVEL_NAMES[lower] ?? lower;
  return isLevel(level) ? level : undefined;
}

const LEVEL_NAMES: { readonly [name: string]: Level | undefined } = Object.assign(
  Object.create(null),
  Object.fromEntries(LEVELS.map((level) => [level[0], level])),
  { warning: 'warn', err: 'error', critical: 'fatal' },
);
