/**
 * Starts the programs of the user: the editor, and commands typed by the user. They have the
 * terminal meanwhile, which is the caller's affair. Text of a recording only ever goes into their input, or is the
 * name of a file that exists. What starts them is loaded when it is needed: other commands never do.
 */

import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';

type Environment = { readonly [name: string]: string | undefined };

/** What is told of a program that is through; empty where all went well. */
export type Ending = string;

/** Program and arguments of the user's editor; null where none is named. */
export function editorWords({ VISUAL, EDITOR }: Environment): readonly string[] | null {
  const named = [VISUAL, EDITOR].find((text) => text !== undefined && text.trim() !== '');
  if (named === undefined) return null;
  // A path with blanks, or words as in a shell, of which only the quotes are understood.
  if (isFile(named)) return [named];
  const words = named.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  const bare = words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
  return bare[0] === '' ? null : bare;
}

/** The file as an absolute path, which begins like no option; null where there is none. */
export function existingFile(path: string): string | null {
  const absolute = resolve(path);
  return isFile(absolute) ? absolute : null;
}

/** Ends when the editor does. Never rejects. */
export async function edit(words: readonly string[], path: string, line: number): Promise<Ending> {
  const { spawn } = await import('node:child_process');
  const [program, ...given] = words;
  return ended(program, spawn(program, [...given, ...placeWords(program, path, line)], INHERITED));
}

/** Editors that open a file at a line, by how they are told. */
const PLUS_LINE =
  /^(?:n?vim?|g?vim|mvim|view|nano|pico|emacs|emacsclient|xemacs|micro|joe|kak|mg|ne|jed|vis|ex)$/;
const GOTO_OPTION = /^(?:code|code-insiders|codium|vscodium|cursor|windsurf)$/;
const PATH_LINE = /^(?:hx|helix|subl|zed|zeditor)$/;

function placeWords(program: string, path: string, line: number): string[] {
  const name = basename(program).replace(/\.(?:exe|cmd)$/i, '');
  if (PLUS_LINE.test(name)) return [`+${line}`, path];
  if (GOTO_OPTION.test(name)) return ['-g', `${path}:${line}`];
  return [PATH_LINE.test(name) ? `${path}:${line}` : path];
}

/**
 * Runs a command line in the user's shell with a text as its input. One that reads no more of it, or
 * nothing, has it as it likes. Never rejects.
 */
export async function pipeInto(
  command: string,
  pieces: AsyncIterable<string>,
  { SHELL }: Environment,
): Promise<Ending> {
  const { spawn } = await import('node:child_process');
  const { Readable } = await import('node:stream');
  const { pipeline } = await import('node:stream/promises');
  const child = spawn(command, { shell: SHELL || true, stdio: ['pipe', 'inherit', 'inherit'] });
  const stop = new AbortController();
  const fed = pipeline(Readable.from(pieces), child.stdin, { signal: stop.signal });
  // It does not have to read to the end, nor to begin.
  fed.catch(() => {});
  const ending = await ended(SHELL || 'the shell', child);
  stop.abort();
  return ending;
}

const INHERITED = { stdio: 'inherit', shell: false } as const;

function ended(program: string, child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const reason = code === 'ENOENT' ? 'there is no such program' : message;
      resolve(`cannot start ${program}: ${reason}`);
    });
    child.on('exit', (code, signal) => {
      if (signal !== null) resolve(`ended by ${signal}`);
      else resolve(code === 0 ? '' : `ended with exit code ${code}`);
    });
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
