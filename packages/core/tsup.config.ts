// Builds the entries that the package's `exports` name, as ESM and CommonJS with types.
//
// What `import 'ttlog'` costs is Node's finding, reading and compiling of files: half a millisecond a
// file, three for 100 KB (Node 20.20). Therefore what is loaded alone is a file of its own, and names
// of local variables are short.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from 'tsup';
import { ALIASES, inlineThread, minifyCborX, TARGET } from './bundling.ts';

/** Those that come with the recorder share its code, so that a process has one of it. */
const RECORDER = ['src/index.ts', 'src/register.ts', 'src/winston.ts', 'src/logtape.ts'];
const READER = ['src/reader.ts'];
const RING = ['src/ring.ts'];
/** Its types are those of the index. */
const NOOP = ['src/noop.ts'];

const FORMATS: Options['format'] = ['esm', 'cjs'];

const code: Options = {
  format: FORMATS,
  target: TARGET,
  platform: 'node',
  splitting: true,
  // With `treeshake` Rollup turns chunks into CommonJS; without it Sucrase does, and makes slow
  // helper calls of every class field and `?.`.
  treeshake: true,
  removeNodeProtocol: false,
  noExternal: ['cbor-x'],
  esbuildPlugins: [inlineThread, minifyCborX],
  esbuildOptions(options, { format }) {
    options.alias = ALIASES;
    options.minifySyntax = true;
    // CommonJS has no `import.meta`; `createRequire` takes a file name as well.
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': '__filename' };
  },
  minify: 'terser',
  terserOptions: {
    compress: false,
    // Only names inside functions become short: those of classes, functions and the like are read in
    // profiles, stack traces and `error.name`.
    module: false,
    toplevel: false,
    mangle: { keep_fnames: true, keep_classnames: true },
    // The comments name the file of the source. A text with other than ASCII takes V8 twice the bytes.
    format: { comments: / src\//, ascii_only: true },
  },
  silent: true,
};

const types: Options = {
  entry: [...RECORDER, ...READER, ...RING],
  format: FORMATS,
  dts: { only: true },
  silent: true,
};

export default async function configure(): Promise<Options[]> {
  // Not by `clean`: each of the builds would remove what the others have made.
  await rm(join(import.meta.dirname, 'dist'), { recursive: true, force: true });
  return [...[RECORDER, READER, RING, NOOP].map((entry) => ({ ...code, entry })), types];
}
