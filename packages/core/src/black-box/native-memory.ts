/**
 * What the C library can do with a file and memory, by koffi or by `node:ffi`, whichever can be
 * loaded: allocate a file in full, map it, tell where bytes stand, and show an address as an
 * ArrayBuffer. Who maps what is not known here.
 */

import { createRequire } from 'node:module';

export interface NativeMemory {
  readonly name: 'koffi' | 'node:ffi';
  /** Gives every byte of the file its place on the disk. Returns 0 or an error number; null: unknown here. */
  allocate(descriptor: number, lengthBytes: number): number | null;
  /** mmap(2) for reading and writing. Returns null where that failed. */
  map(address: bigint, lengthBytes: number, flags: number, descriptor: number): bigint | null;
  /** Where `bytes`, which no collector may move, begin. */
  addressOf(bytes: Uint8Array): bigint;
  /** The bytes at an address that is mapped, for as long as it is. Not a copy. */
  view(address: bigint, lengthBytes: number): ArrayBuffer;
}

export type LoadedNativeMemory =
  | { readonly ok: true; readonly native: NativeMemory }
  | { readonly ok: false; readonly reason: string };

type ForeignFunction = (...values: unknown[]) => unknown;

/** The part of koffi that is used. */
interface Koffi {
  load(path: null): { func(prototype: string): ForeignFunction };
  view(address: bigint, lengthBytes: number): ArrayBuffer;
}

interface Signature {
  readonly arguments: readonly string[];
  readonly return: string;
}

/** The part of `node:ffi` that is used. */
interface NodeFfi {
  dlopen(
    path: null,
    definitions: { readonly [name: string]: Signature },
  ): { readonly functions: { readonly [name: string]: ForeignFunction } };
  toArrayBuffer(address: bigint, lengthBytes: number, isCopied: false): ArrayBuffer;
}

const KOFFI_PACKAGE = 'koffi';
const NODE_FFI_MODULE = 'node:ffi';

const READ_AND_WRITE = 3;
/** The largest address: `(void *) -1`. */
const MAP_FAILED = 2n ** 64n - 1n;

const MMAP_SIGNATURE: Signature = {
  arguments: ['pointer', 'uint64', 'int32', 'int32', 'int32', 'int64'],
  return: 'pointer',
};
/** It returns its first argument; of no bytes it does nothing else. */
const MOVE_SIGNATURE: Signature = {
  arguments: ['pointer', 'pointer', 'uint64'],
  return: 'pointer',
};
const ALLOCATE_SIGNATURE: Signature = { arguments: ['int32', 'int64', 'int64'], return: 'int32' };

/** koffi from the first of `searchPaths` that has it, else `node:ffi`. Never throws. */
export function loadNativeMemory(searchPaths: readonly string[]): LoadedNativeMemory {
  const reasons: string[] = [];
  if (process.platform === 'win32') return { ok: false, reason: 'there is no mmap on Windows' };
  for (const place of searchPaths) {
    try {
      return { ok: true, native: byKoffi(createRequire(place)(KOFFI_PACKAGE)) };
    } catch (error) {
      reasons[0] = `${KOFFI_PACKAGE} cannot be loaded: ${firstLine(error)}`;
    }
  }
  try {
    return { ok: true, native: byNodeFfi(loadNodeFfi()) };
  } catch (error) {
    reasons.push(`${NODE_FFI_MODULE} cannot be loaded: ${firstLine(error)}`);
  }
  return { ok: false, reason: reasons.join('; ') };
}

/**
 * For one thread of the process: of each worker thread that loads koffi 3.3 some 20 KB stay, and of
 * one that calls with it 3 MiB and three of the 65,530 mappings that Linux allows (Node 20.20).
 */
function byKoffi(koffi: Koffi): NativeMemory {
  const declare = (prototype: string): ForeignFunction => koffi.load(null).func(prototype);
  return {
    name: KOFFI_PACKAGE,
    allocate(descriptor, lengthBytes) {
      const allocate = optional(() =>
        declare('int posix_fallocate(int, int64_t offset, int64_t length)'),
      );
      return allocate === null ? null : (allocate(descriptor, 0, lengthBytes) as number);
    },
    map(address, lengthBytes, flags, descriptor) {
      const mmap = declare('uint64_t mmap(uint64_t, uint64_t, int, int, int, int64_t)');
      return mapped(mmap(address, lengthBytes, READ_AND_WRITE, flags, descriptor, 0));
    },
    addressOf(bytes) {
      const move = declare('uint64_t memmove(void *, void *, size_t)');
      return BigInt(move(bytes, bytes, 0) as bigint | number);
    },
    view: (address, lengthBytes) => koffi.view(address, lengthBytes),
  };
}

function byNodeFfi(ffi: NodeFfi): NativeMemory {
  const { mmap, memmove } = ffi.dlopen(null, {
    mmap: MMAP_SIGNATURE,
    memmove: MOVE_SIGNATURE,
  }).functions;
  const allocate = optional(
    () => ffi.dlopen(null, { posix_fallocate: ALLOCATE_SIGNATURE }).functions.posix_fallocate,
  );
  return {
    name: NODE_FFI_MODULE,
    allocate: (descriptor, lengthBytes) =>
      allocate === null ? null : (allocate(descriptor, 0n, BigInt(lengthBytes)) as number),
    map: (address, lengthBytes, flags, descriptor) =>
      mapped(mmap(address, BigInt(lengthBytes), READ_AND_WRITE, flags, descriptor, 0n)),
    addressOf: (bytes) => BigInt(memmove(bytes, bytes, 0n) as bigint | number),
    view: (address, lengthBytes) => ffi.toArrayBuffer(address, lengthBytes, false),
  };
}

/** Node says on stderr that the module is experimental; the application did not ask for it. */
function loadNodeFfi(): NodeFfi {
  const getBuiltin = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule;
  if (getBuiltin === undefined) throw new Error('this Node does not have it');
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const ffi = getBuiltin(NODE_FFI_MODULE) as NodeFfi | undefined;
    if (ffi === undefined) throw new Error('this Node does not have it');
    return ffi;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function mapped(address: unknown): bigint | null {
  const unsigned = BigInt.asUintN(64, BigInt(address as bigint | number));
  return unsigned === MAP_FAILED ? null : unsigned;
}

function optional<T>(load: () => T): T | null {
  try {
    return load();
  } catch {
    return null;
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown error';
}
