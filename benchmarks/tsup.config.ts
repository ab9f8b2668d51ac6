// Compiles the runner; the package that it measures stays an import.

import type { Options } from 'tsup';

const config: Options = {
  entry: ['run.ts'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  clean: true,
  silent: true,
};

export default config;
