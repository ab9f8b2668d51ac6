// Both kinds of frame, read by other people's LZ4.

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Compressor,
  compressorSearchPaths,
  loadCompressor,
  storeFrame,
} from '../../src/snapshot/compress-frame.ts';
import { lz4Decompress } from './fixtures/lz4-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-frame-'));
afterAll(() => rmSync(folder, { recursive: true }));

const native = loadCompressor();
const stored: Compressor = { name: 'stored', compress: storeFrame };

function throughLz4(...frames: Uint8Array[]): Buffer {
  const path = join(folder, 'frames.lz4');
  writeFileSync(path, Buffer.concat(frames));
  return lz4Decompress(path);
}

describe('loadCompressor', () => {
  it('finds lz4-napi beside the package', () => {
    expect(native.name).toBe('lz4-napi');
    expect(native.reason).toBeUndefined();
  });

  it('stores, and says why, where lz4-napi cannot be loaded', () => {
    writeModule(join(folder, 'broken/node_modules/lz4-napi'), 'throw new Error("no binary");');
    for (const places of [[], [join(folder, 'broken/app.js')], ['not a path'], ['file://%00']]) {
      const compressor = loadCompressor(places);
      expect(compressor.name).toBe('stored');
      expect(compressor.reason).toMatch(/^lz4-napi (cannot be loaded|has no place)/);
      expect(compressor.compress(Uint8Array.of(1))).toEqual(storeFrame(Uint8Array.of(1)));
    }
  });

  it('goes on to the next place when the first has none', () => {
    const places = ['not a path', ...compressorSearchPaths()];
    expect(loadCompressor(places).name).toBe('lz4-napi');
  });

  it('stores what lz4-napi will not compress', () => {
    const frame = JSON.stringify([...native.compress(new Uint8Array(64))]);
    writeModule(
      join(folder, 'failing/node_modules/lz4-napi'),
      `let first = true;
       exports.compressFrameSync = () => {
         if (first) { first = false; return Uint8Array.from(${frame}); }
         throw new Error('out of memory');
       };`,
    );
    const compressor = loadCompressor([join(folder, 'failing/app.js')]);
    expect(compressor.name).toBe('lz4-napi');
    expect(compressor.compress(Uint8Array.of(1, 2))).toEqual(storeFrame(Uint8Array.of(1, 2)));
  });

  it('takes no lz4-napi whose frames have no content checksum', () => {
    const frame = JSON.stringify([...storeFrame(new Uint8Array(64))]);
    writeModule(
      join(folder, 'checked/node_modules/lz4-napi'),
      `exports.compressFrameSync = () => Uint8Array.from(${frame});`,
    );
    const compressor = loadCompressor([join(folder, 'checked/app.js')]);
    expect(compressor).toMatchObject({
      name: 'stored',
      reason: 'lz4-napi makes no frames with content checksum',
    });
  });

  it('is invisible to a bundler, which neither resolves nor warns', async () => {
    const source = join(import.meta.dirname, '../../src/snapshot/compress-frame.ts');
    for (const format of ['esm', 'cjs'] as const) {
      const { warnings, outputFiles } = await build({
        entryPoints: [source],
        bundle: true,
        write: false,
        platform: 'node',
        format,
      });
      expect(warnings).toEqual([]);
      expect(outputFiles[0].text).not.toMatch(/require\(["']lz4-napi["']\)/);
    }
  });
});

describe.each([native, stored])('frames of $name', ({ compress }) => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(7)],
    ['zeros', new Uint8Array(100_000)],
    ['noise', randomBytes(70_000)],
    ['more than a block of 4 MiB', randomBytes(4 * 1024 * 1024 + 3)],
    ['a window of a larger buffer', new Uint8Array(randomBytes(1000).buffer, 8, 100)],
  ])('give %s back', (_, bytes) => {
    expect(throughLz4(compress(bytes)).equals(bytes)).toBe(true);
  });

  it('give memory shared between threads back', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(5000)).fill(3);
    expect([...throughLz4(compress(shared))]).toEqual([...shared]);
  });

  it('can follow each other', () => {
    const [first, second] = [Buffer.from('first'), Buffer.from('second')];
    expect(throughLz4(compress(first), compress(second)).toString()).toBe('firstsecond');
  });
});

describe('frames with content checksum', () => {
  it('are what lz4-napi makes', () => {
    expect(native.compress(Buffer.from('text'))[4] & 0x04).toBe(0x04);
  });

  it('are refused by others when their content is damaged', () => {
    const frame = Uint8Array.from(native.compress(randomBytes(100)));
    frame[20] ^= 1;
    expect(() => throughLz4(frame)).toThrow();
  });
});

function writeModule(moduleFolder: string, code: string): void {
  mkdirSync(moduleFolder, { recursive: true });
  writeFileSync(join(moduleFolder, 'package.json'), '{"main":"index.cjs"}');
  writeFileSync(join(moduleFolder, 'index.cjs'), code);
}
