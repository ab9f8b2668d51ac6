/**
 * A document that is written piece by piece: to standard output, or to a file that appears when it is
 * whole. What a file may replace is document.ts's affair.
 */

import { closeSync, openSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import {
  checkDocument,
  documentError,
  FILE_MODE,
  nameDocument,
  unfinishedName,
} from './document.ts';
import type { Terminal } from './terminal.ts';
import { removeAtEnd } from './unfinished-file.ts';

export const DOCUMENT_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    summary: 'Write to this file instead of standard output; it appears when it is whole.',
  },
  { name: 'force', summary: 'Replace the file of --output if it exists.' },
];

export interface DocumentStream {
  write(text: string | Uint8Array): Promise<void>;
  /** Nothing is under the final name before. Throws where there is a file already. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** Throws an Error that names the file. */
export async function openDocument(
  given: ParsedArguments,
  terminal: Terminal,
): Promise<DocumentStream> {
  const path = given.value('output');
  if (path === undefined || path === '-') {
    return {
      write: (text) => terminal.write(text),
      finish: async () => {},
      abandon: async () => {},
    };
  }
  return openFile(path, given.has('force'));
}

/** Throws an Error that names the file. */
export async function openFile(path: string, isForced: boolean): Promise<DocumentStream> {
  checkDocument(path, isForced);
  const unfinished = unfinishedName(path);
  const keep = removeAtEnd(unfinished);
  try {
    // Made in one go: a signal finds it, or comes before it.
    closeSync(openSync(unfinished, 'wx', FILE_MODE));
    const file = await open(unfinished, 'r+');
    return fileStream(file, { unfinished, path, isForced, keep });
  } catch (error) {
    await unlink(unfinished).catch(() => {});
    keep();
    throw documentError(path, error);
  }
}

interface Unfinished {
  readonly unfinished: string;
  readonly path: string;
  readonly isForced: boolean;
  /** Ends its removal at the end of the process. */
  readonly keep: () => void;
}

function fileStream(
  file: FileHandle,
  { unfinished, path, isForced, keep }: Unfinished,
): DocumentStream {
  return {
    async write(text) {
      await file.appendFile(text);
      // Signals have their turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
    async finish() {
      await file.sync();
      await file.close();
      try {
        nameDocument(unfinished, path, isForced);
      } catch (error) {
        throw documentError(path, error);
      }
      await unlink(unfinished).catch(() => {});
      keep();
    },
    async abandon() {
      // It is closed already where the file could not be given its name.
      await file.close().catch(() => {});
      await unlink(unfinished);
      keep();
    },
  };
}
