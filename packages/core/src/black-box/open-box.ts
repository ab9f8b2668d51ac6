/**
 * Opens the black box of this process: the ring's memory, the file, and who the process is in it.
 * Which mode is in force, and why, is told in `stats()` and in every snapshot.
 */

import fs from 'node:fs';
import {
  BLACK_BOX_MAPPED,
  BLACK_BOX_MIRRORED,
  HEADER_BLACK_BOX,
  HEADER_BYTES,
  ringBytes,
  rowCountFor,
} from '../memory/ring-layout.ts';
import { type RingGeometry, RingMemory } from '../ring/ring-memory.ts';
import { openDirectory } from '../snapshot/directory.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';
import {
  type BoxFile,
  boxFileName,
  createBox,
  mirrorFile,
  NO_FILE,
  remoteFileSystem,
  removeBox,
} from './box-file.ts';
import { boxIdentity, writeIdentity } from './box-identity.ts';
import { ownIdentity } from './identity.ts';
import { allocateFile, mapRing, nativeMemory } from './mapped-ring.ts';

const { ftruncateSync } = fs;

/** What was chosen. `isAskedFor`: by name, and not by default. */
export type BoxChoice =
  | { readonly mode: 'mirrored' | 'mapped'; readonly isAskedFor: boolean }
  | { readonly mode: 'off'; readonly reason: string };

export interface OpenedRing {
  readonly memory: RingMemory;
  readonly box: RecorderFacts['box'];
  readonly fact: RecorderFacts['blackBox'];
}

/**
 * A ring of this geometry with the black box that can be had. A mapped one that cannot is mirrored;
 * where no file can be made there is none. Throws where there is no memory for the ring.
 */
export function openRing(
  geometry: RingGeometry,
  facts: RecorderFacts,
  choice: BoxChoice,
): OpenedRing {
  if (choice.mode === 'off') return withoutBox(RingMemory.allocate(geometry), choice.reason);
  let reason = choice.isAskedFor ? 'asked for' : 'on by default';
  if (choice.mode === 'mapped') {
    const opened = openMapped(geometry, facts);
    if (typeof opened !== 'string') return opened;
    reason = `mapped was asked for, but ${opened}`;
  }
  return openMirrored(RingMemory.allocate(geometry), facts, choice.isAskedFor, reason);
}

/** Why not, where it cannot be had. */
function openMapped(geometry: RingGeometry, facts: RecorderFacts): OpenedRing | string {
  let box: BoxFile | null = null;
  try {
    const native = nativeMemory();
    const { segmentCount, segmentBytes } = geometry;
    const lengthBytes = ringBytes(rowCountFor(segmentCount), segmentCount, segmentBytes);
    const opened = openDirectory(facts.directory, facts.isDefaultDirectory);
    if (!opened.ok) throw opened.error;
    box = createBox(facts.directory, nameOf(facts), facts.fileMode, (descriptor) =>
      allocateFile(native, descriptor, lengthBytes),
    );
    const { memory, mapping } = mapRing(native, box.descriptor, lengthBytes, geometry);
    memory.i32[HEADER_BLACK_BOX >> 2] = BLACK_BOX_MAPPED;
    writeIdentity(memory.u8, boxIdentity(facts, ownIdentity(), 'mapped'));
    const fact = { mode: 'mapped', reason: `asked for; mapped by ${native.name}` } as const;
    return { memory, box: { ...box, mapping }, fact };
  } catch (error) {
    if (box !== null) removeBox(box);
    return messageOf(error);
  }
}

function openMirrored(
  memory: RingMemory,
  facts: RecorderFacts,
  isAskedFor: boolean,
  why: string,
): OpenedRing {
  try {
    const opened = openDirectory(facts.directory, facts.isDefaultDirectory);
    if (!opened.ok) throw opened.error;
    const remote = remoteFileSystem(facts.directory);
    if (remote !== null && !isAskedFor) {
      return withoutBox(memory, `off on ${remote} unless asked for by name`);
    }
    const box = createBox(facts.directory, nameOf(facts), facts.fileMode, (descriptor) =>
      // A hole: blocks come as they are written, and a full disk is an error of that write.
      ftruncateSync(descriptor, memory.buffer.byteLength),
    );
    try {
      memory.i32[HEADER_BLACK_BOX >> 2] = BLACK_BOX_MIRRORED;
      writeIdentity(memory.u8, boxIdentity(facts, ownIdentity(), 'mirrored'));
      mirrorFile(box.descriptor).write(memory.u8.slice(0, HEADER_BYTES), 0);
    } catch (error) {
      removeBox(box);
      throw error;
    }
    const reason = remote === null ? why : `${why}, on ${remote}: writes may be slow`;
    return { memory, box: { ...box, mapping: null }, fact: { mode: 'mirrored', reason } };
  } catch (error) {
    return withoutBox(memory, `${NO_FILE}: ${messageOf(error)}`);
  }
}

function withoutBox(memory: RingMemory, reason: string): OpenedRing {
  return { memory, box: null, fact: { mode: 'off', reason } };
}

function nameOf({ service, pid, startedAtMs }: RecorderFacts): string {
  return boxFileName(service, pid, startedAtMs);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
