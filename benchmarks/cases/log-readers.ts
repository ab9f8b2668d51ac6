// Programs that people read logs with, each of which prints all events of an NDJSON file. What is not on
// this machine is left out, and named.

import { existsSync } from 'node:fs';
import { type Command, isInstalled } from '../runner/command.ts';
import { peerFile } from '../runner/peers.ts';

export interface LogReader {
  readonly name: string;
  /** Prints all events, one or more lines each. */
  readonly all: (path: string) => Command;
  /** Prints the warnings alone; null for what cannot. */
  readonly warnings: ((path: string) => Command) | null;
}

const WARNING = '"level":"warn"';

const READERS: readonly LogReader[] = [
  {
    name: 'jq',
    all: (path) => ({ program: 'jq', args: ['-c', '.', path] }),
    warnings: (path) => ({ program: 'jq', args: ['-c', 'select(.level == "warn")', path] }),
  },
  {
    name: 'pino-pretty',
    all: (path) => ({
      program: process.execPath,
      args: [peerFile('pino-pretty/bin.js'), '--singleLine'],
      stdinPath: path,
    }),
    // Its --minimumLevel knows pino's numbers only, not the names of levels.
    warnings: null,
  },
  {
    name: 'lnav',
    all: (path) => ({ program: 'lnav', args: ['-n', path] }),
    warnings: null,
  },
  {
    name: 'grep',
    all: (path) => ({ program: 'grep', args: ['-F', '"', path] }),
    warnings: (path) => ({ program: 'grep', args: ['-F', WARNING, path] }),
  },
];

/** Those that are here, and a sentence about those that are not. */
export function logReaders(): { here: readonly LogReader[]; notes: readonly string[] } {
  const isHere = ({ name, all }: LogReader): boolean =>
    name === 'pino-pretty' ? existsSync(all('').args[0]) : isInstalled(name);
  const missing = READERS.filter((reader) => !isHere(reader)).map(({ name }) => name);
  return {
    here: READERS.filter(isHere),
    notes: missing.length === 0 ? [] : [`not installed here: ${missing.join(', ')}`],
  };
}
