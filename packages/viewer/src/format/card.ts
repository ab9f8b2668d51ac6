/**
 * The card of one recording for `info`: why, when, who, threads, losses. Its head needs no count of the
 * events, so that it can be shown before they are counted.
 */

import { LEVELS, type SnapshotHeader } from 'ttlog/reader';
import type { Summary, TimeSpan } from '../digest/summary.ts';
import type { RecordingFile } from '../recording-file.ts';
import { instantText } from './clock.ts';
import type { Palette } from './colour.ts';
import { causeText, deathLines, isCrash, lossText } from './ending.ts';
import { printable } from './escape.ts';
import { incidentLines } from './incident.ts';
import { countOf, countText, durationText, sizeText } from './quantity.ts';
import { processLabel, threadLabel } from './source-label.ts';
import { type Column, tableText } from './table.ts';

const MS_NS = 1_000_000n;
/** Width of the terms in front of the card's lines. */
const TERM_WIDTH = 11;
/** Threads and damaged places listed; `--json` has all. */
const MAX_LISTED = 50;

export function cardText(
  file: RecordingFile,
  summary: Summary,
  palette: Palette,
  utc: boolean,
): string {
  return cardHead(file, summary, palette, utc) + cardRest(file, summary, palette);
}

/** Why, when and who. */
export function cardHead(
  file: RecordingFile,
  span: TimeSpan,
  palette: Palette,
  utc: boolean,
): string {
  const { header } = file.recording;
  const title = `${processLabel(file)}: ${causeText(file)}`;
  const lines = [isCrash(header) ? palette.alarm(title) : palette.bold(title)];
  lines.push(...deathLines(header.error, palette), ...incidentLines(header.trigger), '');
  for (const row of [...whenRows(file, span, utc), ...whoRows(file)]) {
    lines.push(rowText(row, palette));
  }
  return `${lines.join('\n')}\n`;
}

/** What is there and what is not. */
export function cardRest(file: RecordingFile, summary: Summary, palette: Palette): string {
  const { header, damage } = file.recording;
  const lines = eventRows(file, summary).map((row) => rowText(row, palette));
  for (const note of header.notes) lines.push(rowText(['note', printable(String(note))], palette));
  for (const { offset, length, what } of damage.slice(0, MAX_LISTED)) {
    const where = `at byte ${countText(offset)} (${countOf(length, 'byte')})`;
    lines.push(`${palette.red('damage'.padEnd(TERM_WIDTH))} ${where}: ${printable(what)}`);
  }
  if (damage.length > MAX_LISTED) lines.push(`… and ${damage.length - MAX_LISTED} more`);
  return `${lines.join('\n')}\n\n${threadTable(file, summary, palette)}`;
}

type Row = readonly [term: string, text: string];

function rowText([term, text]: Row, { dim }: Palette): string {
  return `${dim(term.padEnd(TERM_WIDTH))} ${text}`;
}

function whenRows({ recording: { header } }: RecordingFile, span: TimeSpan, utc: boolean): Row[] {
  const rows: Row[] = [['taken', instantText(header.takenAtMs, utc)]];
  rows.push(['started', instantText(header.startedAtMs, utc)]);
  rows.push(['uptime', durationText(header.process.uptimeMs)]);
  const { firstNs, lastNs } = span;
  if (firstNs === null || lastNs === null) return rows;
  const spanText = durationText(Number(lastNs - firstNs) / 1e6);
  const lastMs = Number(lastNs / MS_NS);
  const gap = header.takenAtMs - lastMs;
  const beforeTaken = gap >= 0 ? `, ${durationText(gap)} before it was taken` : '';
  rows.push(['first event', instantText(Number(firstNs / MS_NS), utc)]);
  rows.push(['last event', `${instantText(lastMs, utc)}${beforeTaken}; ${spanText} in all`]);
  return rows;
}

