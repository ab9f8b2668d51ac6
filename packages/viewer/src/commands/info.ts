/** `ttlog-view info`: what a recording is, on a card or as JSON. */

import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { countEvents, type Summary, timeSpanOf } from '../digest/summary.ts';
import { cardHead, cardRest } from '../format/card.ts';
import { isoClock, isoInstant } from '../format/clock.ts';
import { choosePalette, type Palette } from '../format/colour.ts';
import { jsonValue } from '../format/json-value.ts';
import { openInput } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { Command } from './command.ts';

export const info: Command = {
  name: 'info',
  summary: 'Show what a recording is: why, when, who, threads, losses.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'Shows a card of each recording; without an argument, of the newest one in ' +
      'TTLOG_SNAPSHOT_DIR or the default directory. For every thread: attempted = in file + ' +
      'overwritten + refused + too large. What is counted comes last. Values are not looked at: ' +
      'see check.',
  ],
  options: [
    PID_OPTION,
    { name: 'json', short: 'j', summary: 'One JSON object a recording and line.' },
    { name: 'utc', summary: 'Show times in UTC instead of local time.' },
  ],
  examples: [
    ['ttlog-view info', 'the newest recording'],
    ['ttlog-view info crash.bin --json | jq .losses', 'its losses'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const colours = choosePalette(given.value('color'), terminal);
  const { files, hasFailed, isPartial } = await openInput(
    given.operands,
    wantedBy(given),
    terminal,
  );
  let isDamaged = isPartial;
  for (const [index, file] of files.entries()) {
    await (given.has('json')
      ? showObject(file, terminal)
      : showCard(file, terminal, { colours, utc: given.has('utc'), isFirst: index === 0 }));
    if (file.recording.damage.length > 0) isDamaged = true;
  }
  return exitCode({ hasShown: files.length > 0, hasFailed, isDamaged });
}

interface CardLook {
  readonly colours: Palette;
  readonly utc: boolean;
  readonly isFirst: boolean;
}

/** What is known at once comes at once: to count millions of events takes a second. */
async function showCard(
  file: RecordingFile,
  terminal: Terminal,
  { colours, utc, isFirst }: CardLook,
): Promise<void> {
  const head = cardHead(file, timeSpanOf(file.recording), colours, utc);
  await terminal.write(isFirst ? head : `\n${head}`);
  const summary = await countEvents(file, () => terminal.write(''));
  await terminal.write(cardRest(file, summary, colours));
}

async function showObject(file: RecordingFile, terminal: Terminal): Promise<void> {
  const summary = await countEvents(file, () => terminal.write(''));
  await terminal.write(`${jsonValue(infoObject(file, summary))}\n`);
}

function infoObject({ path, sizeBytes, recording }: RecordingFile, summary: Summary): object {
  const { header, threads, losses, damage } = recording;
  const iso = isoClock();
  return {
    file: path,
    sizeBytes,
    status: damage.length > 0 ? 'damaged' : 'ok',
    format: header.format,
    service: header.service,
    host: header.host,
    pid: header.pid,
    ppid: header.ppid,
    runId: header.runId,
    node: header.node,
    platform: header.platform,
    arch: header.arch,
    reason: header.reason,
    trigger: header.trigger,
    error: header.error,
    part: header.part,
    startedAt: isoInstant(header.startedAtMs),
    takenAt: isoInstant(header.takenAtMs),
    firstEventAt: summary.firstNs === null ? null : iso(summary.firstNs),
    lastEventAt: summary.lastNs === null ? null : iso(summary.lastNs),
    events: summary.events,
    eventsByLevel: summary.byLevel,
    missing: summary.missing,
    losses,
    process: header.process,
    ring: header.ring,
    blackBox: header.blackBox,
    threads: threads.map(({ startedAtMs, ...thread }) => ({
      ...thread,
      startedAt: isoInstant(startedAtMs),
      inFile: summary.byThread.get(thread.id) ?? 0,
    })),
    notes: header.notes,
    damage,
  };
}
