/**
 * LZ4 frames to bytes: all that the frame format allows except dictionaries, with every checksum
 * that is there verified. The size of the content is known beforehand, from a descriptor whose
 * own checksum held, and is the most that is ever allocated.
 */

import type { ByteSource } from './byte-source.ts';
import { LZ4_FRAME_MAGIC } from './container-layout.ts';
import { decodeLz4Block } from './lz4-block.ts';
import { Lz4Error } from './lz4-error.ts';
import { xxhash32 } from './xxhash32.ts';

const FLAG_VERSION_MASK = 0xc0;
const FLAG_VERSION = 0x40;
const FLAG_INDEPENDENT_BLOCKS = 0x20;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_RESERVED = 0x02;
const FLAG_DICTIONARY = 0x01;

/** Of the second byte of the descriptor all other bits are reserved. */
const BLOCK_SIZE_MASK = 0x70;
/** Codes 4 to 7 stand for blocks of 64 KiB, 256 KiB, 1 MiB and 4 MiB at most. */
const MIN_BLOCK_SIZE_CODE = 4;

const STORED_BLOCK = 0x80000000;
const END_MARK = 0;

/** One sequence of LZ4 turns a byte into 255 at most. */
const MAX_RATIO = 255;

/** The longest frame header: magic, flags, block size, content size, dictionary id, checksum. */
const MAX_HEADER_BYTES = 19;
/** More than the largest chunk has. */
const MAX_BLOCKS = 512;

interface FrameDescriptor {
  hasIndependentBlocks: boolean;
  hasBlockChecksums: boolean;
  hasContentChecksum: boolean;
  maxBlockBytes: number;
  /** Where the first block begins. */
  end: number;
}

/** Gives a place for so many bytes; zeroed or not. */
type TakeRoom = (lengthBytes: number) => Uint8Array;

const takeOwnRoom: TakeRoom = (lengthBytes) => new Uint8Array(lengthBytes);

/** The content of the one frame that `untrustedFrame` is: exactly `rawLength` bytes. */
export function decodeLz4Frame(
  untrustedFrame: Uint8Array,
  rawLength: number,
  takeRoom: TakeRoom = takeOwnRoom,
): Uint8Array {
  if (rawLength > untrustedFrame.length * MAX_RATIO) {
    throw new Lz4Error(`${untrustedFrame.length} bytes cannot hold ${rawLength}`);
  }
  const content = takeRoom(rawLength);
  const { length, end } = decodeBlocks(untrustedFrame, content, false);
  if (length !== rawLength) {
    throw new Lz4Error(`a frame holds ${length} bytes instead of ${rawLength}`);
  }
  if (end !== untrustedFrame.length) throw new Lz4Error('a frame ends before its chunk');
  return content;
}

/** The first bytes of a frame's content, `length` of them where there are so many. */
export function decodeLz4FramePrefix(untrustedFrame: Uint8Array, length: number): Uint8Array {
  const content = new Uint8Array(length);
  return content.subarray(0, decodeBlocks(untrustedFrame, content, true).length);
}

