/**
 * A ring whose memory is the black box's file. The file is mapped over the pages of a
 * SharedArrayBuffer, which all threads share as they share any other: only the one that maps needs
 * a native library. The buffer's memory goes when the last thread has forgotten it.
 */

import fs from 'node:fs';
import os from 'node:os';
import { PAGED_BUFFER_UNIT_BYTES, type RingGeometry, RingMemory } from '../ring/ring-memory.ts';
import { compressorSearchPaths } from '../snapshot/compress-frame.ts';
import { loadNativeMemory, type NativeMemory } from './native-memory.ts';

const { ftruncateSync, readSync, writeSync } = fs;
/** Of its types Node's have but the names. */
const { WebAssembly } = globalThis as {
  readonly WebAssembly?: {
    readonly Memory: new (size: {
      readonly initial: number;
      readonly maximum: number;
      readonly shared: true;
    }) => { readonly buffer: SharedArrayBuffer };
  };
};
const { errno } = os.constants;

/** Where a file stands in the memory of this process. */
export interface Mapping {
  readonly address: bigint;
  readonly lengthBytes: number;
}

const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = process.platform === 'darwin' ? 0x1000 : 0x20;

/** At least a page on every machine. It holds the header, and what says that recording is over. */
const KEPT_BYTES = 65_536;
const ZEROES_BYTES = 1024 * 1024;
const PROBE_BYTES = 16;

/** Throws where neither koffi nor `node:ffi` is to be had. */
export function nativeMemory(): NativeMemory {
  const loaded = loadNativeMemory(compressorSearchPaths());
  if (!loaded.ok) throw new Error(loaded.reason);
  return loaded.native;
}

/**
 * Gives the file its length, every block of it allocated: in a hole a full disk would be found out
 * by a write to memory, which is a SIGBUS. Throws where there is no room.
 */
export function allocateFile(native: NativeMemory, descriptor: number, lengthBytes: number): void {
  const failure = native.allocate(descriptor, lengthBytes);
  if (failure === 0) return;
  if (failure === errno.ENOSPC) throw new Error('ENOSPC: no space left for the whole black box');
  // A file system, or a platform, that has no such call.
  const zeroes = new Uint8Array(ZEROES_BYTES);
  for (let done = 0; done < lengthBytes; ) {
    done += writeSync(descriptor, zeroes, 0, Math.min(ZEROES_BYTES, lengthBytes - done), done);
  }
}

/** Maps the file, which is allocated in full, and makes a ring in it. Throws where that fails. */
export function mapRing(
  native: NativeMemory,
  descriptor: number,
  lengthBytes: number,
  geometry: RingGeometry,
): { memory: RingMemory; mapping: Mapping } {
  const bytes = new Uint8Array(pagedBuffer(lengthBytes));
  const address = native.addressOf(bytes);
  checkAddress(native, address, bytes);
  if (native.map(address, lengthBytes, MAP_SHARED | MAP_FIXED, descriptor) === null) {
    throw new Error('mmap failed');
  }
  const memory = RingMemory.initialize(bytes.buffer, geometry);
  const inFile = new Uint8Array(PROBE_BYTES);
  readSync(descriptor, inFile, 0, PROBE_BYTES, 0);
  if (!isSame(inFile, bytes)) throw new Error('the memory does not show the mapped file');
  return { memory, mapping: { address, lengthBytes } };
}

/**
 * Memory in pages of its own, of which nothing else is a part: a file may take the place of them.
 * That of WebAssembly is, whatever allocates other buffers, and costs nothing but addresses. Throws
 * where there is no WebAssembly, as under `--jitless`, or no room for the addresses.
 */
function pagedBuffer(lengthBytes: number): SharedArrayBuffer {
  if (WebAssembly === undefined) {
    throw new Error('there is no WebAssembly, whose memory begins with a page');
  }
  const units = Math.ceil(lengthBytes / PAGED_BUFFER_UNIT_BYTES);
  return new WebAssembly.Memory({ initial: units, maximum: units, shared: true }).buffer;
}

/** To map over anything else would destroy it. Throws where `bytes` are not at the address. */
function checkAddress(native: NativeMemory, address: bigint, bytes: Uint8Array): void {
  const probe = new Uint8Array(native.view(address, PROBE_BYTES));
  for (let i = 0; i < PROBE_BYTES; i++) bytes[i] = i + 1;
  const isThere = isSame(probe, bytes);
  bytes.fill(0, 0, PROBE_BYTES);
  if (isThere && isSame(probe, bytes) && address % BigInt(PAGED_BUFFER_UNIT_BYTES) === 0n) return;
  throw new Error('the address of the memory is not known');
}

function isSame(some: Uint8Array, bytes: Uint8Array): boolean {
  return some.every((byte, i) => byte === bytes[i]);
}

/**
 * Gives the file's room on disk and in memory back once recording is over. All but the header
 * becomes memory of its own, empty and unused, so that a thread that still looks or writes there
 * does no harm. Never throws.
 */
export function releaseMapping(mapping: Mapping, descriptor: number): void {
  const { address, lengthBytes } = mapping;
  if (lengthBytes <= KEPT_BYTES) return;
  try {
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    const kept = BigInt(KEPT_BYTES);
    const released = nativeMemory().map(address + kept, lengthBytes - KEPT_BYTES, flags, -1);
    // Only where nothing beyond is mapped any more: reading past the end is a SIGBUS.
    if (released !== null) ftruncateSync(descriptor, KEPT_BYTES);
  } catch {
    // It stays as it is until the process ends.
  }
}
