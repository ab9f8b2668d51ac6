/**
 * A ring whose memory is the black box's file. It is mapped once a process and stays so until the
 * process ends: threads that logged here may look at their record level for ever, and an address
 * that is no longer mapped would kill them. Threads are given address and length and view them.
 */

import fs from 'node:fs';
import os from 'node:os';
import { type RingGeometry, RingMemory } from '../ring/ring-memory.ts';
import { compressorSearchPaths } from '../snapshot/compress-frame.ts';
import { loadNativeMemory, type NativeMemory } from './native-memory.ts';

const { ftruncateSync, writeSync } = fs;
const { errno } = os.constants;

/** Where a file stands in the memory of this process. Plain data: good in each of its threads. */
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

/** Throws where neither koffi nor `node:ffi` is to be had. */
export function nativeMemory(
  searchPaths: readonly string[] = compressorSearchPaths(),
): NativeMemory {
  const loaded = loadNativeMemory(searchPaths);
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
  const address = native.map(0n, lengthBytes, MAP_SHARED, descriptor);
  if (address === null) throw new Error('mmap failed');
  const memory = RingMemory.initialize(native.view(address, lengthBytes), geometry);
  return { memory, mapping: { address, lengthBytes } };
}

/** The ring that another thread has mapped. Throws where this thread cannot view it. */
export function viewRing(mapping: Mapping, searchPaths?: readonly string[]): RingMemory {
  const { address, lengthBytes } = mapping;
  return RingMemory.attach(nativeMemory(searchPaths).view(address, lengthBytes));
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
