/**
 * Puts a snapshot's bytes on the disk so that its final name only ever stands for a whole file.
 * Everything is synchronous, since it runs while a process dies, and nothing throws. Which
 * directory and what name is decided elsewhere.
 */

import path from 'node:path';
import type { DescriptorReserve } from './descriptor-reserve.ts';
import { isMadeInside, openDirectory } from './directory.ts';
import {
  closeQuietly,
  errorCode,
  FILE_FUNCTIONS,
  type FileFunctions,
  fileError,
  OPEN_DIRECTORY,
  OPEN_NEW,
  statsOrNull,
} from './file-functions.ts';
import { parseSnapshotFileName, temporaryFileName } from './file-name.ts';

const { join } = path;

export interface WriteRequest {
  readonly directory: string;
  /** As for `openDirectory`. */
  readonly isDefaultDirectory?: boolean | undefined;
  /** Made by `snapshotFileName`. */
  readonly name: string;
  /** The file's bytes, in order. */
  readonly chunks: readonly Uint8Array[];
  /** 0600 where it is not given; the umask does not matter. */
  readonly fileMode?: number;
  /** For the crash snapshot that is written again: a file under this name may be replaced. */
  readonly replace?: boolean;
  /** Descriptors to give up when the process has none left. */
  readonly reserve?: DescriptorReserve;
  /** For tests. */
  readonly files?: FileFunctions;
}

export type WriteResult =
  | {
      readonly ok: true;
      readonly path: string;
      readonly bytes: number;
      /** Whether file and name are known to be on the disk, not only in the system's memory. */
      readonly durable: boolean;
    }
  | { readonly ok: false; readonly error: Error };

const DEFAULT_FILE_MODE = 0o600;
const BLOCK_BYTES = 256 * 1024;

