// Puts what a program measured into the README, between the two comments that name its block, so
// that no figure there is typed.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const README = fileURLToPath(new URL('../../packages/core/README.md', import.meta.url));

/**
 * Replaces what stands between `<!-- name: ... -->` and `<!-- /name -->` and returns the README's
 * path. Throws where there is no such block.
 */
export function writeReadmeBlock(name: string, text: string): string {
  writeFileSync(README, replaceBlock(readFileSync(README, 'utf8'), name, text));
  return README;
}

export function replaceBlock(readme: string, name: string, text: string): string {
  const begin = new RegExp(`<!-- ${name}: .* -->\n`).exec(readme);
  const end = readme.indexOf(`<!-- /${name} -->\n`);
  if (begin === null || end < begin.index) {
    throw new Error(`the README has no block <!-- ${name}: ... --> with an end`);
  }
  const head = readme.slice(0, begin.index + begin[0].length);
  return `${head}\n${text.trimEnd()}\n\n${readme.slice(end)}`;
}
