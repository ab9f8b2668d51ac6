/**
 * The bytes of a recording, wherever they are. Files are read with plain reads, never mapped:
 * a file that shrinks meanwhile is then damage and not the end of the process.
 */

import fs, { type Stats } from 'node:fs';
import { RecordingError } from './damage-error.ts';
import { closeQuietly } from './file-functions.ts';
import { STEP_BYTES, type Steps } from './steps.ts';

// Taken at import, so that modules mocked later do not reach the reader.
const { constants, fstatSync, openSync, readSync, statSync } = fs;

/** Far more than a ring fills; a larger file is refused before anything is read. */
const MAX_FILE_BYTES = 2 ** 31;
/** A smaller file is read at once and closed; of a larger one a chunk at a time is in memory. */
const WHOLE_FILE_BYTES = 64 * 1024 * 1024;

export interface ByteSource {
  readonly length: number;
  /** What is at `offset`, not to be changed; shorter where the bytes end or cannot be read. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes in memory as a source. Shared memory is copied, since it may change meanwhile. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  const isShared = !(bytes.buffer instanceof ArrayBuffer);
  const kept = isShared
    ? new Uint8Array(bytes)
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    length: kept.length,
    read: (offset, length) => kept.subarray(offset, offset + length),
  };
}

/** A regular file as a source. Anything else, a FIFO above all, is refused without a read. */
export function* fileSource(path: string): Steps<ByteSource> {
  let descriptor: number | undefined;
  try {
    checkFile(path, statSync(path));
    // The file may have become another since: opened so that not even a FIFO would wait.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const length = checkFile(path, fstatSync(descriptor));
    if (length > WHOLE_FILE_BYTES) {
      const source = new FileSource(descriptor, length);
      descriptor = undefined;
      return source;
    }
    return bytesSource(yield* readInSteps(descriptor, length));
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    const { code = 'error', message } = error as NodeJS.ErrnoException;
    throw new RecordingError(`${path} cannot be read (${code})`, { cause: message });
  } finally {
    if (descriptor !== undefined) closeQuietly(descriptor);
  }
}

/** Its file is closed when nothing can read from it any more. */
class FileSource implements ByteSource {
  readonly length: number;
  private readonly descriptor: number;

  constructor(descriptor: number, length: number) {
    this.descriptor = descriptor;
    this.length = length;
    unusedFiles.register(this, descriptor);
  }

  read(offset: number, length: number): Uint8Array {
    const most = Math.max(Math.min(length, this.length - offset), 0);
    try {
      return readFully(this.descriptor, offset, most);
    } catch {
      return new Uint8Array(0);
    }
  }
}

const unusedFiles = new FinalizationRegistry(closeQuietly);

function checkFile(path: string, stats: Stats): number {
  if (!stats.isFile()) throw new RecordingError(`${path} is ${kindOf(stats)}, not a file`);
  if (stats.size > MAX_FILE_BYTES) {
    throw new RecordingError(`${path} has ${stats.size} bytes; no recording is so large`);
  }
  return stats.size;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** Up to `length` bytes: less if the file has become shorter. */
function readFully(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** The same from the beginning of the file, in parts. */
function* readInSteps(descriptor: number, length: number): Steps<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, Math.min(STEP_BYTES, length - done), done);
    if (count === 0) break;
    done += count;
    yield;
  }
  return bytes.subarray(0, done);
}
