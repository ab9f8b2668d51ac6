/** `ttlog-view recover`: makes recordings of the black boxes of dead processes. */

import { recoverBlackBox } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { printable } from '../format/escape.ts';
import { jsonValue } from '../format/json-value.ts';
import { countText } from '../format/quantity.ts';
import { findRecordings } from '../input/find-recordings.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Command } from './command.ts';

export const recover: Command = {
  name: 'recover',
  summary: 'Make recordings of what processes left that were killed.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'A process that is killed writes no recording. It leaves a black box (.ring), unless that is ' +
      'switched off, of which the next start of the service makes a recording. This does it by hand, ' +
      'and removes the black box once its recording is on the disk. Without an argument it takes all ' +
      'in TTLOG_SNAPSHOT_DIR or the default directory.',
    'The black box of a process that may live is left alone; cat and info show it. That of another ' +
      'host or container is recovered as well, once nobody has written to it for 10 s: where a ' +
      'process elsewhere may be suspended, name files and not the directory.',
  ],
  options: [{ name: 'json', short: 'j', summary: 'One JSON object a black box and line.' }],
  examples: [
    ['ttlog-view recover', 'all in the default directory'],
    ['ttlog-view recover /var/lib/ttlog --json', 'all of a directory, one object each'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const wanted = { fallback: 'all', kind: 'boxes' } as const;
  const found = await findRecordings(given.operands, terminal.environment, wanted);
  for (const message of [...found.failures, ...found.vacancies]) terminal.report(message);
  let hasShown = false;
  let hasFailed = found.failures.length > 0;
  for (const box of found.paths) {
    const result = recoverBlackBox(box);
    if (result.path !== null) hasShown = true;
    else if (!result.mayLive) hasFailed = true;
    if (given.has('json')) await terminal.write(`${jsonValue(resultObject(box, result))}\n`);
    else if (result.path === null) terminal.report(namedText(box, result.error.message));
    else {
      const events = `${countText(result.events)} ${result.events === 1 ? 'event' : 'events'}`;
      await terminal.write(`${printable(result.path)}  ${events}\n`);
    }
  }
  return exitCode({ hasShown, hasFailed, isDamaged: false });
}

function namedText(blackBox: string, what: string): string {
  return what.includes(blackBox) ? what : `${blackBox}: ${what}`;
}

function resultObject(blackBox: string, result: ReturnType<typeof recoverBlackBox>): object {
  if (result.path !== null) {
    return { blackBox, status: 'recovered', file: result.path, events: result.events };
  }
  const { error, mayLive } = result;
  return { blackBox, status: mayLive ? 'living' : 'failed', file: null, error: error.message };
}
