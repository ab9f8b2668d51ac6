/**
 * Which directory snapshots go to, and whether it may be used. If it may not, no other is tried:
 * a file in an unexpected place is one that nobody finds or that somebody else reads.
 */

import os from 'node:os';
import path from 'node:path';
import {
  errorCode,
  FILE_FUNCTIONS,
  type FileFunctions,
  fileError,
  statsOrNull,
} from './file-functions.ts';

// Taken at import, so that modules mocked later do not reach the crash path.
const { tmpdir } = os;
const { dirname, join, resolve } = path;
const { getuid, geteuid } = process;

export type DirectoryResult = { readonly ok: true } | { readonly ok: false; readonly error: Error };

const PRIVATE_MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Absolute path of the configured directory, else of the default one. Asked once, at start, so that
 * a later `process.chdir` does not move it.
 */
export function resolveDirectory(configured?: string): string {
  if (typeof configured !== 'string' || configured === '') return defaultDirectory();
  try {
    return resolve(configured);
  } catch {
    // A relative path when the working directory is gone: left for `openDirectory` to report.
    return configured;
  }
}

/**
 * `<system temporary directory>/ttlog-<uid>`. The number and not the name of the user, since a
 * user of a container often has no entry in the passwd file.
 */
export function defaultDirectory(): string {
  const uid = getuid?.();
  return join(tmpdir(), uid === undefined ? 'ttlog' : `ttlog-${uid}`);
}

/**
 * Creates the directory where it is missing and checks that it may be used. The default one lies
 * where every user may create files, so it has to be ours alone; of a configured one the
 * operator has taken care. Whether it is the default one is decided at the start of a recorder:
 * threads have environments of their own, in which TMPDIR may say something else. Never throws.
 */
export function openDirectory(
  directory: string,
  isDefault: boolean = directory === defaultDirectory(),
  files: FileFunctions = FILE_FUNCTIONS,
): DirectoryResult {
  try {
    const problem = problemWith(directory, isDefault, files);
    if (problem === null) return { ok: true };
    return { ok: false, error: new Error(`snapshot directory ${directory} ${problem}`) };
  } catch (error) {
    return { ok: false, error: fileError(`snapshot directory ${directory} cannot be used`, error) };
  }
}

/**
 * Whether a file that was just made in the directory is in it: the directory may have been
 * exchanged for a symbolic link since it was checked, and what is made goes where the link leads to.
 * Nothing in Node makes a file in a directory that is open. Throws where the file is not found.
 */
export function isMadeInside(
  directory: string,
  name: string,
  descriptor: number,
  files: FileFunctions = FILE_FUNCTIONS,
): boolean {
  const made = files.fstatSync(descriptor);
  const found = files.lstatSync(join(directory, name));
  const isSame = found.ino === made.ino && found.dev === made.dev;
  return isSame && files.lstatSync(directory).isDirectory();
}

function problemWith(directory: string, isDefault: boolean, files: FileFunctions): string | null {
  let stats = statsOrNull(directory, files);
  if (stats === null) {
    createDirectory(directory, isDefault, files);
    stats = files.lstatSync(directory);
  }
  if (stats.isSymbolicLink()) return 'is a symbolic link; name the directory that it leads to';
  if (!stats.isDirectory()) return 'is not a directory';
  const uid = geteuid?.();
  if (!isDefault || uid === undefined) return null;
  if (stats.uid !== uid) return `belongs to user ${stats.uid}, not to user ${uid}`;
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    return `may be written by other users (mode ${(stats.mode & 0o7777).toString(8)})`;
  }
  return null;
}

function createDirectory(directory: string, isDefault: boolean, files: FileFunctions): void {
  try {
    files.mkdirSync(directory, isDefault ? { mode: PRIVATE_MODE } : {});
  } catch (error) {
    const code = errorCode(error);
    // Another process or thread was faster; what it made is checked like any other.
    if (code === 'EEXIST') return;
    const parent = dirname(directory);
    // Not by `recursive`, which never returns where a file system has parents and takes no
    // directories, as /proc (Node 20.20).
    if (code !== 'ENOENT' || isDefault || statsOrNull(parent, files) !== null) throw error;
    createDirectory(parent, false, files);
    createDirectory(directory, false, files);
  }
}
