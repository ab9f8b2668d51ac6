/**
 * The input of a command as a whole: what its arguments mean, opened, with every problem told on
 * standard error and remembered for the exit code.
 */

import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import { findRecordings, type Wanted } from './find-recordings.ts';
import { openFile, type UnopenedFile } from './open-recordings.ts';

export interface Input {
  readonly files: readonly RecordingFile[];
  readonly unopened: readonly UnopenedFile[];
  /** A file is missing or may not be read, or nothing of what was read is a recording. */
  readonly hasFailed: boolean;
  /** Some files are recordings and some are not. */
  readonly isPartial: boolean;
}

export async function openInput(
  operands: readonly string[],
  wanted: Wanted,
  terminal: Terminal,
  options: { growing?: boolean } = {},
): Promise<Input> {
  const found = await findRecordings(operands, terminal.environment, wanted);
  for (const message of [...found.failures, ...found.vacancies]) terminal.report(message);
  const files: RecordingFile[] = [];
  const unopened: UnopenedFile[] = [];
  for (const path of found.paths) {
    const result = await openFile(path, options);
    if (result.ok) files.push(result.file);
    else {
      unopened.push(result.unopened);
      terminal.report(result.unopened.problem);
    }
  }
  const unintelligible = unopened.filter(({ isUnintelligible }) => isUnintelligible);
  return {
    files,
    unopened,
    hasFailed:
      found.failures.length > 0 ||
      unopened.length > unintelligible.length ||
      (unintelligible.length > 0 && files.length === 0),
    isPartial: unintelligible.length > 0 && files.length > 0,
  };
}

/** Damage listed of one file; a shredded one has a great many. */
const LISTED_DAMAGE = 20;
const LISTED_HOSTS = 8;

/** Tells what could not be read of a recording whose events were walked; whether there is any. */
export function reportDamage({ path, recording }: RecordingFile, terminal: Terminal): boolean {
  const { damage } = recording;
  for (const { offset, length, what } of damage.slice(0, LISTED_DAMAGE)) {
    terminal.report(`${path}: damage at byte ${offset} (${length} bytes): ${what}`);
  }
  const unlisted = damage.length - LISTED_DAMAGE;
  if (unlisted > 0) terminal.report(`${path}: and ${unlisted} more damaged places`);
  return damage.length > 0;
}

/** Says so where times of different hosts are put in one order. */
export function reportHosts(files: readonly RecordingFile[], terminal: Terminal): void {
  const hosts = new Set(files.map(({ recording }) => recording.header.host));
  hosts.delete('');
  if (hosts.size < 2) return;
  const names = [...hosts].slice(0, LISTED_HOSTS).join(', ');
  terminal.report(`these are of different hosts (${names}), whose clocks may differ`);
}
