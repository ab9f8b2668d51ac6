/**
 * Which files are meant: by name, by directory, by pattern, or the newest recording of all.
 * Nothing is opened here.
 */

import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { resolveDirectory } from 'ttlog/reader';

export interface Found {
  /** In the order of the arguments, those of a directory by name; each file once. */
  readonly paths: readonly string[];
  /** What could not be found or read, as sentences. */
  readonly failures: readonly string[];
  /** What was looked into and holds no recording, as sentences. */
  readonly vacancies: readonly string[];
}

/** Standard input, as an argument. */
export const STANDARD_INPUT = '-';

const RECORDING_ENDING = '.bin';

/** Which recordings of the default directory are meant where no argument is given. */
export type Fallback = 'newest' | 'all';

export async function findRecordings(
  operands: readonly string[],
  environment: { readonly [name: string]: string | undefined },
  fallback: Fallback,
): Promise<Found> {
  if (operands.length === 0) return findInDefaultDirectory(environment, fallback);
  const paths = new Map<string, string>();
  const failures: string[] = [];
  const vacancies: string[] = [];
  for (const operand of operands) {
    const found = await findOperand(operand);
    for (const path of found.paths) {
      const identity = path === STANDARD_INPUT ? path : resolve(path);
      if (!paths.has(identity)) paths.set(identity, path);
    }
    failures.push(...found.failures);
    vacancies.push(...found.vacancies);
  }
  return { paths: [...paths.values()], failures, vacancies };
}

async function findOperand(operand: string): Promise<Found> {
  if (operand === STANDARD_INPUT) return found([operand]);
  try {
    // A name that exists is that file, whatever characters it holds.
    const stats = await stat(operand);
    return stats.isDirectory() ? await findInDirectory(operand) : found([operand]);
  } catch (error) {
    const isPattern = /[*?[{]/.test(operand) && errorCode(error) === 'ENOENT';
    return isPattern ? findByPattern(operand) : failed(`${operand}: ${fileErrorText(error)}`);
  }
}

async function findInDirectory(directory: string): Promise<Found> {
  const names = await recordingNames(directory);
  if (names.length === 0) return vacant(`${directory}: no recordings (*${RECORDING_ENDING}) here`);
  return found(names.map((name) => join(directory, name)));
}

/** Names beginning with a dot are files that a recorder has not finished. */
async function recordingNames(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => name.endsWith(RECORDING_ENDING) && !name.startsWith('.')).sort();
}

async function findByPattern(pattern: string): Promise<Found> {
  const { glob } = await import('tinyglobby');
  const paths = await glob(pattern, { expandDirectories: false, followSymbolicLinks: false });
  return paths.length === 0 ? vacant(`${pattern}: no file matches`) : found(paths.sort());
}

async function findInDefaultDirectory(
  environment: { readonly [name: string]: string | undefined },
  fallback: Fallback,
): Promise<Found> {
  const configured = environment.TTLOG_SNAPSHOT_DIR;
  const directory = resolveDirectory(configured);
  const origin = configured ? 'from TTLOG_SNAPSHOT_DIR' : 'the default directory';
  const advice = 'name a file or directory, or set TTLOG_SNAPSHOT_DIR';
  try {
    const paths = (await recordingNames(directory)).map((name) => join(directory, name));
    if (paths.length === 0) return vacant(`no recording in ${directory} (${origin}); ${advice}`);
    return found(fallback === 'all' ? paths : [await newest(paths)]);
  } catch (error) {
    const message = `no recording: ${directory} (${origin}): ${fileErrorText(error)}; ${advice}`;
    return errorCode(error) === 'ENOENT' ? vacant(message) : failed(message);
  }
}

async function newest(paths: readonly string[]): Promise<string> {
  let newestPath = paths[0];
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const path of paths) {
    // A file may vanish meanwhile, by the retention of a living service.
    const stats = await stat(path).catch(() => null);
    if (stats !== null && stats.mtimeMs >= newestMs) {
      newestPath = path;
      newestMs = stats.mtimeMs;
    }
  }
  return newestPath;
}

export function fileErrorText(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'not a directory';
    case 'ENAMETOOLONG':
      return 'file name too long';
    case 'ELOOP':
      return 'too many symbolic links';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

function found(paths: readonly string[]): Found {
  return { paths, failures: [], vacancies: [] };
}

function failed(failure: string): Found {
  return { paths: [], failures: [failure], vacancies: [] };
}

function vacant(vacancy: string): Found {
  return { paths: [], failures: [], vacancies: [vacancy] };
}
