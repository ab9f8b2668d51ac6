// Build settings shared by tsup and vitest: what is bundled in, and the recorder thread as text.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';

export const TARGET = 'node20';

/**
 * cbor-x without its entry for Node, which looks for a native helper at run time: bundlers would
 * stumble over that, and the helper's install script stops an installation.
 */
export const ALIASES: Record<string, string> = {
  'cbor-x': join(
    dirname(createRequire(import.meta.url).resolve('cbor-x/package.json')),
    'index.js',
  ),
};

/** cbor-x is bundled in both formats; minified it is half as large, and nobody reads it there. */
export const minifyCborX: Plugin = {
  name: 'minify-cbor-x',
  setup(pluginBuild) {
    pluginBuild.onLoad({ filter: /[\\/]cbor-x[\\/][^\\/]+\.js$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { minify: true });
      return { contents: code };
    });
  },
};

const INLINE_THREAD = /\?inline-thread$/;

/** Resolves `import code from './main.ts?inline-thread'` to the text of that file's bundle. */
export const inlineThread: Plugin = {
  name: 'inline-thread',
  setup(pluginBuild) {
    // Named relative to this folder: the name stands in a comment of the bundle.
    pluginBuild.onResolve({ filter: INLINE_THREAD }, ({ path, resolveDir }) => ({
      path: relative(import.meta.dirname, join(resolveDir, path.replace(INLINE_THREAD, ''))),
      namespace: 'inline-thread',
    }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'inline-thread' }, async ({ path }) => {
      const { code, files } = await bundleThread(join(import.meta.dirname, path));
      return { contents: code, loader: 'text', watchFiles: files };
    });
  },
};

/** The same for tests that import source: Vite resolves the file and keeps the query. */
export const inlineThreadForVite = {
  name: 'inline-thread',
  enforce: 'pre' as const,
  async load(id: string): Promise<string | undefined> {
    if (!INLINE_THREAD.test(id)) return undefined;
    const { code } = await bundleThread(id.replace(INLINE_THREAD, ''));
    return `export default ${JSON.stringify(code)};`;
  },
};

/**
 * Bundles a thread's entry for `new Worker(code, { eval: true })`. Such code is CommonJS, and a
 * require that is not bundled would be looked up from the application's folder, so only Node's own
 * modules stay outside.
 */
export async function bundleThread(entry: string): Promise<{ code: string; files: string[] }> {
  const options: BuildOptions = {
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    alias: ALIASES,
    // The package says that no import is for its effect alone; a thread's own code has one.
    ignoreAnnotations: true,
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    legalComments: 'none',
  };
  const { outputFiles, metafile } = await build(options);
  return { code: outputFiles![0].text, files: Object.keys(metafile!.inputs) };
}
