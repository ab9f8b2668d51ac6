/**
 * Opens what was found. A file that is no recording, or that cannot be read, hides none of the
 * others: it becomes a sentence.
 */

import { createReadStream } from 'node:fs';
import { access, constants, readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { type Damage, openRecording, type Recording, RecordingError } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { fileErrorText, STANDARD_INPUT } from './find-recordings.ts';
import { openPlainLog } from './plain-log.ts';

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
/** A plain log, inflated, which is in memory as a whole. */
const MAX_PLAIN_BYTES = 1024 * 1024 * 1024;

export async function openFile(path: string): Promise<OpenResult> {
  let sizeBytes = 0;
  try {
    if (path === STANDARD_INPUT) return opened(path, await readAll(process.stdin));
    const stats = await stat(path);
    if (stats.isFIFO()) return opened(path, await readAll(createReadStream(path)));
    if (!stats.isFile()) throw new Error('not a regular file');
    await access(path, constants.R_OK);
    sizeBytes = stats.size;
    return { ok: true, file: { path, sizeBytes, recording: await openByPath(path, sizeBytes) } };
  } catch (error) {
    const isUnintelligible = error instanceof RecordingError;
    const name = path === STANDARD_INPUT ? 'standard input' : path;
    const what = isUnintelligible ? error.message : fileErrorText(error);
    const problem = what.startsWith(`${name} `) ? what : `${name}: ${what}`;
    return { ok: false, unopened: { path, sizeBytes, problem, isUnintelligible } };
  }
}

function opened(path: string, bytes: Uint8Array): OpenResult {
  const recording = openBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), path);
  return { ok: true, file: { path, sizeBytes: bytes.length, recording } };
}

/** A recording, or a plain log, compressed or not; throws what says that it is no recording. */
async function openByPath(path: string, sizeBytes: number): Promise<Recording> {
  try {
    return openRecording(path);
  } catch (error) {
    if (!(error instanceof RecordingError) || sizeBytes > MAX_PLAIN_BYTES) throw error;
    return openOther(await readFile(path), path, error);
  }
}

function openBytes(bytes: Buffer, path: string): Recording {
  try {
    return openRecording(bytes);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return openOther(bytes, path, error);
  }
}

function openOther(bytes: Buffer, path: string, reason: RecordingError): Recording {
  // Only once: there are gzip files that inflate to themselves.
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const { content, damage } = isCompressed ? inflate(bytes, path) : { content: bytes, damage: [] };
  const recording = openPlainLog(content, path, damage);
  if (recording !== null) return recording;
  if (isCompressed) return openRecording(content);
  throw reason;
}

interface Inflated {
  readonly content: Buffer;
  readonly damage: readonly Damage[];
}

/** Of a file that is cut off or damaged, what there is before that. */
function inflate(bytes: Buffer, path: string): Inflated {
  const limit = { maxOutputLength: MAX_PLAIN_BYTES };
  try {
    return { content: gunzipSync(bytes, limit), damage: [] };
  } catch (error) {
    const what = `the compressed log cannot be read to its end: ${(error as Error).message}`;
    try {
      const content = gunzipSync(bytes, { ...limit, finishFlush: zlib.Z_SYNC_FLUSH });
      return { content, damage: [{ offset: bytes.length, length: 0, what }] };
    } catch {
      throw new RecordingError(`${path}: ${what}`);
    }
  }
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
