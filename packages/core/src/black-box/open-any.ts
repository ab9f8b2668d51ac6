/**
 * Opens what a recorder left behind, whichever of the two it is: a snapshot, or the black box of a
 * process, dead or living.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadCompressor } from '../snapshot/compress-frame.ts';
import { SKIPPABLE_MAGIC } from '../snapshot/container-layout.ts';
import { closeQuietly } from '../snapshot/file-functions.ts';
import { openRecordingSteps as openSnapshotSteps } from '../snapshot/open-recording.ts';
import type { Recording } from '../snapshot/recording.ts';
import { finish, type Steps } from '../snapshot/steps.ts';
import { type BoxIdentity, readIdentity } from './box-identity.ts';
import { ownIdentity } from './identity.ts';
import { isNeighbour, livenessOf } from './liveness.ts';
import { isBlackBox, readBoxFile, readBoxSteps } from './read-box.ts';
import { failed, partsOfBoxName, type RecoveryResult, recoverBox } from './recover.ts';

const { constants, fstatSync, openSync, readSync } = fs;
const { basename } = path;
const wallClockMs = Date.now.bind(Date);

const BEGINNING_BYTES = 8;
/** More than the time between two heartbeats, with room for clocks that differ. */
const FOREIGN_SILENCE_MS = 10_000;

/**
 * Opens a recording, given as the path of its file or as its bytes: a snapshot, or a black box of
 * a process that died or still lives. Throws RecordingError where nothing can be shown: no such
 * file, no recording, a newer format. Damage is no error; it is listed in `damage`.
 *
 * @example
 * for (const event of openRecording('crash.bin').events({ minLevel: 'warn' })) { ... }
 */
export function openRecording(pathOrBytes: string | Uint8Array): Recording {
  return finish(openRecordingSteps(pathOrBytes));
}

/**
 * The same piece by piece, for programs that do something else meanwhile: each `next()` takes a
 * millisecond or two, and the last one gives the recording. Throws as `openRecording` does, from
 * `next()`. Whoever begins it goes on to its end: a file is open in between.
 *
 * @example
 * const steps = openRecordingSteps('crash.bin');
 * let step = steps.next();
 * for (; !step.done; step = steps.next()) await new Promise((resolve) => setImmediate(resolve));
 * const recording = step.value;
 */
export function* openRecordingSteps(
  pathOrBytes: string | Uint8Array,
): Generator<void, Recording, void> {
  if (typeof pathOrBytes !== 'string') {
    return isBlackBox(pathOrBytes)
      ? yield* openBox(pathOrBytes, wallClockMs())
      : yield* openSnapshotSteps(pathOrBytes);
  }
  if (!isBoxFile(pathOrBytes)) return yield* openSnapshotSteps(pathOrBytes);
  const { bytes, modifiedAtMs } = yield* readBoxFile(pathOrBytes);
  return yield* openBox(bytes, modifiedAtMs);
}

/**
 * Turns the black box at `path` into a snapshot beside it and removes the box. For the box of a
 * process that may live it does nothing and says so. Never throws.
 */
export function recoverBlackBox(path: string): RecoveryResult {
  try {
    const { bytes, modifiedAtMs } = finish(readBoxFile(path));
    const identity = readIdentity(bytes);
    if (identity !== null && mayLive(identity, modifiedAtMs)) {
      const why = `${path} is the black box of process ${identity.pid}, which may still live`;
      return { path: null, error: new Error(why), mayLive: true };
    }
    return recoverBox(path, { compressor: loadCompressor(), fileMode: 0o600 });
  } catch (error) {
    return failed(error);
  }
}

function* openBox(bytes: Uint8Array, takenAtMs: number): Steps<Recording> {
  const identity = readIdentity(bytes);
  const isAlive = identity !== null && mayLive(identity, takenAtMs);
  const { snapshot } = yield* readBoxSteps(bytes, { isAlive, takenAtMs });
  return yield* openSnapshotSteps(snapshot);
}

/** By its content, or, where the beginning is damaged, by its name. */
function isBoxFile(path: string): boolean {
  const beginning = beginningOf(path);
  if (isBlackBox(beginning)) return true;
  if (partsOfBoxName(basename(path)) === null) return false;
  const isSnapshot =
    beginning.length === BEGINNING_BYTES &&
    new DataView(beginning.buffer).getUint32(0, true) === SKIPPABLE_MAGIC;
  return !isSnapshot;
}

/** Of another container or machine it can only be said when its process last wrote. */
function mayLive(identity: BoxIdentity, lastWrittenAtMs: number): boolean {
  const own = ownIdentity();
  if (isNeighbour(identity, own)) return livenessOf(identity, own, os.hostname()) === 'alive';
  return wallClockMs() - lastWrittenAtMs < FOREIGN_SILENCE_MS;
}

/** Nothing where the file cannot be read; opening it will say why. */
function beginningOf(path: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const bytes = new Uint8Array(BEGINNING_BYTES);
    if (!fstatSync(descriptor).isFile()) return bytes;
    readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes;
  } catch {
    return new Uint8Array(0);
  } finally {
    if (descriptor !== undefined) closeQuietly(descriptor);
  }
}
