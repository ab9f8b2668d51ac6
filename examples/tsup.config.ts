// Compiles each example file by file, since Node 20 runs no TypeScript; packages stay imports.

import type { Options } from 'tsup';

const config: Options = {
  entry: ['*/*.ts', '*.ts', '!*.config.ts', '!test/**', '!dist/**', '!node_modules/**'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: false,
  external: ['autocannon'],
  clean: true,
  silent: true,
};

export default config;
