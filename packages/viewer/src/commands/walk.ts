/**
 * What commands share that look at the selected events one by one and then show something of them
 * all: opening, walking with pauses, telling damage, the exit code.
 */

import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { openInput, reportDamage, reportHosts } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { FILTER_OPTIONS, parseSelection, selectEvents } from '../select/selection.ts';

/** Options of a command that digests events. */
export const DIGEST_OPTIONS: readonly OptionSpec[] = [
  PID_OPTION,
  ...FILTER_OPTIONS,
  { name: 'json', short: 'j', summary: 'JSON, one object a line.' },
  { name: 'utc', summary: 'Show and read times in UTC instead of local time.' },
];

export interface Walk {
  readonly files: readonly RecordingFile[];
  /** Events that were visited. */
  readonly events: number;
  /** Tells damage and gives the exit code. */
  finish(): number;
}

/** Events after which the walk pauses, so that signals are heard. */
const EVENTS_PER_PAUSE = 65_536;

/** Visits every selected event, by time. Throws UsageError and QueryError before a file is opened. */
export async function walkEvents(
  given: ParsedArguments,
  terminal: Terminal,
  visit: (sourced: SourcedEvent) => void,
): Promise<Walk> {
  const selection = parseSelection(given, given.has('utc'));
  const wanted = wantedBy(given);
  const { files, hasFailed, isPartial } = await openInput(given.operands, wanted, terminal);
  reportHosts(files, terminal);
  let events = 0;
  for (const sourced of selectEvents(selection, files)) {
    if (sourced === undefined) {
      await terminal.write('');
      continue;
    }
    visit(sourced);
    if (++events % EVENTS_PER_PAUSE === 0) await terminal.write('');
  }
  return {
    files,
    events,
    finish() {
      let isDamaged = isPartial;
      for (const file of files) if (reportDamage(file, terminal)) isDamaged = true;
      return exitCode({ hasShown: events > 0, hasFailed, isDamaged });
    },
  };
}
