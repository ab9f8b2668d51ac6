/**
 * Writes a document under a name that the user chose: whole or not at all, and never over a file
 * that is there, unless that is asked for. Readable for its owner only, as recordings are.
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeAtEnd } from './unfinished-file.ts';

export const FILE_MODE = 0o600;

/** Throws early what `writeDocument` would throw after all the work for a name that is taken. */
export function checkDocument(path: string, isForced: boolean): void {
  if (!isForced && existsSync(path)) throw takenError(path);
}

/** Throws an Error that names the file. In one go, so that an interrupt leaves nothing half done. */
export function writeDocument(path: string, bytes: Uint8Array, isForced: boolean): void {
  const unfinished = unfinishedName(path);
  // A signal in the midst of it is heard when it is done.
  const keep = removeAtEnd(unfinished);
  try {
    writeWhole(unfinished, bytes);
    nameDocument(unfinished, path, isForced);
  } catch (error) {
    throw documentError(path, error);
  } finally {
    rmSync(unfinished, { force: true });
    keep();
  }
}

/** Beside the document, and nothing that `ls` or a pattern shows. */
export function unfinishedName(path: string): string {
  const suffix = randomBytes(6).toString('hex');
  return join(dirname(path), `.${basename(path)}.${suffix}.unfinished`);
}

/** Gives a finished file its name. */
export function nameDocument(unfinished: string, path: string, isForced: boolean): void {
  if (isForced) renameSync(unfinished, path);
  else publish(unfinished, path);
}

/** What is told of a document that could not be written. */
export function documentError(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EEXIST' ? takenError(path) : new Error(`cannot write ${path}: ${message}`);
}

function takenError(path: string): Error {
  return new Error(`${path} is there already; --force replaces it`);
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', FILE_MODE);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives a finished file its name, which must be free. */
function publish(unfinished: string, path: string): void {
  try {
    linkSync(unfinished, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw error;
    // A file system without links: the name is taken first, and then replaced.
    closeSync(openSync(path, 'wx', FILE_MODE));
    renameSync(unfinished, path);
  }
}
