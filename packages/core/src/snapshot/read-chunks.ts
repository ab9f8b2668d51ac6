/**
 * Finds the chunks of a recording: walks from descriptor to descriptor, verifies every checksum,
 * and after damage looks for the next descriptor, so that whatever is whole is found. What is in
 * a chunk is not looked at.
 */

import type { ByteSource } from './byte-source.ts';
import { type ChunkDescriptor, DESCRIPTOR_SIGNATURE, readDescriptor } from './chunk-descriptor.ts';
import {
  DESCRIPTOR_BYTES,
  DESCRIPTOR_VERSION,
  KIND_FOOTER,
  KIND_HEADER,
  MAX_CHUNK_RAW_BYTES,
} from './container-layout.ts';
import { crc32 } from './crc-32.ts';
import { RecordingError } from './damage-error.ts';
import type { DamageList } from './damage-list.ts';
import { decodeFooter } from './decode-map.ts';
import { decodeLz4Frame, findLz4FrameEnd } from './lz4-frame.ts';
import { STEP_BYTES, type Steps } from './steps.ts';

/** A GiB of the smallest segments; more only a hostile file has. */
const MAX_CHUNKS = 1 << 18;
/** Compression may make small or random content a little longer. */
const MAX_COMPRESSED_BYTES = MAX_CHUNK_RAW_BYTES + MAX_CHUNK_RAW_BYTES / 64;
/** So many chunks in a row are a recording, wherever they lead. */
const LONG_CHAIN = 64;
/** How much of a file is searched at a time. */
const WINDOW_BYTES = 1024 * 1024;

/** A chunk whose descriptor and frame are whole. */
export interface Chunk extends ChunkDescriptor {
  /** Where its descriptor begins. */
  offset: number;
  frameOffset: number;
}

/** All whole chunks, in the order of the file; each ordinal once. */
export function readChunks(source: ByteSource, damage: DamageList): Steps<Chunk[]> {
  return new ChunkScan(source, damage).run();
}

/** The frame of a chunk; shorter than the chunk says if the file was cut meanwhile. */
export function readFrame(source: ByteSource, chunk: Chunk): Uint8Array {
  return source.read(chunk.frameOffset, chunk.compressedLength);
}

/** CRC-32 of [0, end), read a window at a time. */
export function* checksumOf(source: ByteSource, end: number): Steps<number> {
  let checksum = 0;
  for (let at = 0; at < end; at += WINDOW_BYTES) {
    checksum = crc32(source.read(at, Math.min(WINDOW_BYTES, end - at)), checksum);
    yield;
  }
  return checksum;
}

class ChunkScan {
  private readonly source: ByteSource;
  private readonly damage: DamageList;
  private readonly chunks: Chunk[] = [];
  private readonly ordinals: Set<number> = new Set();
  private nextOrdinal = 0;

  constructor(source: ByteSource, damage: DamageList) {
    this.source = source;
    this.damage = damage;
  }

  *run(): Steps<Chunk[]> {
    const { source } = this;
    let position = 0;
    let pauseAt = STEP_BYTES;
    while (position < source.length) {
      if (position >= pauseAt) {
        yield;
        pauseAt = position + STEP_BYTES;
      }
      const chunk = this.descriptorAt(position);
      if (chunk === null) {
        position = this.skipUnreadable(position);
        continue;
      }
      if (this.chunks.length === MAX_CHUNKS) {
        this.damage.report(position, source.length - position, 'there are too many chunks');
        break;
      }
      position = this.takeChunk(chunk);
      if (chunk.kind === KIND_FOOTER && this.chunks.at(-1) === chunk) {
        this.checkEnd(position);
        return this.chunks;
      }
    }
    this.damage.report(source.length, 0, 'the file ends before its footer');
    return this.chunks;
  }

  /** Takes the chunk if it is whole. Returns where to go on. */
  private takeChunk(chunk: Chunk): number {
    const { source } = this;
    const end = chunk.frameOffset + chunk.compressedLength;
    const name = `chunk ${chunk.ordinal}`;
    const refusal = refusalOf(chunk);
    if (refusal !== null) {
      return this.skipDamage(chunk.offset, `${name} ${refusal}`, chunk.frameOffset);
    }
    if (end > source.length) {
      this.nextOrdinal = chunk.ordinal + 1;
      // If bytes are missing in the middle, more chunks follow. What leads nowhere is none of
      // them, but a recording that was logged, within the frame.
      const leadsToEnd = (offset: number): boolean => this.leadsToEnd(offset);
      return this.skipDamage(chunk.offset, `${name} is cut short`, chunk.frameOffset, leadsToEnd);
    }
    if (crc32(readFrame(source, chunk)) !== chunk.frameCrc) {
      const what = `the checksum of ${name} does not match its bytes`;
      this.nextOrdinal = chunk.ordinal + 1;
      if (end !== source.length && this.descriptorAt(end) === null) {
        // Bytes are missing or were put in: the next chunk may begin anywhere.
        return this.skipDamage(chunk.offset, what, chunk.frameOffset);
      }
      this.damage.report(chunk.offset, end - chunk.offset, what);
      return end;
    }
    this.checkOrdinal(chunk);
    return end;
  }

