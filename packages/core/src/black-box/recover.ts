/**
 * Turns the black boxes of dead processes into snapshots with reason `process-died`. A box is
 * claimed by renaming it, so that of several processes that start at once one recovers it; it is
 * removed once its snapshot is on the disk, and gets its name back where none could be written.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HEADER_BYTES } from '../memory/ring-layout.ts';
import type { Compressor } from '../snapshot/compress-frame.ts';
import { closeQuietly, OPEN_READ } from '../snapshot/file-functions.ts';
import {
  type FileNameParts,
  parseSnapshotFileName,
  randomCharacters,
  safeNamePart,
  snapshotFileName,
} from '../snapshot/file-name.ts';
import { finish } from '../snapshot/steps.ts';
import { writeSnapshotFile } from '../snapshot/write-file.ts';
import { BOX_SUFFIX } from './box-file.ts';
import { type BoxIdentity, readIdentity } from './box-identity.ts';
import { ownIdentity } from './identity.ts';
import { HeartbeatWatch, isNeighbour, type Liveness, livenessOf } from './liveness.ts';
import { readBox, readBoxFile } from './read-box.ts';

const { lstatSync, openSync, readdirSync, readSync, renameSync, unlinkSync } = fs;
const { basename, dirname, join } = path;
const wallClockMs = Date.now.bind(Date);

const CLAIM_MARK = '.claimed-';
/** A recovery takes a second or so; whoever claimed a box for longer than this is dead. */
const CLAIM_MS = 60_000;

interface RecoveryOptions {
  readonly compressor: Compressor;
  readonly fileMode: number;
  /** As for `openDirectory`. */
  readonly isDefaultDirectory?: boolean;
}

/** The black boxes of a service in a directory, the newest first. */
export function listBoxes(directory: string, service?: string): string[] {
  const part = service === undefined ? undefined : safeNamePart(service);
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => {
      const parts = partsOfBoxName(name);
      return parts !== null && (part === undefined || parts.service === part);
    })
    .sort((a, b) => modifiedAtMs(join(directory, b)) - modifiedAtMs(join(directory, a)))
    .map((name) => join(directory, name));
}

/** Of a box, also of one that somebody claimed; null for any other name. */
export function partsOfBoxName(name: string): FileNameParts | null {
  const [own] = name.split(CLAIM_MARK);
  if (!own.endsWith(BOX_SUFFIX)) return null;
  return parseSnapshotFileName(`${own.slice(0, -BOX_SUFFIX.length)}-box.bin`);
}

/** Hosts of boxes that are of another machine, which nobody here touches. */
export function foreignHostsOf(boxPaths: readonly string[]): string[] {
  const own = ownIdentity();
  const hosts = new Set<string>();
  for (const boxPath of boxPaths) {
    const identity = identityOfBox(boxPath);
    if (identity === null || isNeighbour(identity, own)) continue;
    if (identity.host !== os.hostname()) hosts.add(identity.host);
  }
  return [...hosts].sort();
}

/** Whether the box's process is dead; `watches` holds what was seen of heartbeats before. */
export function examineBox(boxPath: string, watches: Map<string, HeartbeatWatch>): Liveness {
  // Somebody is recovering it just now.
  if (isClaimed(boxPath)) return 'alive';
  const identity = identityOfBox(boxPath);
  if (identity === null) return 'alive';
  const liveness = livenessOf(identity, ownIdentity(), os.hostname());
  if (liveness !== 'unknown') return liveness;
  const watch = watches.get(boxPath) ?? new HeartbeatWatch(boxPath);
  watches.set(boxPath, watch);
  return watch.look();
}

export type RecoveryResult =
  | { readonly path: string; readonly events: number }
  /** `mayLive`: it is the box of a process that may still write to it, and was not touched. */
  | { readonly path: null; readonly error: Error; readonly mayLive: boolean };

/** Recovers one box of a dead process. Never throws; the box stays where it cannot be recovered. */
export function recoverBox(boxPath: string, options: RecoveryOptions): RecoveryResult {
  const directory = dirname(boxPath);
  const ownPath = join(directory, basename(boxPath).split(CLAIM_MARK)[0]);
  const claimed = `${ownPath}${CLAIM_MARK}${randomCharacters()}`;
  try {
    if (isClaimed(boxPath)) throw new Error(`${boxPath} is being recovered by somebody else`);
    renameSync(boxPath, claimed);
  } catch (error) {
    return failed(error);
  }
  const result = recoverClaimed(claimed, options);
  try {
    if (result.path !== null) unlinkSync(claimed);
    else renameSync(claimed, ownPath);
  } catch {
    // Without a snapshot it is found under its claimed name. With one it is recovered twice.
  }
  return result;
}

function recoverClaimed(claimed: string, options: RecoveryOptions): RecoveryResult {
  try {
    const { bytes, modifiedAtMs } = finish(readBoxFile(claimed));
    const box = readBox(bytes, {
      isAlive: false,
      takenAtMs: modifiedAtMs,
      tools: { compressor: options.compressor },
    });
    const written = writeSnapshotFile({
      directory: dirname(claimed),
      isDefaultDirectory: options.isDefaultDirectory,
      name: snapshotFileName({
        service: box.identity?.service ?? 'unknown',
        pid: box.identity?.pid ?? 0,
        atMs: modifiedAtMs,
        reason: 'process-died',
      }),
      chunks: [box.snapshot],
      fileMode: options.fileMode,
    });
    if (!written.ok) return failed(written.error);
    return { path: written.path, events: box.events };
  } catch (error) {
    return failed(error);
  }
}

/** As a result: what went wrong. */
export function failed(error: unknown): RecoveryResult {
  const reason = error instanceof Error ? error : new Error(String(error));
  return { path: null, error: reason, mayLive: false };
}

/** Renaming a file changes its status time, so that it tells when the box was claimed. */
function isClaimed(boxPath: string): boolean {
  if (!basename(boxPath).includes(CLAIM_MARK)) return false;
  try {
    return Math.abs(wallClockMs() - lstatSync(boxPath).ctimeMs) < CLAIM_MS;
  } catch {
    return true;
  }
}

/** Whose box it is; null where that cannot be read. */
export function identityOfBox(boxPath: string): BoxIdentity | null {
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
    if (descriptor !== undefined) closeQuietly(descriptor);
  }
}

function modifiedAtMs(filePath: string): number {
  try {
    return lstatSync(filePath).mtimeMs;
  } catch {
    return wallClockMs();
  }
}
