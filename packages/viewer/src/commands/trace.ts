/** `ttlog-view trace`: the traces of recordings, as a list, or one as a tree. */

import { existsSync } from 'node:fs';
import type { Recording } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { findInFlight, type InFlight, takenNs } from '../digest/in-flight.ts';
import { spansOfFiles } from '../digest/spans-of-files.ts';
import { growTrees, type TraceNode, type TraceTree } from '../digest/trace-tree.ts';
import { isoClock } from '../format/clock.ts';
import { choosePalette } from '../format/colour.ts';
import { inFlightText } from '../format/in-flight-text.ts';
import { jsonValue } from '../format/json-value.ts';
import { traceListText, traceText } from '../format/trace-text.ts';
import { openInput, reportDamage } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import { BATCH_UNITS, type Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import { parseDurationNs } from '../select/time-expression.ts';
import type { Command } from './command.ts';

/** An ID, or as much of its beginning as tells it apart. */
const ID = /^[0-9a-f]{4,32}$/i;
/** Log events that a tree shows; the first ones of a trace that has more. */
const MAX_EVENTS = 50_000;
const ERROR_SEVERITY = 17;

export const trace: Command = {
  name: 'trace',
  summary: 'Show traces: a list, or one as a tree with its events.',
  operands: '[ID] [FILE|DIR|GLOB…]',
  description: [
    'Lists the traces of a recording, or shows the one that ID names or begins, or the only one, as ' +
      'a tree: when each span began after the first, how long it took, the log events and the ' +
      'events of spans in their places. * marks the critical path, what the trace waited for. A span ' +
      'that had not ended when the process died is marked, with the time it had taken by then. Spans of ' +
      'several recordings are put together by their ids.',
    'Spans come into a recording by @ttlog/tracing. Below them stands what the taps of ttlog/register ' +
      'saw begin and not end: requests, child processes, workers. With --json that is an object with ' +
      'operation in place of traceId.',
  ],
  options: [
    PID_OPTION,
    { name: 'slow', value: 'TIME', summary: 'Only traces that took at least so long: 100ms, 2s.' },
    { name: 'errors', summary: 'Only traces with a failed span or an event of level error.' },
    { name: 'json', short: 'j', summary: 'One JSON object a trace and line, with its spans.' },
    { name: 'utc', summary: 'Show times in UTC instead of local time.' },
  ],
  examples: [
    ['ttlog-view trace', 'the traces of the newest recording'],
    ['ttlog-view trace 4bf92f crash.bin', 'one of them as a tree'],
    ['ttlog-view trace crash.bin --slow 100ms --errors', 'the slow ones that failed'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const slowNs = parseSlow(given.value('slow'));
  const [first] = given.operands;
  const id = first !== undefined && ID.test(first) && !existsSync(first) ? first : undefined;
  const operands = id === undefined ? given.operands : given.operands.slice(1);
  const wanted = wantedBy(given.withOperands(operands));
  const palette = choosePalette(given.value('color'), terminal);
  const { files, hasFailed, isPartial } = await openInput(operands, wanted, terminal);
  const trees = growTrees(spansOfFiles(files)).filter(
    ({ traceId, startNs, endNs }) =>
      (id === undefined || traceId.startsWith(id.toLowerCase())) && endNs - startNs >= slowNs,
  );
  placeEvents(trees, files);
  const shown = given.has('errors') ? trees.filter(({ errorCount }) => errorCount > 0) : trees;
  const isAny = id === undefined && !given.has('errors');
  const inFlight = isAny ? findInFlight(files).filter((one) => takenNs(one) >= slowNs) : [];
  const utc = given.has('utc');
  const hasShown = shown.length > 0 || inFlight.length > 0;
  if (!hasShown) terminal.report(noneText(id, files));
  else if (given.has('json')) await write(jsonLines(shown, inFlight), terminal);
  else {
    if (shown.length === 1) await write(traceText(shown[0], palette, utc), terminal);
    else if (shown.length > 1) await terminal.write(traceListText(shown, palette, utc));
    if (shown.length > 0 && inFlight.length > 0) await terminal.write('\n');
    if (inFlight.length > 0) await terminal.write(inFlightText(inFlight, palette, utc));
  }
  let isDamaged = isPartial;
  for (const file of files) if (reportDamage(file, terminal)) isDamaged = true;
  return exitCode({ hasShown, hasFailed, isDamaged });
}

function parseSlow(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const ns = parseDurationNs(text);
  if (ns === undefined) throw new UsageError(`--slow takes a time such as 100ms, not "${text}"`);
  return ns;
}

/** Log events into their spans; those of several recordings of a process once. */
function placeEvents(trees: readonly TraceTree[], files: readonly RecordingFile[]): void {
  const byId = new Map(trees.map((tree) => [tree.traceId, tree]));
  const counts = new Map<TraceTree, number>();
  const seen = new Map<string, Recording>();
  for (const { recording } of files) {
    for (const event of recording.events()) {
      const tree = event.traceId === undefined ? undefined : byId.get(event.traceId);
      if (tree === undefined || event.kind !== 'log') continue;
      if (files.length > 1) {
        const key = `${event.thread.id} ${event.timeNs} ${recording.header.runId} ${event.message}`;
        const first = seen.get(key);
        // Two within one recording are two: a log of other tools has no more than milliseconds.
        if (first !== undefined && first !== recording) continue;
        seen.set(key, recording);
      }
      if (event.severity >= ERROR_SEVERITY) tree.errorCount++;
      const count = counts.get(tree) ?? 0;
      if (count >= MAX_EVENTS) continue;
      counts.set(tree, count + 1);
      const node = tree.nodes.get(event.spanId ?? '');
      (node?.events ?? tree.strayEvents).push(event);
    }
  }
}

function noneText(id: string | undefined, files: readonly RecordingFile[]): string {
  if (files.length === 0) return 'no recording to look for traces in';
  return id === undefined ? 'no such trace in the recording' : `no trace begins with ${id}`;
}

async function write(pieces: Iterable<string>, terminal: Terminal): Promise<void> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < BATCH_UNITS) continue;
    await terminal.write(text);
    text = '';
  }
  await terminal.write(text);
}

