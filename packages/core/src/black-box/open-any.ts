/**
 * Opens what a recorder left behind, whichever of the two it is: a snapshot, or the black box of a
 * process, dead or living.
 */

import fs from 'node:fs';
import os from 'node:os';
import { loadCompressor } from '../snapshot/compress-frame.ts';
import { openRecording as openSnapshot } from '../snapshot/open-recording.ts';
import type { Recording } from '../snapshot/recording.ts';
import { BOX_SUFFIX } from './box-file.ts';
import { readIdentity } from './box-identity.ts';
import { ownIdentity } from './identity.ts';
import { livenessOf } from './liveness.ts';
import { isBlackBox, readBox, readBoxFile } from './read-box.ts';
import { type RecoveryResult, recoverBox } from './recover.ts';

const { closeSync, constants, fstatSync, openSync, readSync } = fs;
const wallClockMs = Date.now.bind(Date);

/**
 * Opens a recording, given as the path of its file or as its bytes: a snapshot, or a black box of
 * a process that died or still lives. Throws RecordingError where nothing can be shown: no such
 * file, no recording, a newer format. Damage is no error; it is listed in `damage`.
 *
 * @example
 * for (const event of openRecording('crash.bin').events({ minLevel: 'warn' })) { ... }
 */
export function openRecording(pathOrBytes: string | Uint8Array): Recording {
  if (typeof pathOrBytes !== 'string') {
    return isBlackBox(pathOrBytes)
      ? openBox(pathOrBytes, wallClockMs())
      : openSnapshot(pathOrBytes);
  }
  if (!pathOrBytes.includes(BOX_SUFFIX) && !isBlackBox(beginningOf(pathOrBytes))) {
    return openSnapshot(pathOrBytes);
  }
  const { bytes, modifiedAtMs } = readBoxFile(pathOrBytes);
  return openBox(bytes, modifiedAtMs);
}

/**
 * Turns the black box at `path` into a snapshot beside it and removes the box. For the box of a
 * process that may live it does nothing and says so. Never throws.
 */
export function recoverBlackBox(path: string): RecoveryResult {
  try {
    const { bytes } = readBoxFile(path);
    const identity = readIdentity(bytes);
    if (identity !== null && livenessOf(identity, ownIdentity(), os.hostname()) === 'alive') {
      const why = `${path} is the black box of process ${identity.pid}, which may still live`;
      return { path: null, error: new Error(why) };
    }
    return recoverBox(path, { compressor: loadCompressor(), fileMode: 0o600, pid: process.pid });
  } catch (error) {
    return { path: null, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function openBox(bytes: Uint8Array, takenAtMs: number): Recording {
  const identity = readIdentity(bytes);
  const isAlive =
    identity !== null && livenessOf(identity, ownIdentity(), os.hostname()) === 'alive';
  return openSnapshot(readBox(bytes, { isAlive, takenAtMs }).snapshot);
}

/** Nothing where the file cannot be read; opening it will say why. */
function beginningOf(path: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const bytes = new Uint8Array(8);
    if (!fstatSync(descriptor).isFile()) return bytes;
    readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes;
  } catch {
    return new Uint8Array(0);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
