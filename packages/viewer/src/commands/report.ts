/** `ttlog-view report`: one HTML page with all of a recording, for a browser without a network. */

import { basename } from 'node:path';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { printable } from '../format/escape.ts';
import { countOf, sizeText } from '../format/quantity.ts';
import { openInput, reportDamage } from '../input/input.ts';
import { checkDocument, writeDocument } from '../output/document.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Command } from './command.ts';
import { makeReportPage } from './report-page.ts';

export const report: Command = {
  name: 'report',
  summary: 'Make one HTML page of a recording, to look at and to hand on.',
  operands: '[FILE]',
  description: [
    'Writes one file that any browser of today opens, also without a network: summary, histogram ' +
      'by level, threads, spans, patterns and every event, to search and to filter. The page loads ' +
      'nothing, and its policy forbids it to. It holds all that the recording holds: hand it on as ' +
      'carefully.',
    'Without --output the page goes to standard output or, where that is a terminal, to a file ' +
      'with the name of the recording in the current directory.',
  ],
  options: [
    PID_OPTION,
    { name: 'output', short: 'o', value: 'OUT.html', summary: 'Where the page goes.' },
    { name: 'force', short: 'f', summary: 'Replace a file that is there already.' },
    { name: 'utc', summary: 'Times of the summary in UTC instead of local time.' },
  ],
  examples: [
    ['ttlog-view report crash.bin -o crash.html', 'the page of a recording'],
    ['ttlog-view report > newest.html', 'of the newest recording'],
    ['ttlog-view report --pid 4711 -o living.html', 'of a process that still lives'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  if (given.operands.length > 1) throw new UsageError('report takes one recording');
  const { files, hasFailed, isPartial } = await openInput(
    given.operands,
    wantedBy(given),
    terminal,
  );
  if (files.length > 1) {
    throw new UsageError(`report takes one recording; there are ${files.length} here`);
  }
  let isDamaged = isPartial;
  for (const file of files) {
    const path = given.value('output') ?? (terminal.isTerminal ? nameFor(file.path) : undefined);
    if (path !== undefined) checkDocument(path, given.has('force'));
    const { page, events } = await makeReportPage(file, given.has('utc'), terminal);
    if (path === undefined) await terminal.write(page);
    else {
      writeDocument(path, page, given.has('force'));
      const what = `${countOf(events, 'event')}, ${sizeText(page.length)}`;
      await terminal.write(`${printable(path)}  ${what}\n`);
    }
    if (reportDamage(file, terminal)) isDamaged = true;
  }
  return exitCode({ hasShown: files.length > 0, hasFailed, isDamaged });
}

/** `crash.html` for `/var/lib/ttlog/crash.bin`. */
function nameFor(path: string): string {
  const name = path === '-' ? 'report' : basename(path).replace(/\.(?:bin|ring)$/, '');
  return `${name}.html`;
}
