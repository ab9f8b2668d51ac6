/** `ttlog-view check`: whether recordings are whole. */

import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { summarise } from '../digest/summary.ts';
import { choosePalette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { jsonValue } from '../format/json-value.ts';
import { countOf } from '../format/quantity.ts';
import { openInput } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { Command } from './command.ts';

export const check: Command = {
  name: 'check',
  summary: 'Check whether recordings are whole; exit code 3 if one is not.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'Reads recordings in full: checksums of all parts, every record, the counts of the footer, ' +
      'and the counts of each thread against the events that are there. Prints a line for each ' +
      'file and one for each place that is damaged.',
  ],
  options: [
    PID_OPTION,
    { name: 'json', short: 'j', summary: 'One JSON object a file and line.' },
    { name: 'quiet', short: 'q', summary: 'Say nothing of files that are whole.' },
  ],
  examples: [
    ['ttlog-view check crash.bin', 'one file'],
    ['ttlog-view check /var/lib/ttlog -q', 'a directory: what is damaged'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const palette = choosePalette(given.value('color'), terminal);
  const { files, unopened, hasFailed, isPartial } = await openInput(
    given.operands,
    wantedBy(given),
    terminal,
  );
  let isDamaged = isPartial || unopened.some(({ isUnintelligible }) => isUnintelligible);
  for (const { path, sizeBytes, problem } of unopened) {
    if (!given.has('json')) continue;
    const status = { file: path, status: 'unreadable', sizeBytes, events: null, missing: null };
    await terminal.write(`${jsonValue({ ...status, damage: [], problem })}\n`);
  }
  for (const file of files) {
    const { events, missing } = await summarise(file, () => terminal.write(''));
    const isWhole = file.recording.damage.length === 0 && missing === 0;
    if (!isWhole) isDamaged = true;
    if (isWhole && given.has('quiet')) continue;
    const verdict = { isWhole, events, missing };
    await terminal.write(
      given.has('json') ? jsonLine(file, verdict) : lines(file, verdict, palette.red),
    );
  }
  return exitCode({ hasShown: files.length > 0, hasFailed, isDamaged });
}

interface Verdict {
  readonly isWhole: boolean;
  readonly events: number;
  readonly missing: number;
}

function lines(
  { path, recording }: RecordingFile,
  { isWhole, events, missing }: Verdict,
  alarm: (text: string) => string,
): string {
  const status = isWhole ? 'ok     ' : alarm('damaged');
  const lacking = missing > 0 ? `, ${countOf(missing, 'event')} missing` : '';
  const title = `${status}  ${printable(path)}  ${countOf(events, 'event')}${lacking}\n`;
  const places = recording.damage.map(
    ({ offset, length, what }) =>
      `         at byte ${offset} (${countOf(length, 'byte')}): ${printable(what)}\n`,
  );
  return title + places.join('');
}

function jsonLine(file: RecordingFile, { isWhole, events, missing }: Verdict): string {
  const { path, sizeBytes, recording } = file;
  const status = isWhole ? 'ok' : 'damaged';
  const { damage } = recording;
  return `${jsonValue({ file: path, status, sizeBytes, events, missing, damage })}\n`;
}
