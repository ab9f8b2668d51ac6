/**
 * The file that a black box lives in: its name, making it, writing to it, removing it. It has the
 * layout of the ring in memory, offset for offset.
 */

import fs from 'node:fs';
import path from 'node:path';
import type { MirrorFile } from '../ring/segment-mirror.ts';
import { crc32 } from '../snapshot/crc-32.ts';
import { isMadeInside } from '../snapshot/directory.ts';
import { closeQuietly, OPEN_NEW } from '../snapshot/file-functions.ts';
import { snapshotFileName } from '../snapshot/file-name.ts';

const { constants, fchmodSync, fstatSync, openSync, statfsSync, unlinkSync, writeSync } = fs;
const { join } = path;

export const BOX_SUFFIX = '.ring';

/** Magic numbers of statfs(2): file systems that answer over a network, or by another process. */
const REMOTE_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x786f4256, 'vboxsf'],
]);

/** How the reason begins why there is no black box where one was to be. */
export const NO_FILE = 'no file could be made';

/** The file system's name where a write may wait for a network, else null. */
export function remoteFileSystem(directory: string): string | null {
  try {
    return REMOTE_FILE_SYSTEMS.get(statfsSync(directory).type) ?? null;
  } catch {
    return null;
  }
}

/** `ttlog-<service>-<pid>-<UTC time>-<8 random characters>.ring` */
export function boxFileName(service: string, pid: number, atMs: number): string {
  const name = snapshotFileName({ service, pid, atMs, reason: 'box' });
  return `${name.slice(0, -'-box.bin'.length)}${BOX_SUFFIX}`;
}

/** Descriptors are the process's: every thread may write by the same number. */
export interface BoxFile {
  readonly path: string;
  readonly descriptor: number;
}

/** A new file that can be mapped: that takes one which may be read, too. */
const OPEN_NEW_TO_MAP = (OPEN_NEW & ~constants.O_WRONLY) | constants.O_RDWR;

/** Makes a file in a directory that may be used; `makeLength` gives it its length. Throws. */
export function createBox(
  directory: string,
  name: string,
  fileMode: number,
  makeLength: (descriptor: number) => void,
): BoxFile {
  const boxPath = join(directory, name);
  const descriptor = openSync(boxPath, OPEN_NEW_TO_MAP, fileMode);
  try {
    fchmodSync(descriptor, fileMode);
  } catch {
    // The umask may then have made the mode narrower than asked for, never wider.
  }
  try {
    if (!isMadeInside(directory, name, descriptor)) {
      throw new Error(`${directory} has become a symbolic link`);
    }
    makeLength(descriptor);
  } catch (error) {
    removeBox({ path: boxPath, descriptor });
    throw error;
  }
  return { path: boxPath, descriptor };
}

/**
 * Removes the file. With `closeAfterMs` its descriptor stays for so long: a thread that is just
 * writing by its number must not find another file there.
 */
export function removeBox(box: BoxFile, closeAfterMs?: number): void {
  forgetBox(box);
  if (closeAfterMs === undefined) closeQuietly(box.descriptor);
  else setTimeout(() => closeQuietly(box.descriptor), closeAfterMs).unref();
}

/** Removes the name of a box whose process is about to end. */
export function forgetBox(box: BoxFile): void {
  try {
    unlinkSync(box.path);
  } catch {
    // Gone already.
  }
}

export function mirrorFile(descriptor: number): MirrorFile {
  return {
    write(bytes, offset) {
      let done = 0;
      while (done < bytes.length) {
        const written = writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
        if (!(written > 0)) throw new Error('the file takes no more bytes');
        done += written;
      }
    },
    crc32: (bytes, crc) => crc32(bytes, crc),
    isRemoved: () => fstatSync(descriptor).nlink === 0,
  };
}
