/**
 * All commands. Each is a file, loaded when it is run or when help is asked for, so that starting
 * one does not pay for the others.
 */

import { nearest } from '../arguments/nearest.ts';
import type { Command } from './command.ts';

/** What a bare `ttlog-view FILE` does, in a pipe and on a terminal. */
export const DEFAULT_COMMAND = 'cat';
export const TERMINAL_COMMAND = 'view';

/** In the order of help. */
const LOADERS: { readonly [name: string]: (() => Promise<Command>) | undefined } = Object.assign(
  Object.create(null),
  {
    cat: async () => (await import('./cat.ts')).cat,
    view: async () => (await import('./view.ts')).view,
    info: async () => (await import('./info.ts')).info,
    ls: async () => (await import('./ls.ts')).ls,
    fields: async () => (await import('./fields.ts')).fields,
    stats: async () => (await import('./stats.ts')).stats,
    hist: async () => (await import('./hist.ts')).hist,
    patterns: async () => (await import('./patterns.ts')).patterns,
    check: async () => (await import('./check.ts')).check,
    scrub: async () => (await import('./scrub.ts')).scrub,
    export: async () => (await import('./export.ts')).exportCommand,
    follow: async () => (await import('./follow.ts')).follow,
    trace: async () => (await import('./trace.ts')).trace,
    report: async () => (await import('./report.ts')).report,
    recover: async () => (await import('./recover.ts')).recover,
    completion: async () => (await import('./completion.ts')).completion,
    man: async () => (await import('./man.ts')).man,
    help: async () => (await import('./help.ts')).help,
  },
);

export const COMMAND_NAMES: readonly string[] = Object.keys(LOADERS);

export function isCommand(name: string | undefined): name is string {
  return name !== undefined && LOADERS[name] !== undefined;
}

/** The command of that name, which must be one. */
export async function loadCommand(name: string): Promise<Command> {
  const load = LOADERS[name];
  if (load === undefined) throw new Error(`no command is called ${name}`);
  return load();
}

/** The command that a mistyped word was probably meant to be. */
export function nearestCommand(word: string): string | undefined {
  return nearest(word, COMMAND_NAMES);
}
