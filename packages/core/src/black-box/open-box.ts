/**
 * Opens the black box of this process: the file, and who the process is in it. Whether it can be
 * had, and why not, is told in `stats()` and in every snapshot.
 */

import { BLACK_BOX_MIRRORED, HEADER_BLACK_BOX, HEADER_BYTES } from '../memory/ring-layout.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';
import {
  type BoxFile,
  boxFileName,
  createBox,
  mirrorFile,
  remoteFileSystem,
  removeBox,
} from './box-file.ts';
import { boxIdentity, writeIdentity } from './box-identity.ts';
import { ownIdentity } from './identity.ts';

export interface OpenedBox {
  readonly box: BoxFile | null;
  readonly fact: RecorderFacts['blackBox'];
}

/** Never throws. */
export function openBox(memory: RingMemory, facts: RecorderFacts): OpenedBox {
  try {
    const name = boxFileName(facts.service, facts.pid, facts.startedAtMs);
    const box = createBox(facts.directory, name, memory.buffer.byteLength, facts.fileMode);
    try {
      memory.i32[HEADER_BLACK_BOX >> 2] = BLACK_BOX_MIRRORED;
      writeIdentity(memory.u8, boxIdentity(facts, ownIdentity(), 'mirrored'));
      mirrorFile(box.descriptor).write(memory.u8.slice(0, HEADER_BYTES), 0);
    } catch (error) {
      removeBox(box);
      throw error;
    }
    const remote = remoteFileSystem(facts.directory);
    const reason = remote === null ? 'asked for' : `asked for, on ${remote}: writes may be slow`;
    return { box, fact: { mode: 'mirrored', reason } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { box: null, fact: { mode: 'off', reason: `no file could be made: ${why}` } };
  }
}
