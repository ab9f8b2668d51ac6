/**
 * Opens what was found. A file that is no recording, or that cannot be read, hides none of the
 * others: it becomes a sentence.
 */

import { createReadStream } from 'node:fs';
import { access, constants, open, readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { type Damage, openRecordingSteps, type Recording, RecordingError } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { fileErrorText, STANDARD_INPUT } from './find-recordings.ts';
import { PlainBytes } from './plain-bytes.ts';
import { isPlainBeginning, openPlainLog, PlainLog } from './plain-log.ts';

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

/** With `growing` a plain log is not looked at beyond its beginning: its `heads` go through the rest. */
export async function openFile(
  path: string,
  { growing = false }: { growing?: boolean } = {},
): Promise<OpenResult> {
  let sizeBytes = 0;
  try {
    if (path === STANDARD_INPUT) return await opened(path, await readAll(process.stdin));
    const stats = await stat(path);
    if (stats.isFIFO()) return await opened(path, await readAll(createReadStream(path)));
    if (!stats.isFile()) throw new Error('not a regular file');
    await access(path, constants.R_OK);
    sizeBytes = stats.size;
    const recording =
      (await openLog(path, sizeBytes, growing)) ?? (await openByPath(path, sizeBytes));
    return { ok: true, file: { path, sizeBytes, recording } };
  } catch (error) {
    const isUnintelligible = error instanceof RecordingError;
    const name = path === STANDARD_INPUT ? 'standard input' : path;
    const what = isUnintelligible ? error.message : fileErrorText(error);
    const problem = what.startsWith(`${name} `) ? what : `${name}: ${what}`;
    return { ok: false, unopened: { path, sizeBytes, problem, isUnintelligible } };
  }
}

async function opened(path: string, bytes: Uint8Array): Promise<OpenResult> {
  const recording = await openBytes(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    path,
  );
  return { ok: true, file: { path, sizeBytes: bytes.length, recording } };
}

/** What every line of a plain log begins with, and no recording. */
const BRACE = 0x7b;

/** A plain log that can be told by its first byte; null for whatever else it may be. */
async function openLog(
  path: string,
  sizeBytes: number,
  growing: boolean,
): Promise<Recording | null> {
  if (sizeBytes > MAX_PLAIN_BYTES) return null;
  if ((await firstByteOf(path)) !== BRACE) return null;
  const plain = PlainBytes.ofFile(path);
  if (!isPlainBeginning(plain)) {
    plain.close();
    return null;
  }
  const log = new PlainLog(plain, path);
  if (!growing) await inTurns(log.finish());
  return log;
}

async function firstByteOf(path: string): Promise<number | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return bytesRead === 0 ? undefined : buffer[0];
  } finally {
    await file.close();
  }
}

/** A recording, or a plain log, compressed or not; throws what says that it is no recording. */
async function openByPath(path: string, sizeBytes: number): Promise<Recording> {
  try {
    return await openInSteps(path);
  } catch (error) {
    if (!(error instanceof RecordingError) || sizeBytes > MAX_PLAIN_BYTES) throw error;
    return openOther(await readFile(path), path, error);
  }
}

async function openBytes(bytes: Buffer, path: string): Promise<Recording> {
  try {
    return await openInSteps(bytes);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return openOther(bytes, path, error);
  }
}

async function openOther(bytes: Buffer, path: string, reason: RecordingError): Promise<Recording> {
  // Only once: there are gzip files that inflate to themselves.
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const { content, damage } = isCompressed ? inflate(bytes, path) : { content: bytes, damage: [] };
  const recording = openPlainLog(content, path, damage);
  if (recording !== null) return recording;
  if (isCompressed) return openInSteps(content);
  throw reason;
}

function openInSteps(pathOrBytes: string | Uint8Array): Promise<Recording> {
  return inTurns(openRecordingSteps(pathOrBytes));
}

/** Keys and signals have theirs between the steps. */
async function inTurns<T>(steps: Generator<void, T, void>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
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
