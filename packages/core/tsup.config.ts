// Builds the entries that the package's `exports` name, as ESM and CommonJS with types.

import type { Options } from 'tsup';
import { ALIASES, inlineThread, minifyCborX, TARGET } from './bundling.ts';

const typedEntries = [
  ...['src/index.ts', 'src/reader.ts', 'src/ring.ts', 'src/register.ts'],
  ...['src/winston.ts', 'src/logtape.ts'],
];

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
  silent: true,
};

export default config;