function whoRows({ path, sizeBytes, recording: { header } }: RecordingFile): Row[] {
  const { memory, eventLoopDelayMs } = header.process;
  const rows: Row[] = [
    ['file', `${printable(path)} (${sizeText(sizeBytes)})`],
    ['host', printable(header.host)],
    ['process', `pid ${header.pid}, parent ${header.ppid}, run ${printable(header.runId)}`],
    ...runtimeRow(header),
  ];
  const sizes = Object.entries(memory).map(
    ([name, bytes]) => `${printable(name)} ${sizeText(bytes)}`,
  );
  if (sizes.length > 0) rows.push(['memory', sizes.join(', ')]);
  if (eventLoopDelayMs !== null) rows.push(['loop delay', durationText(eventLoopDelayMs)]);
  return rows;
}

/** Nothing of a plain log, which knows nothing of it. */
function runtimeRow({ node, platform, arch }: SnapshotHeader): Row[] {
  if (node === '') return [];
  return [['runtime', printable(`Node ${node}, ${platform} ${arch}`)]];
}

function eventRows({ recording: { header, losses } }: RecordingFile, summary: Summary): Row[] {
  const levels = LEVELS.filter((level) => summary.byLevel[level] > 0)
    .map((level) => `${level} ${countText(summary.byLevel[level])}`)
    .reverse();
  const { ring, blackBox } = header;
  const counted = [countText(summary.events), levels.join(', ')].filter((text) => text !== '');
  const rows: Row[] = [['events', counted.join(': ')]];
  rows.push(['lost', lossText(losses) || 'nothing']);
  if (summary.missing > 0) {
    rows.push(['missing', `${countOf(summary.missing, 'event')} that the file should hold`]);
  }
  const segments = `${countOf(ring.segments, 'segment')} of ${sizeText(ring.segmentBytes)}`;
  rows.push(['ring', `${sizeText(ring.bytes)}, ${segments}`]);
  const reason = blackBox.reason === '' ? '' : ` (${printable(blackBox.reason)})`;
  rows.push(['black box', printable(blackBox.mode) + reason]);
  if (header.part > 1) {
    const { followedMs } = header.trigger;
    const within = typeof followedMs === 'number' ? ` within ${durationText(followedMs)}` : '';
    rows.push(['part', `${header.part}: with what followed${within}`]);
  }
  return rows;
}

const THREAD_COLUMNS: readonly Column[] = [
  { heading: 'THREAD', align: 'left' },
  { heading: 'ID', align: 'right' },
  { heading: 'STARTED', align: 'right' },
  { heading: 'END', align: 'left' },
  { heading: 'ATTEMPTED', align: 'right' },
  { heading: 'IN FILE', align: 'right' },
  { heading: 'OVERWRITTEN', align: 'right' },
  { heading: 'REFUSED', align: 'right' },
  { heading: 'TOO LARGE', align: 'right' },
  { heading: 'CUT', align: 'right' },
  { heading: 'TORN', align: 'right' },
];

function threadTable({ recording }: RecordingFile, summary: Summary, palette: Palette): string {
  const { threads, header } = recording;
  const rows = threads.slice(0, MAX_LISTED).map((thread) => {
    const { losses, end } = thread;
    const exit = end?.exitCode ?? null;
    return [
      threadLabel(thread, threads),
      String(thread.id),
      `+${durationText(thread.startedAtMs - header.startedAtMs)}`,
      end === null ? 'living' : printable(end.kind) + (exit === null ? '' : ` ${exit}`),
      countText(thread.attempted),
      countText(summary.byThread.get(thread.id) ?? 0),
      countText(losses.overwritten),
      countText(losses.refused),
      countText(losses.tooLarge),
      countText(losses.cut),
      countText(losses.torn),
    ];
  });
  const hidden = threads.length - rows.length;
  const more = hidden > 0 ? `… and ${countOf(hidden, 'more thread')}; --json has all\n` : '';
  return tableText(THREAD_COLUMNS, rows, palette) + more;
}
