// Where the file of a black box is made, and where it is not.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { boxFileName, createBox, removeBox } from '../../src/black-box/box-file.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-box-file-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const name = boxFileName('s', 1, 0);
const LENGTH_BYTES = 4096;

describe('a black box', () => {
  it('is made in the directory, with its length', () => {
    const box = createBox(root, name, 0o600, (descriptor) => {
      fs.ftruncateSync(descriptor, LENGTH_BYTES);
    });
    expect(fs.statSync(join(root, name)).size).toBe(LENGTH_BYTES);
    removeBox(box);
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('is not made where a symbolic link, that the directory has become, leads to', () => {
    const elsewhere = join(root, 'elsewhere');
    const link = join(root, 'directory');
    fs.mkdirSync(elsewhere);
    fs.symlinkSync(elsewhere, link);
    const descriptors = fs.readdirSync('/proc/self/fd').length;
    let isWritten = false;
    const make = () =>
      createBox(link, name, 0o600, () => {
        isWritten = true;
      });
    expect(make).toThrow(/directory has become a symbolic link$/);
    expect(isWritten).toBe(false);
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    expect(fs.readdirSync('/proc/self/fd')).toHaveLength(descriptors);
  });
});
