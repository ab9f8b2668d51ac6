import {
  Mark,
  type RecordedEvent,
  type WritableEvent,
  walkEvents,
  writeRecording,
} from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { tag } from '../../../core/test/formats/cbor-bytes.ts';
import { eventOf, recording } from '../../../core/test/formats/recording-bytes.ts';
import { palette } from '../../src/format/colour.ts';
import { CLOCK_MODES } from '../../src/format/event-clock.ts';
import type { EventLines } from '../../src/format/event-lines.ts';
import { JsonLines } from '../../src/format/json-lines.ts';
import { jsonlFormat } from '../../src/format/jsonl.ts';
import { prettyFormat } from '../../src/format/pretty.ts';
import { PrettyLines } from '../../src/format/pretty-lines.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { goldenRecording } from '../golden-recording.ts';
import { openRecordingFile, SAMPLE_NS, sampleError } from '../sample.ts';

interface Both {
  readonly byBytes: EventLines;
  readonly byObjects: (event: RecordedEvent, file: RecordingFile) => string;
}

const NAMES = { traceId: 'time', spanId: 'port', flags: 'route' };

/** Each format both ways, for a file. */
const FORMATS: readonly (readonly [name: string, make: (file: RecordingFile) => Both])[] = [
  ['jsonl', () => ({ byBytes: new JsonLines(), byObjects: jsonlFormat() })],
  [
    'jsonl with other names for a trace',
    () => ({ byBytes: new JsonLines(NAMES), byObjects: jsonlFormat(NAMES) }),
  ],
  ...CLOCK_MODES.flatMap((mode) =>
    [true, false].map((isColoured) => {
      const make = (file: RecordingFile): Both => {
        const options = { palette: palette(isColoured), utc: true, mode, files: [file] };
        return { byBytes: new PrettyLines(options), byObjects: prettyFormat(options) };
      };
      return [`pretty ${mode}${isColoured ? ' in colour' : ''}`, make] as const;
    }),
  ),
];

function byObjects(file: RecordingFile, { byObjects: format }: Both): string[] {
  return Array.from(file.recording.events(), (event) => format(event, file));
}

function byBytes(file: RecordingFile, { byBytes: format }: Both): string[] {
  const walk = walkEvents(file.recording)!;
  const made: string[] = [];
  while (walk.next()) {
    expect(format.add(walk, file)).toBe(true);
    made.push(format.lines.bytes.toString('utf8', 0, format.lines.length));
    format.lines.length = 0;
  }
  return made;
}

const WORKER = { id: 3, name: 'resize "it"' };
const TRACE = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };

const VALUES: readonly unknown[] = [
  ...[0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -25, -(2 ** 40)],
  ...[-0, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 1e300, 7n, -(2n ** 80n)],
  ...[
    '',
    'plain',
    'q"uote',
    'back\\slash',
    'new\nline',
    '\x7f',
    '\x1b[0m',
    'größe',
    '日本',
    '\ud800',
  ],
  ...['x'.repeat(23), 'x'.repeat(24), 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(8000)],
  ...[true, false, null, undefined, new Date(5), new Date(Number.NaN), Symbol.iterator.toString()],
  ...[[], [1, ['a']], {}, { a: { b: 1n } }, new Set([1]), new Map([[1, 2]]), Uint8Array.of(1, 2)],
  ...[sampleError('boom', { code: 7, cause: 'why' }), new Mark('cut', '', 'begin', 900)],
];

const FIELDS: readonly { [key: string]: unknown }[] = [
  ...VALUES.map((x) => ({ x })),
  Object.fromEntries(VALUES.map((value, index) => [`v${index}`, value])),
  // Names of ours, names that an object puts first, names with a meaning of their own.
  { time: 1, msg: 2, 'fields.a': 3, 'context.b': 4, trace_id: 5, traceId: 6, kind: 7 },
  { b: 1, 7: 2, a: 3, 1: 4 },
  JSON.parse('{"__proto__":{"polluted":1},"constructor":2}'),
  { 'odd "key"\n': 1, '': 2, größe: 3 },
];

const CONTEXTS: readonly { [key: string]: unknown }[] = [
  {},
  { requestId: 'r-1', x: 'hidden by a field', level: 'ours', 'a"b': [1] },
];

function everyKindOfEvent(): WritableEvent[] {
  const events: WritableEvent[] = [];
  for (const fields of FIELDS) {
    for (const context of CONTEXTS) {
      const index = events.length;
      events.push({
        // Beyond a second now and then, and with few digits.
        timeNs: SAMPLE_NS + BigInt(index) * 130_000_007n,
        severity: 1 + (index % 24),
        kind: (['log', 'log', 'span-start', 'span-end'] as const)[index % 4],
        logger: index % 3 === 0 ? '' : 'http "x"',
        message: `message ${index % 5} é`,
        fields,
        context,
        ...(index % 2 === 0 ? TRACE : {}),
        ...(index % 7 === 0 ? { thread: WORKER } : {}),
      });
    }
  }
  return events;
}

describe.each(FORMATS)('%s', (name, make) => {
  it('is what objects would give, for every kind of value and key', () => {
    const file = openRecordingFile(writeRecording({ events: everyKindOfEvent() }));
    const lines = byBytes(file, make(file));
    expect(lines).toEqual(byObjects(file, make(file)));
    expect(lines).toHaveLength(FIELDS.length * CONTEXTS.length);
    if (name === 'jsonl') for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(file.recording.damage).toEqual([]);
  });

  it('is what objects would give, for the golden recording', () => {
    const file = openRecordingFile(goldenRecording());
    expect(byBytes(file, make(file))).toEqual(byObjects(file, make(file)));
  });

  it('has nothing for an event that cannot be read, and goes on behind it', () => {
    // A tag that is none of ours, in a record that is well-formed; first, so that it takes no rule.
    const records = [eventOf(['a', tag(999, 1)], 1), eventOf('second', 2), eventOf('third', 3)];
    const file = openRecordingFile(recording({ segments: [{ records }] }));
    const walk = walkEvents(file.recording)!;
    const { byBytes: format } = make(file);
    const added: boolean[] = [];
    while (walk.next()) added.push(format.add(walk, file));
    expect(added).toEqual([false, true, true]);
    const text = format.lines.bytes.toString('utf8', 0, format.lines.length);
    expect(text).toBe(byObjects(file, make(file)).join(''));
    expect(file.recording.damage[0].what).toContain('holds an event that cannot be read');
  });
});
