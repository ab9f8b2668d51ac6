/**
 * What stands below the events of a recording: why the process died, of what, and what the
 * recording lost. Shown by `cat` and, within its card, by `info`.
 */

import type { Losses, SnapshotHeader } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { instantText } from './clock.ts';
import type { Palette } from './colour.ts';
import { errorLines } from './error-text.ts';
import { printable } from './escape.ts';
import { incidentLines, incidentText, isIncident } from './incident.ts';
import { countText } from './quantity.ts';
import { processLabel, threadLabel } from './source-label.ts';

/** In the header of what is no recording, but a log of other tools. */
const PLAIN_LOG_FORMAT = 0;

/** Triggers after which the process is gone. */
const DEATHS = new Set([
  'uncaughtException',
  'unhandledRejection',
  'signal',
  'exit',
  'process-died',
]);

export function isCrash(header: SnapshotHeader): boolean {
  const { kind } = header.trigger;
  const isCleanExit = kind === 'exit' && exitCodeOf(header.trigger) === 0;
  return header.error !== null || (DEATHS.has(kind) && !isCleanExit);
}

/** The block below the last event: the death or incident, if there was one, and any losses. */
export function endingText(file: RecordingFile, palette: Palette, utc: boolean): string {
  const { header } = file.recording;
  const lines: string[] = [];
  if (isCrash(header)) {
    lines.push(palette.alarm(causeText(file)), ...deathLines(header.error, palette));
  } else if (isIncident(header)) {
    lines.push(palette.bold(causeText(file)), ...incidentLines(header.trigger));
  }
  if (lines.length > 0) {
    const at = instantText(header.takenAtMs, utc);
    lines.push(palette.dim(`${processLabel(file)} on ${printable(header.host)}, recorded ${at}`));
  }
  const lost = lossText(file.recording.losses);
  if (lost !== '') lines.push(palette.dim(`lost: ${lost}`));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The error that killed the process; indented, so that its text cannot pass for ours. */
export function deathLines(error: unknown, palette: Palette): string[] {
  if (error === null) return [];
  const [title, ...rest] = errorLines(error).map((line) => `  ${line}`);
  return [palette.red(title), ...rest];
}

/** `Uncaught exception in thread worker#3`, from what the header says triggered the recording. */
export function causeText({ recording: { header, threads } }: RecordingFile): string {
  if (header.format === PLAIN_LOG_FORMAT) return 'Plain log';
  const { kind, thread } = header.trigger;
  const known = threads.find(({ id }) => id === thread);
  const where =
    threads.length > 1 && known !== undefined ? ` in ${threadLabel(known, threads)}` : '';
  const cause =
    (CAUSES[kind] ?? printable(String(kind))) +
    detailText(header.trigger) +
    incidentText(header.trigger) +
    where;
  const reason = printable(header.reason);
  const isSaidAlready = header.reason === kind || cause.includes(reason);
  return isSaidAlready ? cause : `${cause} (${reason})`;
}

const CAUSES: { readonly [kind: string]: string | undefined } = {
  request: 'Requested',
  uncaughtException: 'Uncaught exception',
  unhandledRejection: 'Unhandled rejection',
  signal: 'Killed by signal',
  requestSignal: 'Requested by signal',
  interval: 'Taken at an interval',
  exit: 'Exited',
  burst: 'Burst of events',
  stall: 'Event loop stalled',
  heap: 'Heap near its limit',
  'process-died': 'Process died without a goodbye',
};

/** The signal or the exit code, where the trigger tells. */
function detailText(trigger: SnapshotHeader['trigger']): string {
  if (typeof trigger.signal === 'string') return ` ${printable(trigger.signal)}`;
  const code = exitCodeOf(trigger);
  return code === undefined ? '' : ` with code ${code}`;
}

function exitCodeOf({ exitCode, code }: SnapshotHeader['trigger']): number | undefined {
  const given = exitCode ?? code;
  return typeof given === 'number' ? given : undefined;
}

const LOSS_WORDS: readonly (readonly [keyof Losses, string])[] = [
  ['overwritten', 'overwritten by newer events'],
  ['refused', 'refused'],
  ['tooLarge', 'too large'],
  ['torn', 'torn'],
  ['cut', 'shortened'],
  ['lapped', 'lapped segments'],
  ['lagged', 'not seen by triggers or output'],
  ['beforeStart', 'before the start'],
];

/** `1,234 overwritten by newer events, 1 torn`; empty where nothing was lost. */
export function lossText(losses: Partial<Losses>): string {
  return LOSS_WORDS.filter(([cause]) => (losses[cause] ?? 0) > 0)
    .map(([cause, words]) => `${countText(losses[cause]!)} ${words}`)
    .join(', ');
}