/** Codes with which a file system or Node's permission model says that it cannot flush at all. */
const CANNOT_FLUSH = new Set(['ERR_ACCESS_DENIED', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);
const NO_DESCRIPTOR_LEFT = new Set(['EMFILE', 'ENFILE']);

/** A flush that the disk refused: the file's bytes may be lost and no later call will say so. */
class FlushError extends Error {
  readonly code: string | undefined;

  constructor(path: string, cause: unknown) {
    const { message } = fileError(`cannot flush ${path}`, cause);
    super(message, { cause });
    this.code = errorCode(cause);
  }
}

/** Writes a temporary file, checks and flushes it, renames it, and flushes the directory. */
export function writeSnapshotFile(request: WriteRequest): WriteResult {
  const { directory, isDefaultDirectory, name, chunks, replace = false, reserve } = request;
  const { files = FILE_FUNCTIONS } = request;
  try {
    if (parseSnapshotFileName(name) === null) throw new Error('not the name of a snapshot file');
    const opened = openDirectory(directory, isDefaultDirectory, files);
    if (!opened.ok) return opened;
    const target = join(directory, name);
    const temporary = writeTemporary(request, files);
    try {
      place(temporary.path, target, replace, files);
    } catch (error) {
      removeQuietly(temporary.path, files);
      throw fileError(`cannot rename to ${target}`, error);
    }
    const isNameFlushed = flushDirectory(directory, reserve, files);
    const bytes = sizeOf(chunks);
    return { ok: true, path: target, bytes, durable: temporary.isFlushed && isNameFlushed };
  } catch (error) {
    return { ok: false, error: fileError(`snapshot ${name} not written`, error) };
  } finally {
    reserve?.refill();
  }
}

interface TemporaryFile {
  readonly path: string;
  readonly isFlushed: boolean;
}

function writeTemporary(request: WriteRequest, files: FileFunctions): TemporaryFile {
  try {
    return writeNewFile(request, files);
  } catch (error) {
    if (!(error instanceof FlushError)) throw error;
    // After a failed flush the same file may claim success without having the bytes, so the only
    // second try is another file.
    return writeNewFile(request, files);
  }
}

function writeNewFile(request: WriteRequest, files: FileFunctions): TemporaryFile {
  const { directory, name, chunks, fileMode = DEFAULT_FILE_MODE, reserve } = request;
  const temporaryName = temporaryFileName(name);
  const temporaryPath = join(directory, temporaryName);
  const descriptor = openWithReserve(temporaryPath, OPEN_NEW, fileMode, reserve, files);
  let isOpen = true;
  try {
    if (!isMadeInside(directory, temporaryName, descriptor, files)) {
      throw new Error('the directory has become a symbolic link');
    }
    setMode(descriptor, fileMode, files);
    for (const block of inBlocks(chunks)) writeWhole(descriptor, block, files);
    const isFlushed = flush(descriptor, temporaryPath, files);
    const writtenBytes = files.fstatSync(descriptor).size;
    const expectedBytes = sizeOf(chunks);
    if (writtenBytes !== expectedBytes) {
      throw new Error(`the file holds ${writtenBytes} bytes instead of ${expectedBytes}`);
    }
    isOpen = false;
    files.closeSync(descriptor);
    return { path: temporaryPath, isFlushed };
  } catch (error) {
    if (isOpen) closeQuietly(descriptor, files);
    removeQuietly(temporaryPath, files);
    if (error instanceof FlushError) throw error;
    throw fileError(`cannot write ${temporaryPath}`, error);
  }
}

function openWithReserve(
  filePath: string,
  flags: number,
  mode: number,
  reserve: DescriptorReserve | undefined,
  files: FileFunctions,
): number {
  for (;;) {
    try {
      return files.openSync(filePath, flags, mode);
    } catch (error) {
      const code = errorCode(error);
      // Each turn gives up one of a fixed number of descriptors, so this ends.
      if (code !== undefined && NO_DESCRIPTOR_LEFT.has(code) && reserve?.release()) continue;
      throw error;
    }
  }
}

/**
 * The chunks joined, as far as they are small. A ring of 64 MiB makes 2,048 of them, which took 12
 * ms to write one by one and 5 so, of which `writevSync` would save one more (Node 20.20).
 */
function* inBlocks(chunks: readonly Uint8Array[]): Iterable<Uint8Array> {
  const block = new Uint8Array(Math.min(BLOCK_BYTES, sizeOf(chunks)));
  let filled = 0;
  for (const chunk of chunks) {
    if (filled + chunk.length > block.length) {
      yield block.subarray(0, filled);
      filled = 0;
    }
    if (chunk.length > block.length) yield chunk;
    else {
      block.set(chunk, filled);
      filled += chunk.length;
    }
  }
  yield block.subarray(0, filled);
}

function setMode(descriptor: number, fileMode: number, files: FileFunctions): void {
  try {
    files.fchmodSync(descriptor, fileMode);
  } catch {
    // The umask may then have made the mode narrower than asked for, never wider.
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array, files: FileFunctions): void {
  let offset = 0;
  while (offset < bytes.length) {
    const written = files.writeSync(descriptor, bytes, offset, bytes.length - offset);
    if (!(written > 0)) throw new Error('the file takes no more bytes');
    offset += written;
  }
}

/** Whether the file's bytes are on the disk now; false where the system cannot say. */
function flush(descriptor: number, filePath: string, files: FileFunctions): boolean {
  try {
    files.fsyncSync(descriptor);
    return true;
  } catch (error) {
    if (CANNOT_FLUSH.has(errorCode(error) ?? '')) return false;
    throw new FlushError(filePath, error);
  }
}

/**
 * Gives the whole file its final name. Names cannot be guessed, so nobody can put something there
 * between look and rename; rename itself would replace a file without a word.
 */
function place(
  temporaryPath: string,
  target: string,
  replace: boolean,
  files: FileFunctions,
): void {
  const existing = statsOrNull(target, files);
  if (existing !== null && !(replace && existing.isFile())) {
    throw new Error('something with this name exists already');
  }
  files.renameSync(temporaryPath, target);
}

/** False is no failure: the file is whole, but a power loss may take its name away. */
function flushDirectory(
  directory: string,
  reserve: DescriptorReserve | undefined,
  files: FileFunctions,
): boolean {
  let descriptor: number;
  try {
    descriptor = openWithReserve(directory, OPEN_DIRECTORY, 0, reserve, files);
  } catch {
    return false;
  }
  try {
    files.fsyncSync(descriptor);
    return true;
  } catch {
    return false;
  } finally {
    closeQuietly(descriptor, files);
  }
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  let lengthBytes = 0;
  for (const chunk of chunks) lengthBytes += chunk.length;
  return lengthBytes;
}

function removeQuietly(filePath: string, files: FileFunctions): void {
  try {
    files.unlinkSync(filePath);
  } catch {
    // Retention removes what is left once it is old.
  }
}
