// Which directories are used, and what is said of those that are not.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDirectory, openDirectory, resolveDirectory } from '../../src/snapshot/directory.ts';
import { FILE_FUNCTIONS } from '../../src/snapshot/file-functions.ts';
import { filesWith, systemError } from './fixtures/failing-files.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-directory-'));
const systemTemporary = process.env.TMPDIR;
let cases = 0;
let folder = '';

beforeEach(() => {
  folder = join(root, String(cases++));
  fs.mkdirSync(folder);
  process.env.TMPDIR = folder;
});

afterEach(() => {
  if (systemTemporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = systemTemporary;
});

afterAll(() => fs.rmSync(root, { recursive: true }));

/** The words with which a directory is refused, without its path. */
function problemOf(directory: string, files = FILE_FUNCTIONS): string | null {
  const result = openDirectory(directory, undefined, files);
  return result.ok ? null : result.error.message.replace(`snapshot directory ${directory} `, '');
}

describe('resolveDirectory', () => {
  it('has a default by the number of the user', () => {
    expect(resolveDirectory()).toBe(join(folder, `ttlog-${process.getuid?.()}`));
    expect(resolveDirectory('')).toBe(defaultDirectory());
    expect(resolveDirectory(7 as unknown as string)).toBe(defaultDirectory());
  });

  it('makes a configured one absolute, so that chdir does not move it', () => {
    expect(resolveDirectory('logs/../snapshots')).toBe(join(process.cwd(), 'snapshots'));
    expect(resolveDirectory('/var/../srv/x/')).toBe('/srv/x');
  });

  it('leaves a relative one alone when there is no working directory', () => {
    const { cwd } = process;
    process.cwd = () => {
      throw systemError('ENOENT');
    };
    try {
      expect(resolveDirectory('logs')).toBe('logs');
    } finally {
      process.cwd = cwd;
    }
  });
});

describe('the default directory', () => {
  const open = () => problemOf(defaultDirectory());

  it('is created for its user alone', () => {
    expect(open()).toBeNull();
    expect(fs.statSync(defaultDirectory()).mode & 0o777).toBe(0o700);
    expect(open()).toBeNull();
  });

  it('is refused when another user owns it', () => {
    fs.mkdirSync(defaultDirectory(), { mode: 0o700 });
    const files = filesWith({
      lstatSync: (path) => {
        const stats = FILE_FUNCTIONS.lstatSync(path);
        stats.uid += 1;
        return stats;
      },
    });
    const uid = process.geteuid?.() ?? 0;
    expect(problemOf(defaultDirectory(), files)).toBe(
      `belongs to user ${uid + 1}, not to user ${uid}`,
    );
  });

  it.each([0o777, 0o1777, 0o770, 0o702])('is refused with mode %o', (mode) => {
    fs.mkdirSync(defaultDirectory());
    fs.chmodSync(defaultDirectory(), mode);
    expect(open()).toBe(`may be written by other users (mode ${mode.toString(8)})`);
  });

  it('may be read by others, if its user said so', () => {
    fs.mkdirSync(defaultDirectory());
    fs.chmodSync(defaultDirectory(), 0o755);
    expect(open()).toBeNull();
  });

  it('is refused as a symbolic link, dangling or not, and nothing is made behind it', () => {
    const victim = join(folder, 'victim');
    fs.symlinkSync(victim, defaultDirectory());
    expect(open()).toMatch(/^is a symbolic link/);
    expect(fs.existsSync(victim)).toBe(false);
    fs.mkdirSync(victim, { mode: 0o700 });
    expect(open()).toMatch(/^is a symbolic link/);
  });

  it('is refused as a file', () => {
    fs.writeFileSync(defaultDirectory(), '');
    expect(open()).toBe('is not a directory');
  });

  it('is checked as well when somebody else makes it at the same time', () => {
    const files = filesWith({
      mkdirSync: (path) => {
        fs.symlinkSync(folder, path);
        throw systemError('EEXIST');
      },
    });
    expect(problemOf(defaultDirectory(), files)).toMatch(/^is a symbolic link/);
  });

  it('is not tried elsewhere when the temporary directory is missing', () => {
    process.env.TMPDIR = join(folder, 'missing');
    expect(open()).toMatch(/^cannot be used: ENOENT/);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('a configured directory', () => {
  it('is created with all that is missing above it', () => {
    expect(problemOf(join(folder, 'a/b/c'))).toBeNull();
    expect(fs.statSync(join(folder, 'a/b/c')).isDirectory()).toBe(true);
  });

  it('may be shared with other users', () => {
    fs.chmodSync(folder, 0o1777);
    expect(problemOf(folder)).toBeNull();
  });

  it('is no symbolic link itself, but may lie behind one', () => {
    fs.mkdirSync(join(folder, 'real'));
    fs.symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(problemOf(join(folder, 'link'))).toMatch(/^is a symbolic link; name the directory/);
    expect(problemOf(resolveDirectory(`${folder}/link/`))).toMatch(/^is a symbolic link/);
    expect(problemOf(join(folder, 'link/inside'))).toBeNull();
  });

  it.each([
    ['a file', (path: string) => fs.writeFileSync(path, '')],
    ['a loop of symbolic links', (path: string) => fs.symlinkSync(path, path)],
  ])('is refused as %s', (_, make) => {
    make(join(folder, 'x'));
    expect(problemOf(join(folder, 'x'))).toMatch(/^is (not a directory|a symbolic link)/);
  });

  it.each([
    ['a file', (path: string) => fs.writeFileSync(path, ''), 'ENOTDIR'],
    ['a loop of symbolic links', (path: string) => fs.symlinkSync(path, path), 'ELOOP'],
  ])('is refused below %s', (_, make, code) => {
    make(join(folder, 'x'));
    const result = openDirectory(join(folder, 'x/y'));
    expect(result).toMatchObject({ ok: false, error: { code } });
  });

  it('is refused when it is a path that no system takes', () => {
    expect(problemOf('a\0b')).toMatch(/^cannot be used/);
    expect(problemOf(undefined as unknown as string)).not.toBeNull();
  });
});
