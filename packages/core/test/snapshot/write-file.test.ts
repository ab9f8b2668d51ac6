// A final name means a whole file, whichever call fails, and nothing ever throws.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DescriptorReserve } from '../../src/snapshot/descriptor-reserve.ts';
import { FILE_FUNCTIONS } from '../../src/snapshot/file-functions.ts';
import { parseTemporaryFileName, snapshotFileName } from '../../src/snapshot/file-name.ts';
import { type WriteResult, writeSnapshotFile } from '../../src/snapshot/write-file.ts';
import { filesWith, filesWithFault, systemError } from './fixtures/failing-files.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-write-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const name = snapshotFileName({ service: 's', pid: 1, atMs: 0, random8: 'aaaaaaaa', reason: 'r' });
const chunks = [Buffer.from('first '), Buffer.alloc(0), Buffer.from('second')];
const whole = 'first second';
let directory = '';
let target = '';
let directories = 0;

beforeEach(() => {
  newDirectory();
});

function newDirectory(): void {
  directory = join(root, String(directories++));
  fs.mkdirSync(directory);
  target = join(directory, name);
}

function errorOf(result: WriteResult): Error & { code?: string } {
  if (result.ok) throw new Error('it did not fail');
  return result.error;
}

const modeOf = (path: string): string => (fs.statSync(path).mode & 0o7777).toString(8);

