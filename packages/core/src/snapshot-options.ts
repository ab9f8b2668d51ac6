/**
 * The option `snapshots`: what it takes, and its validation.
 */

import {
  boolean,
  DEADLY,
  isOneOf,
  LISTENABLE,
  MAX_MS,
  MIB,
  record,
  string,
  whole,
  wrong,
} from './option-values.ts';

export interface SnapshotOptions {
  /** Where snapshots go. Default: TTLOG_SNAPSHOT_DIR, else `<temporary directory>/ttlog-<uid>`. */
  directory?: string;
  /** A snapshot every so often, whatever the main thread is doing. Default: TTLOG_SNAPSHOT_INTERVAL_MS, else none. */
  intervalMs?: number;
  /** A snapshot when an uncaught exception or unhandled rejection ends a thread. Default true. */
  onCrash?: boolean;
  /** A snapshot at exit: `'nonzero'` for exit codes but 0. Default false. */
  onExit?: 'nonzero' | 'always' | false;
  /** Signals that end the process and leave a snapshot. Default none. */
  signals?: NodeJS.Signals[];
  /** A signal that takes a snapshot, and the process goes on. Default none. */
  requestSignal?: NodeJS.Signals;
  /**
   * What follows within this time is added to snapshots that the recorder thread takes and the process
   * survives, but for those at an interval. Milliseconds. Default none.
   */
  afterMs?: number;
  /** Permissions of snapshot files. Default 0o600. */
  fileMode?: number;
  /** The path of each snapshot on stderr. Default false. */
  announce?: boolean;
  /** What is kept of this service's snapshots. Default 20 files, 256 MiB, 7 days. */
  keep?: { files?: number; bytes?: number; ageMs?: number };
}

export interface ResolvedSnapshots {
  directory: string | undefined;
  intervalMs: number | undefined;
  onCrash: boolean;
  onExit: 'nonzero' | 'always' | false;
  signals: NodeJS.Signals[];
  requestSignal: NodeJS.Signals | undefined;
  afterMs: number | undefined;
  fileMode: number;
  announce: boolean;
  keep: { files: number; bytes: number; ageMs: number };
}

const DAY_MS = 24 * 60 * 60 * 1000;
export const MIN_INTERVAL_MS = 10;

export function resolveSnapshots(
  value: unknown,
  environment: { directory: string | undefined; intervalMs: number | undefined },
): ResolvedSnapshots {
  const given = record(value, 'snapshots', [
    ...['directory', 'intervalMs', 'onCrash', 'onExit', 'signals', 'requestSignal', 'afterMs'],
    ...['fileMode', 'announce', 'keep'],
  ]);
  const keep = record(given.keep, 'snapshots.keep', ['files', 'bytes', 'ageMs']);
  const { onExit } = given;
  if (onExit !== undefined && onExit !== false && onExit !== 'nonzero' && onExit !== 'always') {
    throw wrong('snapshots.onExit', onExit, "'nonzero', 'always' or false");
  }
  const signals = given.signals ?? [];
  if (!Array.isArray(signals) || !signals.every((signal) => isOneOf(signal, DEADLY))) {
    throw wrong('snapshots.signals', signals, `a list of signals among ${DEADLY.join(', ')}`);
  }
  const { requestSignal } = given;
  if (requestSignal !== undefined && !isOneOf(requestSignal, LISTENABLE)) {
    throw wrong('snapshots.requestSignal', requestSignal, "a signal such as 'SIGUSR2'");
  }
  if (requestSignal !== undefined && signals.includes(requestSignal)) {
    throw wrong('snapshots.requestSignal', requestSignal, 'a signal that is not in signals');
  }
  return {
    directory: string(given.directory, 'snapshots.directory') ?? environment.directory,
    intervalMs:
      whole(given.intervalMs, 'snapshots.intervalMs', MIN_INTERVAL_MS, MAX_MS) ??
      environment.intervalMs,
    onCrash: boolean(given.onCrash, 'snapshots.onCrash') ?? true,
    onExit: (onExit as 'nonzero' | 'always' | false | undefined) ?? false,
    signals,
    requestSignal,
    afterMs: whole(given.afterMs, 'snapshots.afterMs', 1, MAX_MS),
    fileMode: whole(given.fileMode, 'snapshots.fileMode', 0o400, 0o777) ?? 0o600,
    announce: boolean(given.announce, 'snapshots.announce') ?? false,
    keep: {
      files: whole(keep.files, 'snapshots.keep.files', 1, 1_000_000) ?? 20,
      bytes: whole(keep.bytes, 'snapshots.keep.bytes', 0, Number.MAX_SAFE_INTEGER) ?? 256 * MIB,
      ageMs: whole(keep.ageMs, 'snapshots.keep.ageMs', 0, Number.MAX_SAFE_INTEGER) ?? 7 * DAY_MS,
    },
  };
}