/** Where the frame at `offset` ends, by its own block lengths; null where there is no frame. */
export function findLz4FrameEnd(source: ByteSource, offset: number): number | null {
  const header = source.read(offset, MAX_HEADER_BYTES);
  let descriptor: FrameDescriptor;
  try {
    descriptor = readDescriptor(header, viewOf(header), 0, true);
  } catch {
    return null;
  }
  let at = offset + descriptor.end;
  for (let i = 0; i < MAX_BLOCKS; i++) {
    const word = source.read(at, 4);
    if (word.length < 4) return null;
    const head = viewOf(word).getUint32(0, true);
    at += 4;
    if (head === END_MARK) return at + (descriptor.hasContentChecksum ? 4 : 0);
    at += (head & ~STORED_BLOCK) + (descriptor.hasBlockChecksums ? 4 : 0);
  }
  return null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function decodeBlocks(
  frame: Uint8Array,
  content: Uint8Array,
  isPrefix: boolean,
): { length: number; end: number } {
  const view = viewOf(frame);
  const descriptor = readDescriptor(frame, view, content.length, isPrefix);
  const checksumBytes = descriptor.hasBlockChecksums ? 4 : 0;
  let at = descriptor.end;
  let length = 0;
  for (;;) {
    if (at + 4 > frame.length) throw new Lz4Error('a frame ends before its end mark');
    const head = view.getUint32(at, true);
    at += 4;
    if (head === END_MARK) break;
    const blockBytes = head & ~STORED_BLOCK;
    const blockEnd = at + blockBytes;
    if (blockBytes > descriptor.maxBlockBytes || blockEnd + checksumBytes > frame.length) {
      throw new Lz4Error('a block runs past the end of its frame');
    }
    if (checksumBytes > 0 && view.getUint32(blockEnd, true) !== xxhash32(frame, at, blockEnd)) {
      throw new Lz4Error('the checksum of a block does not match');
    }
    const limit = Math.min(content.length, length + descriptor.maxBlockBytes);
    const windowStart = descriptor.hasIndependentBlocks ? length : 0;
    length =
      (head & STORED_BLOCK) === 0
        ? decodeLz4Block(frame, at, blockEnd, content, length, limit, windowStart, isPrefix)
        : copyStored(frame.subarray(at, blockEnd), content, length, isPrefix);
    at = blockEnd + checksumBytes;
    if (isPrefix && length === content.length) return { length, end: at };
  }
  if (descriptor.hasContentChecksum) {
    if (at + 4 > frame.length) throw new Lz4Error('a frame ends before its checksum');
    if (!isPrefix && view.getUint32(at, true) !== xxhash32(content, 0, length)) {
      throw new Lz4Error('the checksum of a frame does not match its content');
    }
    at += 4;
  }
  return { length, end: at };
}

function readDescriptor(
  frame: Uint8Array,
  view: DataView,
  rawLength: number,
  isPrefix: boolean,
): FrameDescriptor {
  if (frame.length < 7 || view.getUint32(0, true) !== LZ4_FRAME_MAGIC) {
    throw new Lz4Error('there is no LZ4 frame');
  }
  const flags = frame[4];
  const blockSizeCode = frame[5] >> 4;
  if (
    (flags & FLAG_VERSION_MASK) !== FLAG_VERSION ||
    (flags & FLAG_RESERVED) !== 0 ||
    (frame[5] & ~BLOCK_SIZE_MASK) !== 0 ||
    blockSizeCode < MIN_BLOCK_SIZE_CODE
  ) {
    throw new Lz4Error('an LZ4 frame is of an unknown kind');
  }
  if ((flags & FLAG_DICTIONARY) !== 0) throw new Lz4Error('an LZ4 frame wants a dictionary');
  const checksumAt = (flags & FLAG_CONTENT_SIZE) === 0 ? 6 : 14;
  if (frame.length <= checksumAt || frame[checksumAt] !== headerChecksum(frame, checksumAt)) {
    throw new Lz4Error('the checksum of an LZ4 frame header does not match');
  }
  if (checksumAt === 14 && !isPrefix && view.getBigUint64(6, true) !== BigInt(rawLength)) {
    throw new Lz4Error(`a frame claims other than ${rawLength} bytes`);
  }
  return {
    hasIndependentBlocks: (flags & FLAG_INDEPENDENT_BLOCKS) !== 0,
    hasBlockChecksums: (flags & FLAG_BLOCK_CHECKSUM) !== 0,
    hasContentChecksum: (flags & FLAG_CONTENT_CHECKSUM) !== 0,
    maxBlockBytes: 1 << (8 + 2 * blockSizeCode),
    end: checksumAt + 1,
  };
}

/** The second byte of the hash over everything between the magic and the checksum. */
function headerChecksum(frame: Uint8Array, end: number): number {
  return (xxhash32(frame, 4, end) >>> 8) & 0xff;
}

function copyStored(
  block: Uint8Array,
  content: Uint8Array,
  length: number,
  isPrefix: boolean,
): number {
  const room = content.length - length;
  if (block.length > room && !isPrefix) throw new Lz4Error('a frame holds more than it should');
  content.set(block.subarray(0, room), length);
  return length + Math.min(block.length, room);
}
