/**
 * CRC-32 as zlib has it. `node:zlib` brings streams along and takes 0.6 ms of every start (Node
 * 20.20), so that the first recording loads it and not the import.
 */

import { createRequire } from 'node:module';

type Crc32 = (bytes: Uint8Array, before?: number) => number;

// Taken at import, so that modules mocked later do not reach the crash path.
const requireModule = createRequire(process.execPath);
let fromZlib: Crc32 | null = null;

/** Of `bytes`, or of what had the checksum `before` and of them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  return (fromZlib ?? loadCrc32())(bytes, before);
}

/** A recorder asks for it when it starts, so that a crash finds it loaded. */
export function loadCrc32(): Crc32 {
  fromZlib ??= (requireModule('node:zlib') as { crc32: Crc32 }).crc32;
  return fromZlib;
}
