/**
 * The header of a snapshot file and nothing else of it, for who has many files to look through.
 * What is in the file is opened by open-recording.ts.
 */

import fs from 'node:fs';
import { readDescriptor } from './chunk-descriptor.ts';
import { DESCRIPTOR_BYTES, KIND_HEADER } from './container-layout.ts';
import { crc32 } from './crc-32.ts';
import { decodeHeader } from './decode-map.ts';
import { closeQuietly } from './file-functions.ts';
import { decodeLz4Frame } from './lz4-frame.ts';
import type { SnapshotHeader } from './recording.ts';

// Taken at import, so that modules mocked later do not reach the reader.
const { constants, fstatSync, openSync, readSync } = fs;

/** A header with the rows of 2,048 threads and an error of the largest size has less. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/** null where the file does not begin with a whole header. Never throws. */
export function readSnapshotHeader(path: string): SnapshotHeader | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(descriptor).isFile()) return null;
    const chunk = readDescriptor(readAt(descriptor, 0, DESCRIPTOR_BYTES), 0);
    if (chunk === null || chunk.kind !== KIND_HEADER) return null;
    if (Math.max(chunk.compressedLength, chunk.rawLength) > MAX_HEADER_BYTES) return null;
    const frame = readAt(descriptor, DESCRIPTOR_BYTES, chunk.compressedLength);
    if (crc32(frame) !== chunk.frameCrc) return null;
    return decodeHeader(decodeLz4Frame(frame, chunk.rawLength)).value;
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) closeQuietly(descriptor);
  }
}

/** Shorter where the file ends. */
function readAt(descriptor: number, offset: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let done = 0;
  while (done < lengthBytes) {
    const count = readSync(descriptor, bytes, done, lengthBytes - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
