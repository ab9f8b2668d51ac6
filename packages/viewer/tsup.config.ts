// Builds the command-line program as one file; only `ttlog/reader` stays an import of its package.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import type { Options } from 'tsup';
import { inlinePage } from './bundling.ts';

const PROGRAM = join(import.meta.dirname, 'dist/cli.js');

/**
 * Takes the white space out, a tenth of the package. Names stay, for stack traces, and each file of the
 * source has lines of its own under a comment that names it.
 */
async function compact(): Promise<void> {
  const text = await readFile(PROGRAM, 'utf8');
  const { code } = await transform(text.replace(/^(\s*)\/\/ (?=src\/)/gm, '$1//! '), {
    ...{ minifyWhitespace: true, minifySyntax: true },
    ...{ target: 'node20', legalComments: 'inline' },
  });
  await writeFile(PROGRAM, code);
}

const config: Options = {
  entry: ['src/cli.ts'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: false,
  esbuildPlugins: [inlinePage],
  clean: true,
  onSuccess: compact,
  silent: true,
};

export default config;
