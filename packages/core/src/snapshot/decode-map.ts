/**
 * The maps of a recording, header, footer and preamble, from bytes to their types. Fields that
 * are missing or wrong get harmless values and are named in a sentence for the list of damage.
 */

import { DecodeError } from '../record/decode-error.ts';
import { ValueDecoder } from '../record/decode-value.ts';
import { isPlainObject } from '../record/own-property.ts';
import { TAG_SELF_DESCRIBED } from '../record/tags.ts';
import { FORMAT_VERSION } from './container-layout.ts';
import { RecordingError } from './damage-error.ts';
import { FieldReader } from './field-reader.ts';
import type {
  Losses,
  SegmentPreamble,
  SnapshotFooter,
  SnapshotHeader,
  ThreadInfo,
  TriggerKind,
} from './recording.ts';

const TRIGGER_KINDS: readonly string[] = [
  'request',
  'uncaughtException',
  'unhandledRejection',
  'signal',
  'requestSignal',
  'interval',
  'exit',
  'burst',
  'stall',
  'heap',
  'process-died',
] satisfies TriggerKind[];

const BLACK_BOX_MODES: readonly string[] = ['mirrored', 'mapped', 'off'];

/** Thousands of threads, each with its losses; far more than one logged value may take. */
const HEADER_BUDGET = 1 << 23;
/** A sentence names this many fields at most. */
const MAX_NAMED_FIELDS = 5;

const SELF_DESCRIBED_HEAD: readonly number[] = [
  0xd9,
  TAG_SELF_DESCRIBED >> 8,
  TAG_SELF_DESCRIBED & 0xff,
];

/** A map and what is wrong with it, if anything. */
export interface Decoded<T> {
  value: T;
  complaint: string | null;
}

/** The header. Throws RecordingError for a newer format, DecodeError where no map can be read. */
export function decodeHeader(untrustedBytes: Uint8Array): Decoded<SnapshotHeader> {
  const isTagged = SELF_DESCRIBED_HEAD.every((byte, index) => untrustedBytes[index] === byte);
  const map = decodeMap(untrustedBytes, isTagged ? SELF_DESCRIBED_HEAD.length : 0);
  const wrong: string[] = [];
  const fields = new FieldReader(map, '', wrong);
  const format = fields.number('format');
  if (format > FORMAT_VERSION) {
    throw new RecordingError(
      `the recording is of format version ${format}; this ttlog reads up to ${FORMAT_VERSION}; ` +
        'update ttlog-view',
    );
  }
  const value: SnapshotHeader = {
    format,
    service: fields.text('service'),
    host: fields.text('host'),
    pid: fields.number('pid'),
    ppid: fields.number('ppid'),
    runId: fields.text('runId'),
    node: fields.text('node'),
    platform: fields.text('platform'),
    arch: fields.text('arch'),
    startedAtMs: fields.number('startedAtMs'),
    takenAtMs: fields.number('takenAtMs'),
    clock: toClock(fields.inner('clock')),
    reason: fields.text('reason'),
    trigger: toTrigger(fields, wrong),
    error: fields.get('error') ?? null,
    process: toProcess(fields.inner('process')),
    ring: toRing(fields.inner('ring')),
    blackBox: toBlackBox(fields.inner('blackBox')),
    losses: toLosses(fields.inner('losses')),
    threads: fields
      .list('threads')
      .map((thread, index) => toThread(new FieldReader(thread, `threads.${index}.`, wrong))),
    part: fields.number('part'),
    notes: fields.list('notes').filter((note) => typeof note === 'string'),
  };
  return { value, complaint: complaintOf('header', wrong) };
}

/** The footer. Throws DecodeError where no map can be read. */
export function decodeFooter(untrustedBytes: Uint8Array): Decoded<SnapshotFooter> {
  const wrong: string[] = [];
  const fields = new FieldReader(decodeMap(untrustedBytes, 0), '', wrong);
  const value = {
    segments: fields.number('segments'),
    events: fields.number('events'),
    bytes: fields.number('bytes'),
    checksum: fields.number('checksum'),
  };
  return { value, complaint: complaintOf('footer', wrong) };
}

