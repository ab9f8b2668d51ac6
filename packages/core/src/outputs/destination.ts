/**
 * Where lines go: a descriptor that is written to without waiting for whoever reads it, as far as the
 * system lets us. What it does not take at once is kept and comes first the next time.
 */

import fs from 'node:fs';
import { createRequire } from 'node:module';
import { statsOf } from './descriptor-stats.ts';
import type { OutputOrder } from './output-order.ts';

// Taken at import, out of reach of mocks.
const { openSync, writeSync, closeSync, statSync, constants } = fs;

const STDOUT = 1;
const STDERR = 2;
/** A pipe takes so many bytes whole or not at all, so that no line of another writer comes between. */
const PIPE_BYTES = 4096;
const NEWLINE = 0x0a;
const LINE_END = new Uint8Array([NEWLINE]);
/** Log shippers of the same group may read it. */
const FILE_MODE = 0o640;
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;

type Destination = OutputOrder['destination'];

export class LineDestination {
  readonly #destination: Destination;
  #descriptor: number;
  #isPipe = false;
  #isOwn = true;
  /** A line was begun and could not be ended. */
  #isTorn: boolean;
  /** Of what was taken the last is no end of a line. */
  #isMidLine: boolean;
  /** What was not taken yet. */
  #rest: Uint8Array | null = null;
  #takenBytes = 0;
  #cannotWrite = false;
  #cannotReopen = false;

  /** Throws where it cannot be opened. `isMidLine`: whoever wrote to it before has ended so. */
  constructor(destination: Destination, isMidLine: boolean) {
    this.#destination = destination;
    this.#isTorn = isMidLine;
    this.#isMidLine = isMidLine;
    this.#descriptor = this.#open();
  }

  get isTerminal(): boolean {
    return isTerminal(this.#descriptor);
  }

  /** Whether what a program prints to this stream comes to where lines go. */
  isWhereProgramPrints(stream: 'stdout' | 'stderr'): boolean {
    if (typeof this.#destination !== 'string') return false;
    return stream === this.#destination || isSameStream();
  }

  /** Whether the last attempt to write, or to follow a file that was moved, has failed. */
  get isFailing(): boolean {
    return this.#cannotWrite || this.#cannotReopen;
  }

  /** Whether the last byte that was taken ends no line. */
  get isMidLine(): boolean {
    return this.#isMidLine;
  }

  /** Of what the last `write` was given. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Whether nothing more may be given to `write` for now. Tries to get rid of what is left. Throws. */
  isBusy(): boolean {
    if (this.#rest !== null) this.#rest = this.#put(this.#rest);
    return this.#rest !== null;
  }

  /** Takes whole lines, when it is not busy; the bytes may be used again afterwards. Throws. */
  write(lines: Uint8Array): void {
    this.#takenBytes = 0;
    const rest = this.#put(lines);
    // A copy: `slice` of a Buffer would be none.
    this.#rest = rest === null ? null : new Uint8Array(rest);
  }

  /** What is left is given up. */
  abandon(): void {
    this.#isTorn ||= this.#isMidLine;
    this.#rest = null;
  }

  /** Follows a file that was moved away, as log rotation does. Throws. */
  reopenIfMoved(): void {
    if (typeof this.#destination === 'string') return;
    try {
      if (!isSameFile(this.#descriptor, this.#destination.path)) this.#reopen();
      this.#cannotReopen = false;
    } catch (error) {
      this.#cannotReopen = true;
      throw error;
    }
  }

  close(): void {
    if (this.#isOwn) closeSync(this.#descriptor);
  }

  #reopen(): void {
    const before = this.#descriptor;
    this.#descriptor = this.#open();
    this.#isTorn = false;
    this.#isMidLine = false;
    closeSync(before);
  }

  #open(): number {
    if (typeof this.#destination !== 'string') {
      return openSync(this.#destination.path, APPEND, FILE_MODE);
    }
    const descriptor = this.#destination === 'stdout' ? STDOUT : STDERR;
    this.#isPipe = statsOf(descriptor).isFIFO();
    if (this.#isPipe || isTerminal(descriptor)) {
      try {
        // An open file of our own, since whether writing waits is a property of that.
        const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
        return openSync(`/proc/self/fd/${descriptor}`, flags);
      } catch {
        // Not on this system, or not for this user: then as the application writes to it.
      }
    }
    this.#isOwn = false;
    return descriptor;
  }

  #endLine(): void {
    writeSync(this.#descriptor, LINE_END);
    this.#isTorn = false;
    this.#isMidLine = false;
  }

  /** What is left of it where nobody takes it, or null. */
  #put(lines: Uint8Array): Uint8Array | null {
    let start = 0;
    try {
      if (this.#isTorn) this.#endLine();
      while (start < lines.length) {
        const end = this.#isPipe ? pipeEnd(lines, start) : lines.length;
        const count = writeSync(this.#descriptor, lines, start, end - start);
        start += count;
        this.#takenBytes += count;
        this.#isMidLine = lines[start - 1] !== NEWLINE;
      }
      this.#cannotWrite = false;
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return lines.subarray(start);
      this.#rest = null;
      this.#isTorn ||= this.#isMidLine;
      this.#cannotWrite = true;
      throw error;
    }
  }
}

/** Where the lines end of which a pipe takes all or none; a longer line goes by itself. */
function pipeEnd(lines: Uint8Array, start: number): number {
  const limit = start + PIPE_BYTES;
  if (limit >= lines.length) return lines.length;
  const last = lines.lastIndexOf(NEWLINE, limit - 1);
  if (last >= start) return last + 1;
  const next = lines.indexOf(NEWLINE, limit);
  return next === -1 ? lines.length : next + 1;
}

/** Loaded here, where something is printed: with it every start would load Node's network modules. */
function isTerminal(descriptor: number): boolean {
  return createRequire(process.execPath)('node:tty').isatty(descriptor);
}

/** As on a terminal, or after `2>&1`. */
function isSameStream(): boolean {
  try {
    const [out, err] = [statsOf(STDOUT), statsOf(STDERR)];
    return out.ino === err.ino && out.dev === err.dev;
  } catch {
    return false;
  }
}

function isSameFile(descriptor: number, path: string): boolean {
  try {
    const [held, named] = [statsOf(descriptor), statSync(path, { bigint: true })];
    return held.ino === named.ino && held.dev === named.dev;
  } catch {
    return false;
  }
}
