// Compiles the runner and the programs that it starts; the package that it measures stays an
// import.

import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Options } from 'tsup';

const programs = readdirSync('programs').map((file) => [basename(file, '.ts'), `programs/${file}`]);

const config: Options = {
  // Flat names, so that every program is found beside the runner.
  entry: { run: 'run.ts', deaths: 'deaths/run.ts', ...Object.fromEntries(programs) },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: true,
  clean: true,
  silent: true,
};

export default config;
