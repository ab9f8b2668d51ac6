/**
 * The recorder thread's job of telling of recordings that earlier processes of this service left on
 * this host, each once. Of several processes that are at it the one tells that makes an empty file
 * beside the recording first (`.<name of the recording>.told`), which no two can.
 */

import fs from 'node:fs';
import path from 'node:path';
import { mayLiveSince } from '../black-box/liveness.ts';
import { examineBox, identityOfBox, listBoxes } from '../black-box/recover.ts';
import { parseSnapshotFileName, safeNamePart } from '../snapshot/file-name.ts';
import { readSnapshotHeader } from '../snapshot/read-header.ts';
import type { SnapshotHeader } from '../snapshot/recording.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';

const { closeSync, existsSync, openSync, readdirSync, unlinkSync } = fs;
const { join } = path;
const { pid: ownPid } = process;
const now = performance.now.bind(performance);

const TOLD_SUFFIX = '.told';
/** In all; what is left is told of after the next start. */
const MAX_MS = 2000;

export class RecordingAnnouncer {
  readonly #facts: RecorderFacts;
  readonly #onRecording: (path: string, reason: string) => void;
  #spentMs = 0;
  #isAtWork = false;

  constructor(facts: RecorderFacts, onRecording: (path: string, reason: string) => void) {
    this.#facts = facts;
    this.#onRecording = onRecording;
  }

  /** Looks through the directory, one file at a time, so that messages are answered in between. */
  run(): void {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    const names = this.#untoldNames();
    const living = names.length > 0 ? this.#livingRuns() : new Set<string>();
    const step = (): void => {
      const name = names.shift();
      this.#isAtWork = name !== undefined && this.#spentMs < MAX_MS;
      if (name === undefined || !this.#isAtWork) return;
      const startedMs = now();
      this.#tell(name, living);
      this.#spentMs += now() - startedMs;
      setTimeout(step, 0);
    };
    step();
  }

  #tell(name: string, living: ReadonlySet<string>): void {
    const { directory, host } = this.#facts;
    const path = join(directory, name);
    const header = readSnapshotHeader(path);
    if (header === null || header.host !== host || isOfLiving(header, living)) return;
    if (markTold(directory, name)) this.#onRecording(path, header.reason);
  }

  /** The oldest first. Marks of recordings that are gone are removed. */
  #untoldNames(): string[] {
    const { directory, service } = this.#facts;
    const servicePart = safeNamePart(service);
    const names = new Set(namesIn(directory));
    const untold: { name: string; atMs: number }[] = [];
    for (const name of names) {
      const recording = name.endsWith(TOLD_SUFFIX) ? name.slice(1, -TOLD_SUFFIX.length) : name;
      const parts = parseSnapshotFileName(recording);
      if (parts?.service !== servicePart) continue;
      if (name === recording) {
        if (!names.has(markOf(name))) untold.push({ name, atMs: parts.atMs });
      } else if (!names.has(recording)) removeMark(directory, recording);
    }
    return untold.sort((a, b) => a.atMs - b.atMs).map(({ name }) => name);
  }

  /** Runs whose black box is not a dead process's. */
  #livingRuns(): Set<string> {
    const { directory, service, runId } = this.#facts;
    const living = new Set([runId]);
    for (const box of listBoxes(directory, service)) {
      const identity = identityOfBox(box);
      if (identity !== null && examineBox(box, new Map()) !== 'dead') living.add(identity.runId);
    }
    return living;
  }
}

/**
 * Without a black box its process is looked for by pid and start time, as is an earlier recorder of
 * this process.
 */
function isOfLiving(header: SnapshotHeader, living: ReadonlySet<string>): boolean {
  if (living.has(header.runId)) return true;
  const hasNoBox = header.blackBox.mode === 'off' || header.pid === ownPid;
  return hasNoBox && mayLiveSince(header.pid, header.startedAtMs);
}

function markOf(name: string): string {
  return `.${name}${TOLD_SUFFIX}`;
}

/** False: somebody else tells, or has told. Where no mark can be made it may be told twice. */
function markTold(directory: string, name: string): boolean {
  try {
    closeSync(openSync(join(directory, markOf(name)), 'wx', 0o600));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}

function removeMark(directory: string, name: string): void {
  try {
    // It may have come since the directory was read.
    if (!existsSync(join(directory, name))) unlinkSync(join(directory, markOf(name)));
  } catch {
    // Somebody else was faster.
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
