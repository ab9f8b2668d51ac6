// Runs a program under `--import ttlog/register` and beside it without, and expects both to print
// the same and to end alike.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RecordedEvent, Recording } from 'ttlog/reader';
import { expect } from 'vitest';
import { DIST, type Outcome, type ProgramOptions, runProgram } from '../crash/run-program.ts';

export const REGISTER: string = pathToFileURL(join(DIST, 'register.js')).href;

/** With `--import` Node starts a CommonJS program by another way, which stack traces show. */
export const NOTHING: string = 'data:text/javascript,';

/** For programs in temporary folders: `npm('pino')` is what this package has installed. */
export const REQUIRE: string = `
  const npm = (await import('node:module')).createRequire(${JSON.stringify(import.meta.filename)});`;

export const npm: NodeJS.Require = createRequire(import.meta.filename);

/** Without the tap on garbage collections unless TTLOG_TAPS is given: a pause may be long on a busy machine. */
export async function runTapped(source: string, options: ProgramOptions = {}): Promise<Outcome> {
  const env = { TTLOG_TAPS: '-gc', ...options.env };
  const [tapped, plain] = await Promise.all([
    runProgram(source, { ...options, env, flags: ['--import', REGISTER] }),
    runProgram(source, { ...options, env, flags: ['--import', NOTHING] }),
  ]);
  const { code, signal, stdout, stderr } = plain;
  expect({ ...tapped, files: [] }).toMatchObject({ code, signal, stdout, stderr, files: [] });
  return tapped;
}

/** The events of a recording, or of one of its loggers. */
export function eventsOf(recording: Recording, logger?: string): RecordedEvent[] {
  return [...recording.events()].filter((event) => logger === undefined || event.logger === logger);
}

/** Fields and bindings of an event as one. */
export function detailsOf(event: RecordedEvent): { [name: string]: unknown } {
  return { ...event.context, ...event.fields };
}
