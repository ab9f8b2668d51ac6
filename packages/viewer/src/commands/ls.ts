/** `ttlog-view ls`: the recordings of a directory, newest last, one line each. */

import { hostname } from 'node:os';
import type { SnapshotHeader } from 'ttlog/reader';
import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import { summarise } from '../digest/summary.ts';
import { instantText, isoInstant } from '../format/clock.ts';
import { choosePalette, type Palette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { jsonValue } from '../format/json-value.ts';
import { countText, sizeText } from '../format/quantity.ts';
import { type Column, tableText } from '../format/table.ts';
import { isBoxName } from '../input/find-recordings.ts';
import { openInput } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { Command } from './command.ts';

/** Named below the table. */
const MAX_HOSTS = 5;

const OPTIONS: readonly OptionSpec[] = [
  { name: 'json', short: 'j', summary: 'One JSON object a recording and line.' },
  { name: 'utc', summary: 'Show times in UTC instead of local time.' },
];

export const ls: Command = {
  name: 'ls',
  summary: 'List recordings, newest last.',
  operands: '[DIR|FILE|GLOB…]',
  description: [
    'Lists recordings by the time at which they were taken. Without an argument, those in ' +
      'TTLOG_SNAPSHOT_DIR or the default directory. Each is read in full, so that its status is ' +
      'true. Black boxes are listed as well, as living or dead; see ttlog-view help recover. ' +
      'Those of other hosts are counted below the table.',
  ],
  options: OPTIONS,
  examples: [
    ['ttlog-view ls', 'the default directory'],
    ['ttlog-view ls /var/lib/ttlog --json | jq -r .file', 'file names alone'],
  ],
  run,
};

interface Listed {
  readonly file: string;
  readonly takenAtMs: number;
  readonly service: string | null;
  readonly pid: number | null;
  readonly reason: string | null;
  readonly trigger: string | null;
  readonly events: number | null;
  readonly sizeBytes: number;
  readonly status: 'ok' | 'living' | 'dead' | 'damaged' | 'unreadable';
}

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const colours = choosePalette(given.value('color'), terminal);
  const { files, unopened, hasFailed, isPartial } = await openInput(
    given.operands,
    { fallback: 'all', kind: 'both' },
    terminal,
  );
  const rows = unopened.map(listUnopened);
  for (const file of files) {
    rows.push(await listFile(file, terminal));
  }
  rows.sort((left, right) => left.takenAtMs - right.takenAtMs || compare(left.file, right.file));
  if (given.has('json')) await terminal.write(rows.map(jsonRow).join(''));
  else if (rows.length > 0) {
    await terminal.write(tableOf(rows, given.has('utc'), colours) + foreignLine(files));
  }
  const isDamaged = isPartial || rows.some(({ status }) => status === 'damaged');
  return exitCode({ hasShown: rows.length > 0, hasFailed, isDamaged });
}

async function listFile(file: RecordingFile, terminal: Terminal): Promise<Listed> {
  const { events } = await summarise(file, () => terminal.write(''));
  const { header, damage } = file.recording;
  return {
    file: file.path,
    takenAtMs: Number.isFinite(header.takenAtMs) ? header.takenAtMs : 0,
    service: header.service,
    pid: header.pid,
    reason: header.reason,
    trigger: header.trigger.kind,
    events,
    sizeBytes: file.sizeBytes,
    status: damage.length > 0 ? 'damaged' : isBoxName(file.path) ? boxStatus(header) : 'ok',
  };
}

/** Of black boxes that no start on this host recovers. */
function foreignLine(files: readonly RecordingFile[]): string {
  const hosts = files
    .filter(({ path }) => isBoxName(path))
    .map(({ recording }) => recording.header.host);
  const foreign = hosts.filter((host) => host !== '' && host !== hostname());
  if (foreign.length === 0) return '';
  const names = [...new Set(foreign)].sort().slice(0, MAX_HOSTS).map(printable).join(', ');
  return `Black boxes of other hosts: ${foreign.length} (${names}); see ttlog-view help recover\n`;
}

function boxStatus({ reason }: SnapshotHeader): 'living' | 'dead' {
  return reason === 'living' ? 'living' : 'dead';
}

function listUnopened({ path, sizeBytes }: { path: string; sizeBytes: number }): Listed {
  return {
    file: path,
    takenAtMs: 0,
    service: null,
    pid: null,
    reason: null,
    trigger: null,
    events: null,
    sizeBytes,
    status: 'unreadable',
  };
}

function jsonRow({ takenAtMs, ...row }: Listed): string {
  const takenAt = row.status === 'unreadable' ? null : isoInstant(takenAtMs);
  return `${jsonValue({ takenAt, ...row })}\n`;
}

const COLUMNS: readonly Column[] = [
  { heading: 'TAKEN', align: 'left' },
  { heading: 'SERVICE', align: 'left' },
  { heading: 'PID', align: 'right' },
  { heading: 'REASON', align: 'left' },
  { heading: 'EVENTS', align: 'right' },
  { heading: 'SIZE', align: 'right' },
  { heading: 'STATUS', align: 'left' },
  { heading: 'FILE', align: 'left' },
];
const STATUS_COLUMN = 6;

function tableOf(rows: readonly Listed[], utc: boolean, colours: Palette): string {
  const cells = rows.map((row) => [
    row.status === 'unreadable' ? '-' : instantText(row.takenAtMs, utc),
    printable(row.service ?? '-'),
    row.pid === null ? '-' : String(row.pid),
    printable(row.reason || row.trigger || '-'),
    row.events === null ? '-' : countText(row.events),
    sizeText(row.sizeBytes),
    row.status,
    printable(row.file),
  ]);
  return tableText(COLUMNS, cells, colours, (text, row, column) => {
    if (column !== STATUS_COLUMN) return text;
    const { status } = rows[row];
    return status === 'ok' || status === 'living' ? colours.green(text) : colours.red(text);
  });
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
