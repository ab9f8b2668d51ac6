/**
 * One chunk's descriptor, read from bytes that anyone may have made. Finding chunks in a file is
 * read-chunks.ts's affair.
 */

import {
  CHUNK_COMPRESSED_LENGTH,
  CHUNK_CRC,
  CHUNK_FIRST_TIME,
  CHUNK_FRAME_CRC,
  CHUNK_KIND,
  CHUNK_LAST_TIME,
  CHUNK_MAGIC,
  CHUNK_MAX_SEVERITY,
  CHUNK_ORDINAL,
  CHUNK_RAW_LENGTH,
  CHUNK_SKIPPABLE_LENGTH,
  CHUNK_SKIPPABLE_MAGIC,
  CHUNK_TTLG,
  CHUNK_VERSION,
  DESCRIPTOR_BYTES,
  SKIPPABLE_MAGIC,
} from './container-layout.ts';
import { crc32 } from './crc-32.ts';

export interface ChunkDescriptor {
  version: number;
  kind: number;
  ordinal: number;
  compressedLength: number;
  rawLength: number;
  firstTimeNs: bigint;
  lastTimeNs: bigint;
  maxSeverity: number;
  frameCrc: number;
}

/** The bytes that every descriptor of this version begins with. */
export const DESCRIPTOR_SIGNATURE: Uint8Array = (() => {
  const bytes = new Uint8Array(CHUNK_VERSION);
  const view = new DataView(bytes.buffer);
  view.setUint32(CHUNK_SKIPPABLE_MAGIC, SKIPPABLE_MAGIC, true);
  view.setUint32(CHUNK_SKIPPABLE_LENGTH, DESCRIPTOR_BYTES - CHUNK_TTLG, true);
  view.setUint32(CHUNK_TTLG, CHUNK_MAGIC, true);
  return bytes;
})();

/** The descriptor at `offset`, or null where none stands whole. */
export function readDescriptor(bytes: Uint8Array, offset: number): ChunkDescriptor | null {
  if (offset + DESCRIPTOR_BYTES > bytes.length) return null;
  for (let i = 0; i < DESCRIPTOR_SIGNATURE.length; i++) {
    if (bytes[offset + i] !== DESCRIPTOR_SIGNATURE[i]) return null;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, DESCRIPTOR_BYTES);
  const crc = crc32(bytes.subarray(offset, offset + CHUNK_CRC));
  if (view.getUint32(CHUNK_CRC, true) !== crc) return null;
  return {
    version: view.getUint16(CHUNK_VERSION, true),
    kind: view.getUint16(CHUNK_KIND, true),
    ordinal: view.getUint32(CHUNK_ORDINAL, true),
    compressedLength: view.getUint32(CHUNK_COMPRESSED_LENGTH, true),
    rawLength: view.getUint32(CHUNK_RAW_LENGTH, true),
    firstTimeNs: view.getBigInt64(CHUNK_FIRST_TIME, true),
    lastTimeNs: view.getBigInt64(CHUNK_LAST_TIME, true),
    maxSeverity: view.getUint32(CHUNK_MAX_SEVERITY, true),
    frameCrc: view.getUint32(CHUNK_FRAME_CRC, true),
  };
}
