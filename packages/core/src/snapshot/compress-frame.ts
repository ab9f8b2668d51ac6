/**
 * Turns bytes into one standard LZ4 frame: with lz4-napi where it can be loaded, else as blocks
 * that are stored as they are. Knows nothing of what the bytes mean; never inflates.
 */

import { createRequire } from 'node:module';
import { LZ4_FRAME_MAGIC } from './container-layout.ts';
import { crc32 } from './crc-32.ts';

/** An LZ4 frame and its CRC-32. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly crc: number;
}

export interface Compressor {
  readonly name: 'lz4-napi' | 'stored';
  /** Why lz4-napi is not used. */
  readonly reason?: string;
  /** One whole LZ4 frame. Never throws for want of lz4-napi: then it stores. */
  compress(bytes: Uint8Array): Uint8Array;
}

/** The part of lz4-napi that is used. */
interface Lz4Module {
  compressFrameSync(bytes: Uint8Array, options: { contentChecksum: boolean }): Uint8Array;
}

const LZ4_PACKAGE = 'lz4-napi';
/** Bit of a frame's flags that promises a checksum of the content behind the end mark. */
const FLAG_CONTENT_CHECKSUM = 0x04;

/** Magic, flags (version 1, independent blocks), largest block 4 MiB, checksum of these two. */
const STORED_FRAME_HEAD = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
const STORED_BLOCK_BYTES = 4 * 1024 * 1024;
const STORED_BLOCK_FLAG = 0x80000000;
const BLOCK_HEAD_BYTES = 4;
const END_MARK_BYTES = 4;

/**
 * Where lz4-napi is looked for: beside this file and beside the program. Code that runs from a
 * string, like the recorder thread, has no place of its own and is given its creator's list. The
 * working directory is not in it, since whoever owns that must not get code run.
 */
export function compressorSearchPaths(): string[] {
  const places: (string | undefined)[] = [ownPlace(), process.argv[1]];
  return places.filter((place) => place !== undefined && place !== '') as string[];
}

/** Loads lz4-napi from the first place that has it. Never throws. */
export function loadCompressor(
  searchPaths: readonly string[] = compressorSearchPaths(),
): Compressor {
  let reason = `${LZ4_PACKAGE} has no place to be loaded from`;
  for (const place of searchPaths) {
    try {
      const { compressFrameSync } = requireLz4(place);
      if (isLz4Frame(compressFrameSync(new Uint8Array(64), { contentChecksum: true }))) {
        return {
          name: LZ4_PACKAGE,
          compress: (bytes) => compressOrStore(compressFrameSync, bytes),
        };
      }
      reason = `${LZ4_PACKAGE} makes no frames with content checksum`;
    } catch (error) {
      reason = `${LZ4_PACKAGE} cannot be loaded: ${firstLine(error)}`;
    }
  }
  return { name: 'stored', reason, compress: storeFrame };
}

export function compressToFrame(raw: Uint8Array, compressor: Compressor): Frame {
  const bytes = compressor.compress(raw);
  return { bytes, crc: crc32(bytes) };
}

/** An LZ4 frame that holds `bytes` uncompressed, in blocks of 4 MiB. */
export function storeFrame(bytes: Uint8Array): Uint8Array {
  const blockCount = Math.ceil(bytes.length / STORED_BLOCK_BYTES);
  const frame = new Uint8Array(
    STORED_FRAME_HEAD.length + blockCount * BLOCK_HEAD_BYTES + bytes.length + END_MARK_BYTES,
  );
  const view = new DataView(frame.buffer);
  frame.set(STORED_FRAME_HEAD);
  let position = STORED_FRAME_HEAD.length;
  for (let start = 0; start < bytes.length; start += STORED_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + STORED_BLOCK_BYTES);
    view.setUint32(position, (block.length | STORED_BLOCK_FLAG) >>> 0, true);
    frame.set(block, position + BLOCK_HEAD_BYTES);
    position += BLOCK_HEAD_BYTES + block.length;
  }
  // The end mark is a block length of 0, which the new array already holds.
  return frame;
}

/** Undefined in a bundle of CommonJS; the `try` keeps bundlers from warning about that. */
function ownPlace(): string | undefined {
  try {
    return import.meta.url;
  } catch {
    return undefined;
  }
}

function requireLz4(place: string): Lz4Module {
  // The loader of lz4-napi may set `excludeNetwork` of the application's diagnostic reports.
  const report = process.report as { excludeNetwork?: boolean } | undefined;
  const excludeNetwork = report?.excludeNetwork;
  try {
    // A require of another name, called with a variable: bundlers leave it alone.
    const requireFrom = createRequire(place);
    return requireFrom(LZ4_PACKAGE);
  } finally {
    if (report && excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}

function compressOrStore(
  compressFrameSync: Lz4Module['compressFrameSync'],
  bytes: Uint8Array,
): Uint8Array {
  try {
    return compressFrameSync(bytes, { contentChecksum: true });
  } catch {
    // Out of memory, most likely; a stored frame is as readable.
    return storeFrame(bytes);
  }
}

function isLz4Frame(frame: Uint8Array): boolean {
  const magic = new DataView(frame.buffer, frame.byteOffset, frame.length).getUint32(0, true);
  return magic === LZ4_FRAME_MAGIC && (frame[4] & FLAG_CONTENT_CHECKSUM) !== 0;
}

function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown error';
}
