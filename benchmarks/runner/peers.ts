// The packages that ttlog is compared with. They live in benchmarks/compare with a package.json
// of their own and are installed when a case first asks for them.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const COMPARE = new URL('../compare/', import.meta.url);
const requirePeer = createRequire(new URL('package.json', COMPARE));

/** Loads a peer. The shape is that of the part that is used, as its documentation has it. */
export function loadPeer<T>(name: string): T {
  return requirePeer(name) as T;
}

/** A file of a peer's package, whether it is there or not. */
export function peerFile(path: string): string {
  return fileURLToPath(new URL(`node_modules/${path}`, COMPARE));
}

/** Installs the peers if need be. Returns why they are not to be had, or null. */
export function installPeers(): string | null {
  const isComplete = peerNames().every((name) =>
    existsSync(new URL(`node_modules/${name}/package.json`, COMPARE)),
  );
  if (isComplete) return null;
  process.stderr.write('Installing the peers in benchmarks/compare ...\n');
  const { status, stderr } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: fileURLToPath(COMPARE),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) return null;
  return `npm ci in benchmarks/compare failed: ${(stderr ?? '').trim().split('\n', 1)[0]}`;
}

/** Version of each peer that is installed. */
export function peerVersions(): { [name: string]: string } {
  const versions: { [name: string]: string } = {};
  for (const name of peerNames()) {
    const file = new URL(`node_modules/${name}/package.json`, COMPARE);
    if (existsSync(file)) versions[name] = JSON.parse(readFileSync(file, 'utf8')).version;
  }
  return versions;
}

function peerNames(): string[] {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', COMPARE), 'utf8'));
  return Object.keys(dependencies);
}
