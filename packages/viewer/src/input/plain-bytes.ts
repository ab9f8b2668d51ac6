/**
 * The bytes of a plain log, which are in memory as a whole: all of them from the start, or read from the
 * file in parts while somebody goes over them.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { PlainText } from './plain-event.ts';

/** Takes a millisecond. */
const PART_BYTES = 1024 * 1024;
const NEWLINE = 10;
/** Of a longer line only its beginning is looked at. */
export const MAX_LINE_BYTES: number = 16 * 1024 * 1024;
const BEGINNING_BYTES = 1024 * 1024;

/** The text of a line. */
export function plainText(line: Buffer): PlainText {
  const isCut = line.length > MAX_LINE_BYTES;
  let end = isCut ? BEGINNING_BYTES : line.length;
  // Not within a character.
  while (isCut && (line[end] & 0xc0) === 0x80) end--;
  return { text: line.toString('utf8', 0, end).trim(), isCut };
}

export class PlainBytes {
  /** What is behind `loadedBytes` is not there yet. */
  bytes: Buffer;
  loadedBytes: number;
  #descriptor: number | null = null;

  private constructor(bytes: Buffer, loadedBytes: number) {
    this.bytes = bytes;
    this.loadedBytes = loadedBytes;
  }

  static of(bytes: Buffer): PlainBytes {
    return new PlainBytes(bytes, bytes.length);
  }

  /** Throws where the file cannot be read. */
  static ofFile(path: string): PlainBytes {
    const descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    // Of its own, and not touched before it is read into: a page takes time only then.
    const plain = new PlainBytes(Buffer.allocUnsafeSlow(size), 0);
    plain.#descriptor = descriptor;
    plain.#loadOn();
    return plain;
  }

  get lengthBytes(): number {
    return this.bytes.length;
  }

  /**
   * Where the line at `start` ends, its newline not counted; loads what that takes. Of one that has more
   * than `enoughBytes` any later place will do.
   */
  lineEnd(start: number, enoughBytes: number = Number.POSITIVE_INFINITY): number {
    let from = start;
    for (;;) {
      const newline = this.bytes.subarray(0, this.loadedBytes).indexOf(NEWLINE, from);
      if (newline >= 0) return newline;
      from = this.loadedBytes;
      if (from === this.lengthBytes || from - start > enoughBytes) return from;
      this.#loadOn();
    }
  }

  /** Nothing is loaded any more. */
  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  /** The last bytes, read for themselves; empty where all is loaded. */
  tail(lengthBytes: number): Buffer {
    if (this.#descriptor === null) return Buffer.alloc(0);
    const tail = Buffer.alloc(Math.min(lengthBytes, this.lengthBytes));
    const count = readSync(this.#descriptor, tail, 0, tail.length, this.lengthBytes - tail.length);
    return tail.subarray(0, count);
  }

  /** What cannot be read any more is the end: the file has become shorter. */
  #loadOn(): void {
    const descriptor = this.#descriptor;
    if (descriptor === null) return;
    const wanted = Math.min(PART_BYTES, this.lengthBytes - this.loadedBytes);
    const count = readSync(descriptor, this.bytes, this.loadedBytes, wanted, this.loadedBytes);
    this.loadedBytes += count;
    if (count === 0) this.bytes = this.bytes.subarray(0, this.loadedBytes);
    if (this.loadedBytes === this.lengthBytes) this.close();
  }
}
