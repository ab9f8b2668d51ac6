// Builds the entries as ES modules and CommonJS with types; other packages stay imports.

import type { Options } from 'tsup';

const config: Options = {
  entry: ['src/index.ts', 'src/otlp.ts'],
  dts: true,
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: false,
  clean: true,
  silent: true,
};

export default config;
