/**
 * Opens what was found. A file that is no recording, or that cannot be read, hides none of the
 * others: it becomes a sentence.
 */

import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { openRecording, RecordingError } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { fileErrorText, STANDARD_INPUT } from './find-recordings.ts';

export interface UnopenedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What is the matter, in a sentence that names the file. */
  readonly problem: string;
  /** Read, but no recording, or one with nothing left to show; else it could not be read. */
  readonly isUnintelligible: boolean;
}

export type OpenResult =
  | { readonly ok: true; readonly file: RecordingFile }
  | { readonly ok: false; readonly unopened: UnopenedFile };

/** What a pipe may deliver; a snapshot is smaller than the ring that it is of. */
const MAX_PIPED_BYTES = 1024 * 1024 * 1024;

export async function openFile(path: string): Promise<OpenResult> {
  let sizeBytes = 0;
  try {
    if (path === STANDARD_INPUT) return opened(path, await readAll(process.stdin));
    const stats = await stat(path);
    if (stats.isFIFO()) return opened(path, await readAll(createReadStream(path)));
    if (!stats.isFile()) throw new Error('not a regular file');
    await access(path, constants.R_OK);
    sizeBytes = stats.size;
    return { ok: true, file: { path, sizeBytes, recording: openRecording(path) } };
  } catch (error) {
    const isUnintelligible = error instanceof RecordingError;
    const name = path === STANDARD_INPUT ? 'standard input' : path;
    const what = isUnintelligible ? error.message : fileErrorText(error);
    const problem = what.startsWith(`${name} `) ? what : `${name}: ${what}`;
    return { ok: false, unopened: { path, sizeBytes, problem, isUnintelligible } };
  }
}

function opened(path: string, bytes: Uint8Array): OpenResult {
  const recording = openRecording(bytes);
  return { ok: true, file: { path, sizeBytes: bytes.length, recording } };
}

async function readAll(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Uint8Array);
    lengthBytes += (chunk as Uint8Array).length;
    if (lengthBytes > MAX_PIPED_BYTES) throw new Error('more than 1 GiB from a pipe');
  }
  return Buffer.concat(chunks);
}