describe('writeSnapshotFile', () => {
  it('writes the chunks one after another under the final name', () => {
    expect(writeSnapshotFile({ directory, name, chunks })).toEqual({
      ok: true,
      path: target,
      bytes: whole.length,
      durable: true,
    });
    expect(fs.readFileSync(target, 'utf8')).toBe(whole);
    expect(fs.readdirSync(directory)).toEqual([name]);
  });

  it('joins small chunks to few writes, and keeps their order beside large ones', () => {
    const lengths = [72, 20_000, 0, 300_000, 72, 262_144, 1, 262_144 - 1, 2, 600_000];
    for (let i = 0; i < 100; i++) lengths.push(72, 20_000 + i);
    const many = lengths.map((length, i) => Buffer.alloc(length, i));
    let writes = 0;
    const files = filesWith({
      writeSync(descriptor, bytes, offset, length) {
        writes++;
        return FILE_FUNCTIONS.writeSync(descriptor, bytes, offset, length);
      },
    });
    expect(writeSnapshotFile({ directory, name, chunks: many, files }).ok).toBe(true);
    expect(fs.readFileSync(target).equals(Buffer.concat(many))).toBe(true);
    expect(writes).toBeLessThan(25);
  });

  it('gives the mode asked for, whatever the umask is', () => {
    const before = process.umask(0);
    try {
      writeSnapshotFile({ directory, name, chunks });
      expect(modeOf(target)).toBe('600');
      newDirectory();
      process.umask(0o777);
      writeSnapshotFile({ directory, name, chunks, fileMode: 0o640 });
      expect(modeOf(target)).toBe('640');
    } finally {
      process.umask(before);
    }
  });

  it('creates a directory that is not there, or is no longer', () => {
    const deep = join(directory, 'a/b');
    expect(writeSnapshotFile({ directory: deep, name, chunks }).ok).toBe(true);
    fs.rmSync(deep, { recursive: true });
    expect(writeSnapshotFile({ directory: deep, name, chunks }).ok).toBe(true);
  });

  it('never replaces what it did not make', () => {
    fs.writeFileSync(target, 'precious');
    const error = errorOf(writeSnapshotFile({ directory, name, chunks }));
    expect(error.message).toMatch(/^snapshot ttlog-.*exists already$/);
    expect(fs.readFileSync(target, 'utf8')).toBe('precious');
    expect(fs.readdirSync(directory)).toEqual([name]);
  });

  it('replaces its own file when the crash snapshot is written again', () => {
    fs.writeFileSync(target, 'the first writing');
    expect(writeSnapshotFile({ directory, name, chunks, replace: true }).ok).toBe(true);
    expect(fs.readFileSync(target, 'utf8')).toBe(whole);
  });

  describe('where a symbolic link takes the place of what was checked', () => {
    let elsewhere = '';
    let saved = '';

    beforeEach(() => {
      elsewhere = `${directory}-elsewhere`;
      saved = `${directory}-saved`;
      fs.mkdirSync(elsewhere);
    });

    function exchangeDirectory(): void {
      fs.renameSync(directory, saved);
      fs.symlinkSync(elsewhere, directory);
    }

    /** `what` is exchanged for a link right before the call of this name, once. */
    function filesWithLink(before: 'openSync' | 'renameSync', exchange: () => void) {
      let isDone = false;
      const call = FILE_FUNCTIONS[before] as (...args: unknown[]) => unknown;
      return filesWith({
        [before]: (...args: unknown[]) => {
          if (!isDone) exchange();
          isDone = true;
          return call(...args);
        },
      });
    }

    it('writes not a byte where a link in place of the directory leads to', () => {
      const written: number[] = [];
      const files = {
        ...filesWithLink('openSync', exchangeDirectory),
        writeSync: (...args: Parameters<typeof FILE_FUNCTIONS.writeSync>) => {
          written.push(args[0]);
          return FILE_FUNCTIONS.writeSync(...args);
        },
      };
      const error = errorOf(writeSnapshotFile({ directory, name, chunks, files }));
      expect(error.message).toMatch(/the directory has become a symbolic link$/);
      expect(written).toEqual([]);
      expect([elsewhere, saved].map((path) => fs.readdirSync(path))).toEqual([[], []]);
    });

    it('gives nothing a final name where the link comes before the renaming', () => {
      const files = filesWithLink('renameSync', exchangeDirectory);
      expect(errorOf(writeSnapshotFile({ directory, name, chunks, files })).code).toBe('ENOENT');
      expect(fs.readdirSync(elsewhere)).toEqual([]);
    });

    it('puts the file in place of a link at its final name, and not where that leads to', () => {
      const victim = join(elsewhere, 'victim');
      fs.writeFileSync(victim, 'precious');
      const files = filesWithLink('renameSync', () => fs.symlinkSync(victim, target));
      expect(writeSnapshotFile({ directory, name, chunks, files }).ok).toBe(true);
      expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
      expect(fs.lstatSync(target).isFile()).toBe(true);
    });
  });

  it.each([false, true])('follows no symbolic link at the final name (replace: %s)', (replace) => {
    const victim = join(directory, 'victim');
    fs.writeFileSync(victim, 'precious');
    fs.symlinkSync(victim, target);
    expect(writeSnapshotFile({ directory, name, chunks, replace }).ok).toBe(false);
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
    expect(fs.readlinkSync(target)).toBe(victim);
  });

  it('follows no symbolic link at the temporary name', () => {
    const victim = join(directory, 'victim');
    fs.writeFileSync(victim, 'precious');
    const files = filesWith({
      openSync: (path, flags, mode) => {
        if (parseTemporaryFileName(path.split('/').at(-1) ?? '')) fs.symlinkSync(victim, path);
        return FILE_FUNCTIONS.openSync(path, flags, mode);
      },
    });
    expect(errorOf(writeSnapshotFile({ directory, name, chunks, files })).code).toBe('EEXIST');
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('uses no directory that has become a symbolic link', () => {
    const elsewhere = join(root, 'elsewhere');
    fs.mkdirSync(elsewhere, { recursive: true });
    fs.rmdirSync(directory);
    fs.symlinkSync(elsewhere, directory);
    expect(errorOf(writeSnapshotFile({ directory, name, chunks })).message).toMatch(
      /symbolic link/,
    );
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });

  it.each([
    '',
    '..',
    '../escaped',
    'x.bin',
    `a/${name}`,
    `${name}\0`,
    name.replace('r.bin', '../r.bin'),
  ])('takes no name that is not of a snapshot: %j', (badName) => {
    expect(writeSnapshotFile({ directory, name: badName, chunks }).ok).toBe(false);
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['a component', 'x'.repeat(300), 'ENAMETOOLONG'],
    ['the path', `${'x'.repeat(200)}/`.repeat(25), 'ENAMETOOLONG'],
    ['NUL', 'a\0b', 'ERR_INVALID_ARG_VALUE'],
  ])('reports a directory that cannot exist: %s', (_, bad, code) => {
    const error = errorOf(writeSnapshotFile({ directory: join(directory, bad), name, chunks }));
    expect(error.code).toBe(code);
    expect(error.message).toContain('cannot be used');
  });

  it('is not reached by modules that are patched after the import', () => {
    const original = fs.openSync;
    fs.openSync = () => {
      throw new Error('mocked');
    };
    try {
      expect(writeSnapshotFile({ directory, name, chunks }).ok).toBe(true);
    } finally {
      fs.openSync = original;
    }
  });
});

describe('when a call of the file system fails', () => {
  const codes = [
    'EIO',
    'ENOSPC',
    'EDQUOT',
    'EACCES',
    'EROFS',
    'EMFILE',
    'ENOENT',
    'ERR_ACCESS_DENIED',
  ];

  it.each(codes)('with %s, at whichever call, the file is whole or absent', (code) => {
    for (let at = 1; ; at++) {
      newDirectory();
      const { files, calls } = filesWithFault(at, () => {
        throw systemError(code);
      });
      const result = writeSnapshotFile({ directory, name, chunks, files });
      const present = fs.readdirSync(directory);
      if (result.ok) expect(fs.readFileSync(target, 'utf8')).toBe(whole);
      else expect(result.error.message).toContain(`${code}: made for a test`);
      expect(present).toEqual(result.ok ? [name] : []);
      if (calls.length < at) {
        // The first run without a fault: every call has had its turn.
        expect(result).toMatchObject({ ok: true, durable: true });
        expect(at).toBeGreaterThan(10);
        break;
      }
    }
  });

  it('with something that is no error, nothing throws either', () => {
    for (const thrown of [undefined, null, 'text', Symbol('s'), Object.create(null)]) {
      newDirectory();
      const { files } = filesWithFault(4, () => {
        throw thrown;
      });
      expect(() => writeSnapshotFile({ directory, name, chunks, files })).not.toThrow();
    }
  });

  it('the error says what was to be done with which path', () => {
    const files = filesWith({
      renameSync: () => {
        throw systemError('EACCES');
      },
    });
    const error = errorOf(writeSnapshotFile({ directory, name, chunks, files }));
    expect(error.message).toBe(
      `snapshot ${name} not written: cannot rename to ${target}: EACCES: made for a test`,
    );
    expect(error.code).toBe('EACCES');
  });

  it('a flush is never tried twice on the same file', () => {
    const flushed: number[] = [];
    const opened: string[] = [];
    const files = filesWith({
      openSync: (path, flags, mode) => {
        opened.push(path);
        return FILE_FUNCTIONS.openSync(path, flags, mode);
      },
      fsyncSync: (descriptor) => {
        flushed.push(descriptor);
        throw systemError('EIO');
      },
    });
    const error = errorOf(writeSnapshotFile({ directory, name, chunks, files }));
    expect(error.message).toContain('cannot flush');
    expect(error.code).toBe('EIO');
    expect(flushed).toHaveLength(2);
    expect(new Set(opened).size).toBe(2);
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it('a flush that fails once is made good with another file', () => {
    const fsyncSync = vi.fn(FILE_FUNCTIONS.fsyncSync).mockImplementationOnce(() => {
      throw systemError('EIO');
    });
    const result = writeSnapshotFile({ directory, name, chunks, files: filesWith({ fsyncSync }) });
    expect(result).toMatchObject({ ok: true, durable: true });
    expect(fs.readFileSync(target, 'utf8')).toBe(whole);
    expect(fs.readdirSync(directory)).toEqual([name]);
  });

  it.each(['ERR_ACCESS_DENIED', 'EINVAL', 'ENOSYS', 'EOPNOTSUPP'])(
    'a system that cannot flush (%s) only makes the file less durable',
    (code) => {
      const files = filesWith({
        fsyncSync: () => {
          throw systemError(code);
        },
        fchmodSync: () => {
          throw systemError(code);
        },
      });
      const result = writeSnapshotFile({ directory, name, chunks, files });
      expect(result).toMatchObject({ ok: true, durable: false });
      expect(fs.readFileSync(target, 'utf8')).toBe(whole);
      expect(modeOf(target)).toBe('600');
    },
  );

  it('no descriptor stays open', () => {
    const open = () => fs.readdirSync('/dev/fd').length;
    const before = open();
    for (let at = 1; at < 20; at++) {
      newDirectory();
      const { files } = filesWithFault(at, (call, real) => {
        if (call === 'closeSync') real();
        throw systemError('EIO');
      });
      writeSnapshotFile({ directory, name, chunks, files });
    }
    expect(open()).toBe(before);
  });
});

describe('when writes are not what they say', () => {
  it('short writes are continued', () => {
    const files = filesWith({
      writeSync: (descriptor, bytes, offset) =>
        FILE_FUNCTIONS.writeSync(descriptor, bytes, offset, 1),
    });
    expect(writeSnapshotFile({ directory, name, chunks, files }).ok).toBe(true);
    expect(fs.readFileSync(target, 'utf8')).toBe(whole);
  });

  it('a write that lies is found by the size', () => {
    const files = filesWith({ writeSync: (_, __, ___, length) => length });
    const error = errorOf(writeSnapshotFile({ directory, name, chunks, files }));
    expect(error.message).toContain('holds 0 bytes instead of 12');
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it('a write that takes nothing ends the loop', () => {
    const files = filesWith({ writeSync: () => 0 });
    expect(errorOf(writeSnapshotFile({ directory, name, chunks, files })).message).toContain(
      'takes no more bytes',
    );
  });
});

describe('DescriptorReserve', () => {
  it('lends its descriptors to a process that has none left', () => {
    let free = 0;
    const files = filesWith({
      openSync: (path, flags, mode) => {
        if (free === 0) throw systemError('EMFILE');
        free--;
        return FILE_FUNCTIONS.openSync(path, flags, mode);
      },
      closeSync: (descriptor) => {
        free++;
        FILE_FUNCTIONS.closeSync(descriptor);
      },
    });
    free = 2;
    const reserve = new DescriptorReserve(files);
    expect(free).toBe(0);
    const result = writeSnapshotFile({ directory, name, chunks, files, reserve });
    expect(result).toMatchObject({ ok: true, durable: true });
    expect(free).toBe(0);
    reserve.close();
    expect(free).toBe(2);
    expect(reserve.release()).toBe(false);
  });

  it('does without, where even it gets none', () => {
    const openSync = () => {
      throw systemError('EMFILE');
    };
    const reserve = new DescriptorReserve(filesWith({ openSync }));
    expect(reserve.release()).toBe(false);
    const result = writeSnapshotFile({
      directory,
      name,
      chunks,
      files: filesWith({ openSync }),
      reserve,
    });
    expect(errorOf(result).code).toBe('EMFILE');
  });
});