/** The preamble at `start` of a segment item, and where it ends. Throws DecodeError. */
export function decodePreamble(
  untrustedBytes: Uint8Array,
  start: number,
): Decoded<SegmentPreamble> & { end: number } {
  const decoder = new ValueDecoder(untrustedBytes, start);
  decoder.allowsWideIntegers = true;
  const map = decoder.read();
  const wrong: string[] = [];
  const fields = new FieldReader(map, '', wrong);
  const value = {
    thread: fields.number('thread'),
    row: fields.number('row'),
    pool: fields.number('pool'),
    generation: fields.number('generation'),
    ticket: fields.bigint('ticket'),
    firstEvent: fields.bigint('firstEvent'),
    baseNs: fields.bigint('baseNs'),
    wallMs: fields.number('wallMs'),
  };
  return { value, complaint: complaintOf('preamble of a segment', wrong), end: decoder.position };
}

function decodeMap(untrustedBytes: Uint8Array, start: number): unknown {
  const decoder = new ValueDecoder(untrustedBytes, start);
  decoder.allowsWideIntegers = true;
  decoder.budget = HEADER_BUDGET;
  const map = decoder.read();
  if (!isPlainObject(map)) throw new DecodeError('a map is missing', start);
  if (decoder.position !== decoder.end) {
    throw new DecodeError('more than a map is there', decoder.position);
  }
  return map;
}

function complaintOf(name: string, wrong: readonly string[]): string | null {
  if (wrong.length === 0) return null;
  const named = wrong.slice(0, MAX_NAMED_FIELDS).join(', ');
  const others = wrong.length - MAX_NAMED_FIELDS;
  return `fields of the ${name} are missing or wrong: ${named}${others > 0 ? `, ${others} more` : ''}`;
}

function toClock(fields: FieldReader): SnapshotHeader['clock'] {
  return { monoNs: fields.bigint('monoNs'), wallMs: fields.number('wallMs') };
}

function toTrigger(fields: FieldReader, wrong: string[]): SnapshotHeader['trigger'] {
  const trigger = fields.get('trigger');
  const inner = new FieldReader(trigger, 'trigger.', wrong);
  return {
    ...(isPlainObject(trigger) ? trigger : {}),
    kind: inner.oneOf('kind', TRIGGER_KINDS, 'request') as TriggerKind,
    thread: inner.number('thread'),
  };
}

function toProcess(fields: FieldReader): SnapshotHeader['process'] {
  return {
    uptimeMs: fields.number('uptimeMs'),
    memory: fields.numbers('memory'),
    resourceUsage: fields.numbers('resourceUsage'),
    eventLoopDelayMs: fields.numberOrNull('eventLoopDelayMs'),
  };
}

function toRing(fields: FieldReader): SnapshotHeader['ring'] {
  return {
    bytes: fields.number('bytes'),
    segmentBytes: fields.number('segmentBytes'),
    segments: fields.number('segments'),
  };
}

function toBlackBox(fields: FieldReader): SnapshotHeader['blackBox'] {
  const mode = fields.oneOf('mode', BLACK_BOX_MODES, 'off');
  return { mode: mode as SnapshotHeader['blackBox']['mode'], reason: fields.text('reason') };
}

function toLosses(fields: FieldReader): Losses {
  return {
    ...toThreadLosses(fields),
    lapped: fields.number('lapped'),
    beforeStart: fields.number('beforeStart'),
  };
}

function toThread(fields: FieldReader): ThreadInfo {
  return {
    row: fields.number('row'),
    id: fields.number('id'),
    name: fields.text('name'),
    parent: fields.numberOrNull('parent'),
    startedAtMs: fields.number('startedAtMs'),
    end: fields.get('end') === null ? null : toEnd(fields.inner('end')),
    attempted: fields.number('attempted'),
    losses: toThreadLosses(fields.inner('losses')),
  };
}

function toEnd(fields: FieldReader): ThreadInfo['end'] {
  const kind = fields.oneOf('kind', ['exited', 'vanished'], 'vanished');
  return { kind: kind as 'exited' | 'vanished', exitCode: fields.numberOrNull('exitCode') };
}

function toThreadLosses(fields: FieldReader): ThreadInfo['losses'] {
  return {
    overwritten: fields.number('overwritten'),
    refused: fields.number('refused'),
    tooLarge: fields.number('tooLarge'),
    cut: fields.number('cut'),
    torn: fields.number('torn'),
    lagged: fields.number('lagged'),
  };
}
