// Names of snapshot files: safe whatever they are made of, and readable back.

import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseSnapshotFileName,
  parseTemporaryFileName,
  randomCharacters,
  safeNamePart,
  snapshotFileName,
  temporaryFileName,
} from '../../src/snapshot/file-name.ts';

const AT_MS = Date.UTC(2026, 10, 21, 8, 1, 2, 123);
const parts = {
  service: 'payments',
  pid: 4711,
  atMs: AT_MS,
  random8: 'a1b2c3d4',
  reason: 'uncaughtException',
};

const HOSTILE: [name: string, value: unknown][] = [
  ['empty', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a way up', '../../etc/passwd'],
  ['an absolute path', '/etc/passwd'],
  ['backslashes', '..\\..\\x'],
  ['NUL', 'a\0b'],
  ['ESC', '\x1b]0;title\x07'],
  ['C1', '\x9b31m'],
  ['a newline', 'a\nb'],
  ['300 bytes', 'x'.repeat(300)],
  ['300 astral characters', '\u{1f600}'.repeat(300)],
  ['a lone surrogate', '\ud800'],
  ['right to left', '\u202egnp.exe'],
  ['a drive', 'C:con'],
  ['a trailing dot and space', 'nul. '],
  ['a leading dash', '-rf'],
  ['undefined', undefined],
  ['null', null],
  ['a number', 7],
  ['an array', ['../x']],
  ['an object with toString', { toString: () => '../x' }],
  ['a symbol', Symbol('x')],
];

describe('snapshotFileName', () => {
  it('puts its parts in order', () => {
    expect(snapshotFileName(parts)).toBe(
      'ttlog-payments-4711-20261121T080102.123Z-a1b2c3d4-uncaughtException.bin',
    );
  });

  it.each(HOSTILE)('is safe for %s as service and reason', (_, value) => {
    const name = snapshotFileName({
      ...parts,
      service: value as string,
      reason: value as string,
    });
    expect(name).toMatch(
      /^ttlog-[A-Za-z0-9_-]{1,64}-4711-[0-9TZ.]{20}-a1b2c3d4-[A-Za-z0-9_-]{1,64}\.bin$/,
    );
    expect(resolve(join('/folder', name))).toBe(`/folder/${name}`);
    expect(parseSnapshotFileName(name)).toEqual({
      ...parts,
      service: safeNamePart(value),
      reason: safeNamePart(value),
    });
  });

  it.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, '1/../2' as unknown as number])(
    'is safe for %s as pid and time',
    (value) => {
      const name = snapshotFileName({ ...parts, pid: value, atMs: value });
      expect(parseSnapshotFileName(name)).toMatchObject({ pid: 0, service: 'payments' });
    },
  );

  it('differs from call to call', () => {
    const { random8, ...others } = parts;
    const names = new Set(Array.from({ length: 1000 }, () => snapshotFileName(others)));
    expect(names.size).toBe(1000);
  });

  it('leaves room for a temporary name in what file systems allow', () => {
    const long = 'x'.repeat(300);
    const name = snapshotFileName({ ...parts, service: long, reason: long, pid: 2 ** 32 - 1 });
    expect(Buffer.byteLength(temporaryFileName(name))).toBeLessThanOrEqual(255);
  });
});

describe('parseSnapshotFileName', () => {
  it.each(['a-b', 'a-7', '-', '7-7', 'x-77-20261121T080102', 'ttlog-x'])(
    'gives back a service and a reason like %s',
    (text) => {
      const given = { ...parts, service: text, reason: text };
      expect(parseSnapshotFileName(snapshotFileName(given))).toEqual(given);
    },
  );

  it.each([
    '',
    'ttlog',
    'ttlog-payments-4711-20261121T080102.123Z-a1b2c3d4-x.ring',
    'ttlog-payments-4711-20261121T080102.123Z-a1b2c3d4-x.bin.tmp',
    'ttlog-payments-4711-20261321T080102.123Z-a1b2c3d4-x.bin',
    'ttlog-payments-4711-20261121T080102.123Z-A1B2C3D4-x.bin',
    'ttlog-pay/ments-4711-20261121T080102.123Z-a1b2c3d4-x.bin',
    'ttlog--4711-20261121T080102.123Z-a1b2c3d4-x.bin',
    '.ttlog-payments-4711-20261121T080102.123Z-a1b2c3d4-x.bin',
    `${snapshotFileName(parts)}\n`,
  ])('takes no other name: %j', (name) => {
    expect(parseSnapshotFileName(name)).toBeNull();
  });
});

describe('temporaryFileName', () => {
  it('is hidden, new each time, and leads back to its snapshot', () => {
    const name = snapshotFileName(parts);
    const [first, second] = [temporaryFileName(name), temporaryFileName(name)];
    expect(first).not.toBe(second);
    expect(first.startsWith('.')).toBe(true);
    expect(parseTemporaryFileName(first)).toEqual(parts);
    expect(parseSnapshotFileName(first)).toBeNull();
    expect(parseTemporaryFileName(name)).toBeNull();
  });
});

describe('randomCharacters', () => {
  it('uses all of its alphabet', () => {
    const seen = new Set(Array.from({ length: 1000 }, () => randomCharacters()).join(''));
    expect([...seen].sort().join('')).toBe('0123456789abcdefghijklmnopqrstuvwxyz');
  });
});
