// Installs the packed tarballs as a user would, with each package manager: no warning, no build
// script, no compiler, and what is installed works. Needs the npm registry.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack } from './packing.ts';

const MANAGERS: Record<string, string[]> = {
  npm: ['npm', 'install'],
  'pnpm 10': ['npx', '-y', 'pnpm@10', 'install'],
  'pnpm 12': ['npx', '-y', 'pnpm@12', 'install'],
  'yarn 1': ['npx', '-y', 'yarn@1', 'install'],
  'yarn 4': ['npx', '-y', '@yarnpkg/cli-dist@4', 'install', '--no-immutable'],
};

const folder = mkdtempSync(join(tmpdir(), 'ttlog-install-'));
const tarballs: Record<string, string> = {};

beforeAll(() => {
  tarballs.ttlog = `file:../${basename(pack('core', folder))}`;
  tarballs['ttlog-view'] = `file:../${basename(pack('viewer', folder))}`;
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.entries(MANAGERS))('%s', (manager, [command, ...args]) => {
  const application = join(folder, manager.replace(' ', '-'));

  test('installs both packages without a warning', () => {
    createApplication(application);
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: application,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    const output = `${stdout}${stderr}`;
    expect(status, output).toBe(0);
    expect(output).not.toMatch(/warn|deprecat|ignored build scripts/i);
  });

  test('finds no package that would run a script or a compiler', () => {
    const modules = join(application, 'node_modules');
    const files = readdirSync(modules, { recursive: true, encoding: 'utf8' });
    const manifests = files.filter((file) =>
      /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(`node_modules/${file}`),
    );
    expect(manifests.length).toBeGreaterThanOrEqual(4);
    for (const manifest of manifests) {
      const { scripts = {} } = JSON.parse(readFileSync(join(modules, manifest), 'utf8'));
      for (const script of ['preinstall', 'install', 'postinstall']) {
        expect(Object.keys(scripts), manifest).not.toContain(script);
      }
    }
    expect(files.filter((file) => file.endsWith('binding.gyp'))).toEqual([]);
  });

  test('leaves packages that work', () => {
    const node = (...flags: string[]) =>
      execFileSync(process.execPath, flags, { cwd: application, encoding: 'utf8' }).trim();
    const print = 'console.log(typeof ttlog.startRecorder)';
    expect(node('-e', `const ttlog = require('ttlog'); ${print}`)).toBe('function');
    expect(node('--input-type=module', '-e', `import * as ttlog from 'ttlog'; ${print}`)).toBe(
      'function',
    );
    const lz4 = `require('node:module').createRequire(require.resolve('ttlog'))('lz4-napi')`;
    expect(node('-p', `typeof ${lz4}.compressFrameSync`)).toBe('function');

    const viewer = join(application, 'node_modules/.bin/ttlog-view');
    expect(execFileSync(viewer, ['--help'], { encoding: 'utf8' })).toContain('ttlog-view');
  });
});

function createApplication(path: string): void {
  mkdirSync(path);
  // The viewer's own dependency on `ttlog` must not be looked up in the registry either.
  const { ttlog } = tarballs;
  const manifest = {
    ...{ name: 'application', version: '1.0.0', private: true, license: 'MIT' },
    ...{ dependencies: tarballs, overrides: { ttlog }, resolutions: { ttlog } },
  };
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(path, 'pnpm-workspace.yaml'), `overrides:\n  ttlog: ${ttlog}\n`);
  writeFileSync(join(path, '.yarnrc.yml'), 'nodeLinker: node-modules\nenableTelemetry: false\n');
  // Yarn 4 takes a folder with a lock file for a project of its own.
  if (path.endsWith('yarn-4')) writeFileSync(join(path, 'yarn.lock'), '');
}

/** The environment without what the package manager that runs these tests put there. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => {
    return !/^(p?npm_|NODE_OPTIONS$|CI$)/i.test(name) || name === 'npm_config_registry';
  });
  writeFileSync(join(folder, 'npmrc'), 'audit=false\nfund=false\nupdate-notifier=false\n');
  return {
    ...Object.fromEntries(inherited),
    npm_config_userconfig: join(folder, 'npmrc'),
    YARN_CACHE_FOLDER: join(folder, 'yarn-cache'),
    YARN_ENABLE_GLOBAL_CACHE: '0',
  };
}
