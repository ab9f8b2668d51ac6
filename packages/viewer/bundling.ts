// Build settings shared by tsup and vitest: the page of a report as text.

import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const INLINE_PAGE = /\?inline-page$/;

/** Resolves `import script from './page/main.ts?inline-page'` to the text of that file's bundle. */
export const inlinePage: Plugin = {
  name: 'inline-page',
  setup(pluginBuild) {
    // Named relative to this folder, since the name stands in a comment of the bundle; and with its
    // ending, without which tsup takes a style sheet for its own.
    pluginBuild.onResolve({ filter: INLINE_PAGE }, ({ path, resolveDir }) => ({
      path: relative(import.meta.dirname, join(resolveDir, path)),
      namespace: 'inline-page',
    }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'inline-page' }, async ({ path }) => {
      const { text, files } = await bundlePage(
        join(import.meta.dirname, path.replace(INLINE_PAGE, '')),
      );
      return { contents: text, loader: 'text', watchFiles: files };
    });
  },
};

/** The same for tests that import source: Vite resolves the file and keeps the query. */
export const inlinePageForVite = {
  name: 'inline-page',
  enforce: 'pre' as const,
  async load(id: string): Promise<string | undefined> {
    if (!INLINE_PAGE.test(id)) return undefined;
    const { text } = await bundlePage(id.replace(INLINE_PAGE, ''));
    return `export default ${JSON.stringify(text)};`;
  },
};

/** Bundles a script or a style sheet of the page, under the notice that its libraries ask for. */
export async function bundlePage(entry: string): Promise<{ text: string; files: string[] }> {
  const notice = await readFile(join(import.meta.dirname, 'THIRD-PARTY.md'), 'utf8');
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    platform: 'browser',
    // Browsers that have DecompressionStream.
    target: ['chrome103', 'firefox113', 'safari16.4'],
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
    banner: { js: `/*!\n${notice}*/`, css: '' },
  });
  const { text } = outputFiles[0];
  // Either would end the element that the text stands in, or begin a comment there.
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${entry} cannot stand in a page`);
  return { text, files: Object.keys(metafile.inputs) };
}