  private checkOrdinal(chunk: Chunk): void {
    const { ordinal, offset } = chunk;
    const lengthBytes = DESCRIPTOR_BYTES + chunk.compressedLength;
    if (this.ordinals.has(ordinal) || (chunk.kind === KIND_HEADER && this.chunks.length > 0)) {
      this.damage.report(offset, lengthBytes, `chunk ${ordinal} is there twice`);
      return;
    }
    if (ordinal > this.nextOrdinal) {
      const last = ordinal - 1;
      const missing =
        last === this.nextOrdinal
          ? `chunk ${last} is`
          : `chunks ${this.nextOrdinal} to ${last} are`;
      this.damage.report(offset, 0, `${missing} missing before this place`);
    } else if (ordinal < this.nextOrdinal) {
      this.damage.report(offset, lengthBytes, `chunk ${ordinal} is out of order`);
    }
    this.nextOrdinal = Math.max(this.nextOrdinal, ordinal + 1);
    this.ordinals.add(ordinal);
    this.chunks.push(chunk);
  }

  private checkEnd(end: number): void {
    const extra = this.source.length - end;
    if (extra > 0) this.damage.report(end, extra, `${extra} bytes follow the end of the recording`);
  }

  /** Goes past what should have been a descriptor, and past the frame behind it if that is whole. */
  private skipUnreadable(position: number): number {
    const what = 'no chunk can be read here';
    const end = findLz4FrameEnd(this.source, position + DESCRIPTOR_BYTES);
    if (end === null || (end !== this.source.length && this.descriptorAt(end) === null)) {
      return this.skipDamage(position, what, position + 1);
    }
    this.damage.report(position, end - position, what);
    this.nextOrdinal++;
    return end;
  }

  /** Reports from `start` on to the next descriptor found from `searchFrom` on, and goes there. */
  private skipDamage(
    start: number,
    what: string,
    searchFrom: number,
    isWanted?: (offset: number) => boolean,
  ): number {
    const next = this.findDescriptor(searchFrom, isWanted);
    this.damage.report(start, next - start, what);
    return next;
  }

  /** The next place with a plausible descriptor, or the end of the file. */
  private findDescriptor(from: number, isWanted?: (offset: number) => boolean): number {
    const { source } = this;
    const overlap = DESCRIPTOR_BYTES - 1;
    for (let start = from; start < source.length; start += WINDOW_BYTES) {
      const window = source.read(start, WINDOW_BYTES + overlap);
      const buffer = Buffer.from(window.buffer, window.byteOffset, window.length);
      let at = buffer.indexOf(DESCRIPTOR_SIGNATURE);
      while (at !== -1) {
        const descriptor = readDescriptor(window, at);
        // A recording may hold bytes of another one. Their numbers begin anew at 0.
        const isNext = descriptor !== null && descriptor.ordinal >= this.nextOrdinal;
        if (isNext && (isWanted === undefined || isWanted(start + at))) return start + at;
        at = buffer.indexOf(DESCRIPTOR_SIGNATURE, at + 1);
      }
    }
    return source.length;
  }

  /** Whether descriptors follow each other from `offset` to this file's footer, or for long. */
  private leadsToEnd(offset: number): boolean {
    let at = offset;
    for (let i = 0; i < LONG_CHAIN; i++) {
      const chunk = this.descriptorAt(at);
      if (chunk === null) return false;
      at = chunk.frameOffset + chunk.compressedLength;
      if (at >= this.source.length) return at === this.source.length && this.isOwnFooter(chunk);
    }
    return true;
  }

  /** The footer of a recording that was logged counts fewer bytes than stand before it here. */
  private isOwnFooter(chunk: Chunk): boolean {
    if (chunk.kind !== KIND_FOOTER || refusalOf(chunk) !== null) return false;
    try {
      const content = decodeLz4Frame(readFrame(this.source, chunk), chunk.rawLength);
      return decodeFooter(content).value.bytes >= chunk.offset;
    } catch {
      return false;
    }
  }

  private descriptorAt(offset: number): Chunk | null {
    const descriptor = readDescriptor(this.source.read(offset, DESCRIPTOR_BYTES), 0);
    if (descriptor === null) return null;
    if (offset === 0 && descriptor.version > DESCRIPTOR_VERSION) {
      throw new RecordingError(
        `the recording is of container version ${descriptor.version}; this ttlog reads up to ` +
          `${DESCRIPTOR_VERSION}; update ttlog-view`,
      );
    }
    return { ...descriptor, offset, frameOffset: offset + DESCRIPTOR_BYTES };
  }
}

/** Why a chunk with a whole descriptor is not read, or null. */
function refusalOf(chunk: Chunk): string | null {
  if (chunk.version !== DESCRIPTOR_VERSION) return `is of unknown version ${chunk.version}`;
  if (chunk.kind < KIND_HEADER || chunk.kind > KIND_FOOTER) {
    return `is of unknown kind ${chunk.kind}`;
  }
  if ((chunk.kind === KIND_HEADER) !== (chunk.ordinal === 0)) return 'has the wrong number';
  if (chunk.rawLength > MAX_CHUNK_RAW_BYTES || chunk.compressedLength > MAX_COMPRESSED_BYTES) {
    return `claims ${chunk.rawLength} bytes, more than any chunk holds`;
  }
  return null;
}
