/**
 * The two streams that a command writes to. Standard output waits for its reader and tells when
 * that reader has gone; standard error takes one escaped line a message. Commands see nothing
 * else of the process but the environment.
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
  /**
   * Writes text whose foreign parts are printable already, in large pieces at best. Resolves when
   * the stream has taken it and signals had their turn; throws OutputClosed.
   */
  write(text: string): Promise<void>;
  /** Tells on standard error; escapes the message itself. */
  report(message: string): void;
}

/** Text that is gathered before it is written. */
export const BATCH_UNITS: number = 64 * 1024;

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // Failures arrive at the callbacks of write; unheard, the events would end the process.
  stdout.on('error', () => {});
  stderr.on('error', () => {});
  return {
    environment: process.env,
    isTerminal: stdout.isTTY === true,
    async write(text) {
      if (text !== '') await written(stdout, text);
      await new Promise((resolve) => setImmediate(resolve));
    },
    report(message) {
      stderr.write(`ttlog-view: ${printable(message)}\n`);
    },
  };
}

function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error) return resolve();
      const { code } = error as NodeJS.ErrnoException;
      const isClosed = code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'EOF';
      reject(isClosed ? new OutputClosed() : new Error(`cannot write: ${error.message}`));
    });
  });
}
