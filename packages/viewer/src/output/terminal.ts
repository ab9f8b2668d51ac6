/**
 * The two streams that a command writes to. Standard output waits for its reader and tells when
 * that reader has gone; standard error takes one escaped line a message, and how far a
 * long task is. Commands see nothing else of the process but the environment.
 */

import { printable } from '../format/escape.ts';

/** The reader of standard output has closed it, as `head` does: not an error, just the end. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

export interface Terminal {
  readonly environment: { readonly [name: string]: string | undefined };
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether a full screen can be shown on it, and keys be read. */
  readonly isInteractive: boolean;
  /**
   * Writes text whose foreign parts are printable already, in large pieces at best. Resolves when
   * the stream has taken it and signals had their turn; throws OutputClosed.
   */
  write(text: string | Uint8Array): Promise<void>;
  /** Tells on standard error; escapes the message itself. */
  report(message: string): void;
  /**
   * Shows how far a long task is, in printable words, in place of what it said before; nothing
   * clears it. Silent where standard error is no terminal, and at first.
   */
  progress(words: string): void;
  pause(ms: number): Promise<void>;
}

/** Text that is gathered before it is written. */
export const BATCH_UNITS: number = 64 * 1024;

/** A task of less needs no word about its progress. */
const SILENT_SECONDS = 0.5;

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  // Failures arrive at the callbacks of write; unheard, the events would end the process.
  stdout.on('error', () => {});
  stderr.on('error', () => {});
  let progressUnits = 0;
  return {
    environment: env,
    isTerminal: stdout.isTTY === true,
    isInteractive: stdout.isTTY === true && stdin.isTTY === true && env.TERM !== 'dumb',
    async write(text) {
      if (text.length > 0) await written(stdout, text);
      await new Promise((resolve) => setImmediate(resolve));
    },
    report(message) {
      stderr.write(`ttlog-view: ${printable(message)}\n`);
    },
    progress(words) {
      const isDue = words === '' ? progressUnits > 0 : process.uptime() > SILENT_SECONDS;
      if (!stderr.isTTY || !isDue) return;
      stderr.write(`\r${words.padEnd(progressUnits)}${words === '' ? '\r' : ''}`);
      progressUnits = words.length;
    },
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

function written(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error) return resolve();
      const { code } = error as NodeJS.ErrnoException;
      const isClosed = code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'EOF';
      reject(isClosed ? new OutputClosed() : new Error(`cannot write: ${error.message}`));
    });
  });
}
