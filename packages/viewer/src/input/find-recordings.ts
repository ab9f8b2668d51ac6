/**
 * Which files are meant: by name, by directory, by pattern, by process, or the newest recording of
 * all. Nothing is opened here.
 */

import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
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
/** A black box; while it is being recovered something follows. */
const BOX_NAME = /^[^.].*\.ring(\.claimed-[a-z0-9]+)?$/;
/** The pid in the names that ttlog gives. */
const PID_IN_NAME = /-(\d{1,10})-\d{8}T\d{6}\.\d{3}Z-[a-z0-9]{8}/;

/** What a command looks for. */
export interface Wanted {
  /** Which files of the default directory are meant where no argument is given. */
  readonly fallback: 'newest' | 'all';
  /** What of a directory is meant. */
  readonly kind: 'recordings' | 'boxes' | 'both';
  /** The newest of this process in the default directory. */
  readonly pid?: number;
  /** Whether an operand may be a filter as well, so that a word may have been meant for one. */
  readonly hasFilters?: boolean;
}

type Environment = { readonly [name: string]: string | undefined };

export async function findRecordings(
  operands: readonly string[],
  environment: Environment,
  wanted: Wanted,
): Promise<Found> {
  if (operands.length === 0) return findInDefaultDirectory(environment, wanted);
  const paths = new Map<string, string>();
  const failures: string[] = [];
  const vacancies: string[] = [];
  for (const operand of operands) {
    const found = await findOperand(operand, wanted);
    for (const path of found.paths) {
      const identity = path === STANDARD_INPUT ? path : resolve(path);
      if (!paths.has(identity)) paths.set(identity, path);
    }
    failures.push(...found.failures);
    vacancies.push(...found.vacancies);
  }
  return { paths: [...paths.values()], failures, vacancies };
}

async function findOperand(operand: string, wanted: Wanted): Promise<Found> {
  if (operand === STANDARD_INPUT) return found([operand]);
  try {
    // A name that exists is that file, whatever characters it holds.
    const stats = await stat(operand);
    return stats.isDirectory() ? await findInDirectory(operand, wanted) : found([operand]);
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT';
    const isPattern = isMissing && /[*?[{]/.test(operand);
    if (isPattern) return findByPattern(operand);
    const isWord = isMissing && wanted.hasFilters === true && !/[./\\]/.test(operand);
    const other = isWord ? ', and no FIELD=VALUE; a text is found by -g' : '';
    return failed(`${operand}: ${fileErrorText(error)}${other}`);
  }
}

async function findInDirectory(directory: string, wanted: Wanted): Promise<Found> {
  const names = await namesIn(directory, wanted);
  if (names.length === 0) {
    const what = wanted.kind === 'boxes' ? 'black boxes (*.ring)' : 'recordings (*.bin)';
    return vacant(`${directory}: no ${what} here`);
  }
  return found(names.map((name) => join(directory, name)));
}

/** Names beginning with a dot are files that a recorder has not finished. */
async function namesIn(directory: string, { kind, pid }: Wanted): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => {
      const isRecording = name.endsWith(RECORDING_ENDING) && !name.startsWith('.');
      const isWanted =
        (isRecording && kind !== 'boxes') || (BOX_NAME.test(name) && kind !== 'recordings');
      return isWanted && (pid === undefined || Number(PID_IN_NAME.exec(name)?.[1]) === pid);
    })
    .sort();
}

async function findByPattern(pattern: string): Promise<Found> {
  const { glob } = await import('tinyglobby');
  const paths = await glob(pattern, { expandDirectories: false, followSymbolicLinks: false });
  return paths.length === 0 ? vacant(`${pattern}: no file matches`) : found(paths.sort());
}

async function findInDefaultDirectory(environment: Environment, wanted: Wanted): Promise<Found> {
  const configured = environment.TTLOG_SNAPSHOT_DIR;
  const directory = resolveDirectory(configured);
  const origin = configured ? 'from TTLOG_SNAPSHOT_DIR' : 'the default directory';
  const whose = wanted.pid === undefined ? '' : ` of process ${wanted.pid}`;
  const what = `no ${wanted.kind === 'boxes' ? 'black box' : 'recording'}${whose}`;
  const advice = 'name a file or directory, or set TTLOG_SNAPSHOT_DIR';
  try {
    const paths = (await namesIn(directory, wanted)).map((name) => join(directory, name));
    if (paths.length === 0) {
      const others = wanted.kind !== 'recordings' ? [] : await boxNames(directory);
      const also = others.length === 0 ? '' : ', but black boxes: ttlog-view recover';
      return vacant(`${what} in ${directory} (${origin})${also}; ${advice}`);
    }
    return found(wanted.fallback === 'all' ? paths : [await newest(paths)]);
  } catch (error) {
    const message = `${what}: ${directory} (${origin}): ${fileErrorText(error)}; ${advice}`;
    return errorCode(error) === 'ENOENT' ? vacant(message) : failed(message);
  }
}

function boxNames(directory: string): Promise<string[]> {
  return namesIn(directory, { fallback: 'all', kind: 'boxes' });
}

/** Whether a file is called like a black box. */
export function isBoxName(path: string): boolean {
  return BOX_NAME.test(basename(path));
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
