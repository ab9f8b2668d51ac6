/**
 * Which old snapshots go: those of the same service beyond a number of files, a number of bytes
 * or an age, those that were recovered from black boxes beyond a number of their own, and temporary
 * files that a dead process left. Only names that ttlog itself gives are looked at, only regular
 * files of the same user are removed, and nothing throws.
 */

import path from 'node:path';
import { FILE_FUNCTIONS, type FileFunctions } from './file-functions.ts';
import { parseSnapshotFileName, parseTemporaryFileName, safeNamePart } from './file-name.ts';

const { join } = path;
const { geteuid, kill, pid: ownPid } = process;

export interface Keep {
  readonly files: number;
  readonly bytes: number;
  readonly ageMs: number;
}

export interface RetentionRequest {
  readonly directory: string;
  /** As it was configured; it is mapped as for file names. */
  readonly service: string;
  readonly keep: Keep;
  /** Name of the file just written, which stays, unless it was recovered and others are newer. */
  readonly written: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** For tests. */
  readonly files?: FileFunctions;
}

interface OldFile {
  readonly name: string;
  readonly atMs: number;
  readonly bytes: number;
  readonly isRecovered: boolean;
}

/** Of the black boxes of dead processes. Snapshots at an interval would soon push them out, … */
const RECOVERED_REASON = 'process-died';
/** … and a service that is killed again and again must not push out all else. */
const RECOVERED_FILES = 3;

/** Other hosts may write here as well, whose clocks differ a little. */
const CLOCK_SLACK_MS = 60_000;
/** No snapshot takes this long to write. */
const STALE_TEMPORARY_MS = 24 * 60 * 60 * 1000;

/** Names of the files that were removed. To be called after the directory was flushed. */
export function applyRetention(request: RetentionRequest): string[] {
  const { directory, service, keep, written, nowMs, files = FILE_FUNCTIONS } = request;
  const servicePart = safeNamePart(service);
  const removed: string[] = [];
  const snapshots: OldFile[] = [];
  for (const name of namesIn(directory, files)) {
    const parts = parseSnapshotFileName(name);
    if (parts?.service === servicePart) {
      const stats = ownFileStats(join(directory, name), files);
      if (stats !== null) {
        const isRecovered = parts.reason === RECOVERED_REASON;
        snapshots.push({ name, atMs: parts.atMs, bytes: stats.size, isRecovered });
      }
    } else if (isStaleTemporary(directory, name, servicePart, nowMs, files)) {
      remove(directory, name, removed, files);
    }
  }
  const isFirst = ({ name, isRecovered }: OldFile): boolean => name === written && !isRecovered;
  snapshots.sort(
    (a, b) =>
      Number(isFirst(b)) - Number(isFirst(a)) ||
      rankOf(a, nowMs) - rankOf(b, nowMs) ||
      (a.name < b.name ? 1 : -1),
  );
  let recovered = 0;
  let keptFiles = 0;
  let keptBytes = 0;
  for (const file of snapshots) {
    const { name, bytes, isRecovered } = file;
    if (isRecovered) recovered++;
    else {
      keptFiles++;
      keptBytes += bytes;
    }
    const isBeyond = isRecovered
      ? recovered > RECOVERED_FILES
      : keptFiles > keep.files || keptBytes > keep.bytes;
    const isTooOld = nowMs - file.atMs > keep.ageMs;
    const mayGo = name === written ? isRecovered && isBeyond : isBeyond || isTooOld;
    if (mayGo) remove(directory, name, removed, files);
  }
  return removed;
}

/**
 * The smaller the newer. The wall clock may have been ahead: what claims to be of a time to come
 * comes after all that does not, or it would push out whatever is written now.
 */
function rankOf({ atMs }: OldFile, nowMs: number): number {
  return atMs > nowMs + CLOCK_SLACK_MS ? atMs : Math.max(0, nowMs - atMs);
}

function namesIn(directory: string, files: FileFunctions): string[] {
  try {
    return files.readdirSync(directory);
  } catch {
    return [];
  }
}

/** null for anything but a regular file of this user. */
function ownFileStats(
  filePath: string,
  files: FileFunctions,
): ReturnType<FileFunctions['lstatSync']> | null {
  try {
    const stats = files.lstatSync(filePath);
    const isOwn = geteuid === undefined || stats.uid === geteuid();
    return isOwn && stats.isFile() ? stats : null;
  } catch {
    return null;
  }
}

/**
 * Whether a temporary file's writer is surely done with it: it is a day old and no process here has
 * its pid. The pid alone would say nothing where several hosts share the directory.
 */
function isStaleTemporary(
  directory: string,
  name: string,
  servicePart: string,
  nowMs: number,
  files: FileFunctions,
): boolean {
  const parts = parseTemporaryFileName(name);
  if (parts?.service !== servicePart || isAlive(parts.pid)) return false;
  const stats = ownFileStats(join(directory, name), files);
  return stats !== null && nowMs - stats.mtimeMs > STALE_TEMPORARY_MS;
}

function isAlive(pid: number): boolean {
  if (pid === ownPid) return true;
  try {
    return kill.call(process, pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}

function remove(directory: string, name: string, removed: string[], files: FileFunctions): void {
  try {
    files.unlinkSync(join(directory, name));
    removed.push(name);
  } catch {
    // Somebody else was faster, or may not be overruled; either way there is nothing to do.
  }
}
