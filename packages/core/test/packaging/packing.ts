// Packs a package of this repository as it would be published, and lays it into an application.

import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGES = join(import.meta.dirname, '../../..');

/**
 * Packs the folder `packages/<name>` into `destination` and returns the tarball's path. Its
 * `dist` must be built.
 */
export function pack(name: string, destination: string): string {
  const output = execFileSync(
    'npx',
    ['-y', 'pnpm@10', 'pack', '--json', '--pack-destination', destination],
    { cwd: join(PACKAGES, name), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return (JSON.parse(output) as { filename: string }).filename;
}

export function unpack(tarball: string, destination: string): void {
  mkdirSync(destination, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '-C', destination, '--strip-components=1']);
}

/** Makes this repository's copy of a package, by default one that `ttlog` needs, an application's. */
export function linkDependency(
  name: string,
  application: string,
  target: string = join(PACKAGES, 'core/node_modules', name),
): void {
  const link = join(application, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(realpathSync(target), link);
}

/** The environment of an application that knows nothing of this repository. */
export function applicationEnvironment(snapshots: string): NodeJS.ProcessEnv {
  const foreign = /^(NODE_PATH|NODE_OPTIONS|NODE_ENV|VITEST.*|TTLOG_.*|npm_package_name)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', TTLOG_SNAPSHOT_DIR: snapshots };
}