function* jsonLines(trees: readonly TraceTree[], inFlight: readonly InFlight[]): Generator<string> {
  const iso = isoClock();
  for (const tree of trees) {
    const spans = Array.from(tree.nodes.values(), (node) => spanObject(node, iso));
    yield `${jsonValue({
      traceId: tree.traceId,
      root: tree.roots[0].span.name,
      startTime: iso(tree.startNs),
      durationMs: Number(tree.endNs - tree.startNs) / 1e6,
      errors: tree.errorCount,
      unfinished: tree.unfinishedCount,
      spans,
    })}\n`;
  }
  for (const operation of inFlight) {
    const { timeNs, thread, logger, fields, context } = operation.begin;
    yield `${jsonValue({
      operation: operation.what,
      logger,
      thread: thread.id,
      startTime: iso(timeNs),
      endTime: null,
      durationMs: Number(takenNs(operation)) / 1e6,
      fields,
      context,
    })}\n`;
  }
}

function spanObject(node: TraceNode, iso: (ns: bigint) => string): object {
  const { span, endNs, isCritical, events } = node;
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    name: span.name,
    kind: ['internal', 'server', 'client', 'producer', 'consumer'][span.kind],
    scope: span.scope,
    startTime: iso(span.startNs),
    endTime: span.endNs === null ? null : iso(span.endNs),
    durationMs: Number(endNs - span.startNs) / 1e6,
    critical: isCritical,
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, timeNs, attributes }) => ({
      name,
      time: iso(timeNs),
      attributes,
    })),
    links: span.links,
    ...(span.dropped && { dropped: span.dropped }),
    logs: events.map(({ timeNs, level, logger, message, fields }) => ({
      time: iso(timeNs),
      level,
      logger,
      msg: message,
      fields,
    })),
  };
}
