/**
 * The functions of `node:fs` that write snapshots, taken at import, so that a module mocked or
 * patched later does not reach the crash path. Tests pass their own to make any call fail.
 */

import fs from 'node:fs';
import os from 'node:os';

const { constants } = fs;

export interface FileFunctions {
  closeSync: (descriptor: number) => void;
  fchmodSync: (descriptor: number, mode: number) => void;
  fstatSync: (descriptor: number) => Pick<fs.Stats, 'size' | 'dev' | 'ino'>;
  fsyncSync: (descriptor: number) => void;
  lstatSync: (path: string) => fs.Stats;
  mkdirSync: (path: string, options: { mode?: number }) => unknown;
  openSync: (path: string, flags: number, mode?: number) => number;
  readdirSync: (path: string) => string[];
  renameSync: (from: string, to: string) => void;
  unlinkSync: (path: string) => void;
  writeSync: (descriptor: number, bytes: Uint8Array, offset: number, length: number) => number;
}

export const FILE_FUNCTIONS: FileFunctions = {
  closeSync: fs.closeSync,
  fchmodSync: fs.fchmodSync,
  fstatSync: fs.fstatSync,
  fsyncSync: fs.fsyncSync,
  lstatSync: fs.lstatSync,
  mkdirSync: fs.mkdirSync,
  openSync: fs.openSync,
  readdirSync: fs.readdirSync,
  renameSync: fs.renameSync,
  unlinkSync: fs.unlinkSync,
  writeSync: fs.writeSync,
};

/** A new file that nobody else has, never through a symbolic link. */
export const OPEN_NEW: number =
  constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);
/** A directory, to flush its entries to the disk. */
export const OPEN_DIRECTORY: number =
  constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

export const OPEN_READ: number = constants.O_RDONLY;
export const NULL_DEVICE: string = os.devNull;

/** What a failed call of the file system says of itself, or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Of the thing itself, not of what a symbolic link leads to; null where nothing is. */
export function statsOrNull(path: string, files: FileFunctions): fs.Stats | null {
  try {
    return files.lstatSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** For what was only read, or has failed already. */
export function closeQuietly(descriptor: number, files: FileFunctions = FILE_FUNCTIONS): void {
  try {
    files.closeSync(descriptor);
  } catch {
    // The descriptor is gone either way.
  }
}

/** An error that says what could not be done with which path, and carries the code of its cause. */
export function fileError(what: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : 'unknown error';
  const error: Error & { code?: string } = new Error(`${what}: ${why}`, { cause });
  const code = errorCode(cause);
  if (code !== undefined) error.code = code;
  return error;
}
