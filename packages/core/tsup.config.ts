// Builds the entries that the package's `exports` name, as ESM and CommonJS with types.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import type { Options } from 'tsup';
import { ALIASES, inlineThread, minifyCborX, TARGET } from './bundling.ts';

const typedEntries = [
  ...['src/index.ts', 'src/reader.ts', 'src/ring.ts', 'src/register.ts'],
  ...['src/winston.ts', 'src/logtape.ts'],
];

const DIST = join(import.meta.dirname, 'dist');

/**
 * Takes the white space out of what was built: of the 9 ms in which Node compiles what `import 'ttlog'`
 * loads, one (Node 20.20). Names stay, for profiles and stack traces, and each file of the source has
 * lines of its own under a comment that names it.
 */
async function compact(): Promise<void> {
  const names = (await readdir(DIST)).filter((name) => /\.c?js$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const path = join(DIST, name);
      const text = await readFile(path, 'utf8');
      const { code } = await transform(text.replace(/^\/\/ src\//gm, '//! src/'), {
        ...{ minifyWhitespace: true, minifySyntax: true },
        ...{ target: TARGET, legalComments: 'inline' },
      });
      await writeFile(path, code);
    }),
  );
}

const config: Options = {
  // The types of the no-op are those of the index.
  entry: [...typedEntries, 'src/noop.ts'],
  dts: { entry: typedEntries },
  format: ['esm', 'cjs'],
  target: TARGET,
  platform: 'node',
  // Entries share chunks, so that a class is the same one through each of them. With `treeshake`
  // Rollup turns them into CommonJS; without it Sucrase does, and makes slow helper calls of every
  // class field and `?.`.
  splitting: true,
  treeshake: true,
  removeNodeProtocol: false,
  noExternal: ['cbor-x'],
  esbuildPlugins: [inlineThread, minifyCborX],
  esbuildOptions(options, { format }) {
    options.alias = ALIASES;
    // CommonJS has no `import.meta`; `createRequire` takes a file name as well.
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': '__filename' };
  },
  clean: true,
  onSuccess: compact,
  silent: true,
};

export default config;
