// Builds the command-line program as one file; only `ttlog/reader` stays an import of its package.

import type { Options } from 'tsup';
import { inlinePage } from './bundling.ts';

const config: Options = {
  entry: ['src/cli.ts'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: false,
  esbuildPlugins: [inlinePage],
  clean: true,
  silent: true,
};

export default config;
