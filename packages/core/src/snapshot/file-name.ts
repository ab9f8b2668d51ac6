/**
 * What snapshot files are called. Whatever service and reason are, a name holds only letters,
 * digits, `-`, `_` and the two dots that it needs, so it can neither leave its directory nor
 * speak to a terminal.
 */

import { randomBytes } from './random-bytes.ts';

// Taken at import, so that fake timers do not reach the crash path.
const WallDate = Date;

export interface FileNameParts {
  service: string;
  pid: number;
  /** Epoch milliseconds. */
  atMs: number;
  /** Tells apart what is otherwise the same, and cannot be guessed. */
  random8: string;
  reason: string;
}

const NAME_PART_UNITS = 64;
const UNNAMED = 'unnamed';
const RANDOM_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_UNITS = 8;
/** The last millisecond of the year 9999, after which a year would take more digits. */
const MAX_AT_MS = 253402300799999;

const NAME = '[A-Za-z0-9_-]{1,64}';
// The time holds the only dot before the ending, so a name has one reading at most.
const TAIL = String.raw`-(\d{8}T\d{6}\.\d{3}Z)-([a-z0-9]{8})-(${NAME})\.bin`;
const FINAL_NAME = new RegExp(`^ttlog-(${NAME})-(\\d{1,10})${TAIL}$`);
const TEMPORARY_NAME = new RegExp(`^\\.ttlog-(${NAME})-(\\d{1,10})${TAIL}\\.[a-z0-9]{8}\\.tmp$`);

/** `ttlog-<service>-<pid>-<UTC time with ms>-<8 random characters>-<reason>.bin` */
export function snapshotFileName(
  parts: Omit<FileNameParts, 'random8'> & { random8?: string },
): string {
  const pid = Number.isInteger(parts.pid) && parts.pid > 0 ? parts.pid : 0;
  const random8 = parts.random8 ?? randomCharacters();
  const service = safeNamePart(parts.service);
  return `ttlog-${service}-${pid}-${compactUtc(parts.atMs)}-${random8}-${safeNamePart(parts.reason)}.bin`;
}

/** A name in the same directory for a file that is not whole yet: hidden, and impossible to guess. */
export function temporaryFileName(finalName: string): string {
  return `.${finalName}.${randomCharacters()}.tmp`;
}

/** The parts of a snapshot's name, or null for any other name. */
export function parseSnapshotFileName(name: string): FileNameParts | null {
  return partsOf(FINAL_NAME.exec(name));
}

/** The parts of the snapshot that a temporary name belongs to, or null for any other name. */
export function parseTemporaryFileName(name: string): FileNameParts | null {
  return partsOf(TEMPORARY_NAME.exec(name));
}

/** Any value as a part of a file name. */
export function safeNamePart(value: unknown): string {
  if (typeof value !== 'string') return UNNAMED;
  return value.slice(0, NAME_PART_UNITS).replace(/[^A-Za-z0-9_-]/g, '_') || UNNAMED;
}

export function randomCharacters(): string {
  let text = '';
  for (const byte of randomBytes(RANDOM_UNITS))
    text += RANDOM_ALPHABET[byte % RANDOM_ALPHABET.length];
  return text;
}

/** `20261121T080102.123Z` */
function compactUtc(atMs: number): string {
  const withinYears = atMs >= 0 && atMs <= MAX_AT_MS ? atMs : 0;
  return new WallDate(withinYears).toISOString().replace(/[-:]/g, '');
}

function partsOf(match: RegExpExecArray | null): FileNameParts | null {
  if (match === null) return null;
  const [, service, pid, time, random8, reason] = match;
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3}Z)$/, '$1-$2-$3T$4:$5:$6');
  const atMs = WallDate.parse(iso);
  return Number.isNaN(atMs) ? null : { service, pid: Number(pid), atMs, random8, reason };
}
