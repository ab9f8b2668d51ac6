/**
 * Turns the black boxes of dead processes into snapshots with reason `process-died`. A box is
 * claimed by renaming it, so that of several processes that start at once one recovers it; it is
 * removed once its snapshot is on the disk.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HEADER_BYTES } from '../memory/ring-layout.ts';
import type { Compressor } from '../snapshot/compress-frame.ts';
import { OPEN_READ } from '../snapshot/file-functions.ts';
import { parseSnapshotFileName, safeNamePart, snapshotFileName } from '../snapshot/file-name.ts';
import { writeSnapshotFile } from '../snapshot/write-file.ts';
import { BOX_SUFFIX } from './box-file.ts';
import { readIdentity } from './box-identity.ts';
import { ownIdentity } from './identity.ts';
import { HeartbeatWatch, type Liveness, livenessOf } from './liveness.ts';
import { readBox, readBoxFile } from './read-box.ts';

const { closeSync, lstatSync, openSync, readdirSync, readSync, renameSync, unlinkSync } = fs;
const { basename, dirname, join } = path;
const wallClockMs = Date.now.bind(Date);

const CLAIM_MARK = '.claimed-';

/** The black boxes of a service in a directory, the newest first. */
export function listBoxes(directory: string, service?: string): string[] {
  const prefix = service === undefined ? 'ttlog-' : `ttlog-${safeNamePart(service)}-`;
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(prefix) && isBoxName(name))
    .sort((a, b) => modifiedAtMs(join(directory, b)) - modifiedAtMs(join(directory, a)))
    .map((name) => join(directory, name));
}

/** A box, or one that somebody claimed and then died over. */
function isBoxName(name: string): boolean {
  const [own] = name.split(CLAIM_MARK);
  if (!own.endsWith(BOX_SUFFIX)) return false;
  return parseSnapshotFileName(`${own.slice(0, -BOX_SUFFIX.length)}-box.bin`) !== null;
}

/** Whether the box's process is dead; `watch` holds what was seen of its heartbeat before. */
export function examineBox(boxPath: string, watches: Map<string, HeartbeatWatch>): Liveness {
  const identity = readIdentityOf(boxPath);
  if (identity === null) return 'alive';
  const liveness = livenessOf(identity, ownIdentity(), os.hostname());
  if (liveness !== 'unknown') return liveness;
  const watch = watches.get(boxPath) ?? new HeartbeatWatch(boxPath);
  watches.set(boxPath, watch);
  return watch.look();
}

export type RecoveryResult =
  | { readonly path: string; readonly events: number }
  | { readonly path: null; readonly error: Error };

/** Recovers one box of a dead process. Never throws; the box stays where it cannot be recovered. */
export function recoverBox(
  boxPath: string,
  options: { compressor: Compressor; fileMode: number; pid: number },
): RecoveryResult {
  const directory = dirname(boxPath);
  const ownName = basename(boxPath).split(CLAIM_MARK)[0];
  const claimed = join(directory, `${ownName}${CLAIM_MARK}${options.pid}`);
  try {
    if (claimed !== boxPath) renameSync(boxPath, claimed);
    const { bytes, modifiedAtMs } = readBoxFile(claimed);
    const box = readBox(bytes, {
      isAlive: false,
      takenAtMs: modifiedAtMs,
      tools: { compressor: options.compressor },
    });
    const written = writeSnapshotFile({
      directory,
      name: snapshotFileName({
        service: box.identity?.service ?? 'unknown',
        pid: box.identity?.pid ?? 0,
        atMs: modifiedAtMs,
        reason: 'process-died',
      }),
      chunks: [box.snapshot],
      fileMode: options.fileMode,
    });
    if (!written.ok) return { path: null, error: written.error };
    unlinkSync(claimed);
    return { path: written.path, events: box.events };
  } catch (error) {
    return { path: null, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function readIdentityOf(boxPath: string): ReturnType<typeof readIdentity> {
  let descriptor: number | undefined;
  try {
    if (!lstatSync(boxPath).isFile()) return null;
    descriptor = openSync(boxPath, OPEN_READ);
    const page = new Uint8Array(HEADER_BYTES);
    readSync(descriptor, page, 0, page.length, 0);
    return readIdentity(page);
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function modifiedAtMs(filePath: string): number {
  try {
    return lstatSync(filePath).mtimeMs;
  } catch {
    return wallClockMs();
  }
}
