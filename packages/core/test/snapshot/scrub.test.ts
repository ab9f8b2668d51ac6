// What the scrubber takes out of an event and of a header by path and by key, and what it leaves.

import { expect, test } from 'vitest';
import { openRecording } from '../../src/snapshot/open-recording.ts';
import type { RecordedEvent } from '../../src/snapshot/recording.ts';
import { createScrubber } from '../../src/snapshot/scrub.ts';
import { writeRecording } from '../../src/snapshot/write-recording.ts';

const HIDDEN = '[Redacted]';

function eventWith(fields: object, message = 'm'): RecordedEvent {
  const bytes = writeRecording({ events: [{ timeNs: 1n, message }] });
  const [event] = openRecording(bytes).events();
  return { ...event, fields: { ...fields } };
}

test('takes the text of an error out of its stack and of the message that the event has from it', () => {
  const event = eventWith({ err: new TypeError('hunter2') }, 'hunter2');
  for (const options of [{ paths: ['err.message'] }, { keys: ['message'] }]) {
    const { value, findings } = createScrubber(options).scrubEvent(event);
    const { message, stack } = value.fields.err as Error;
    expect([value.message, message, stack]).toEqual([HIDDEN, HIDDEN, HIDDEN]);
    expect(findings.map(({ field }) => field)).toEqual([
      'message',
      'fields.err.message',
      'fields.err.stack',
    ]);
    expect(createScrubber(options).scrubEvent(value).findings).toEqual([]);
  }
  const { value } = createScrubber({ paths: ['err'] }).scrubEvent(event);
  expect([value.message, value.fields]).toEqual([HIDDEN, { err: HIDDEN }]);
});

test('takes a path from the fields on, and leaves its name elsewhere', () => {
  const event = eventWith({ id: 1, user: { id: 2 }, attributes: { 'user.id': 3 } });
  const { value, findings } = createScrubber({ paths: ['id'] }).scrubEvent(event);
  expect(value.fields).toEqual({ id: HIDDEN, user: { id: 2 }, attributes: { 'user.id': 3 } });
  expect(findings).toEqual([{ field: 'fields.id', kind: 'path' }]);
  expect(createScrubber({ paths: ['user.id'] }).scrubEvent(event).value.fields).toEqual({
    id: 1,
    user: { id: HIDDEN },
    attributes: { 'user.id': HIDDEN },
  });
});

test('follows a path through Maps whatever their keys are', () => {
  const m = new Map<unknown, unknown>([
    [5, 'five'],
    [true, { ssn: 1 }],
    [{ ssn: 2 }, 3],
  ]);
  const event = eventWith({ m });
  const numbered = createScrubber({ paths: ['m[5]'] }).scrubEvent(event).value.fields.m;
  expect(numbered).toEqual(new Map(m).set(5, HIDDEN));
  expect(createScrubber({ paths: ['**.ssn'] }).scrubEvent(event).value.fields.m).toEqual(
    new Map<unknown, unknown>([
      [5, 'five'],
      [true, { ssn: HIDDEN }],
      [{ ssn: HIDDEN }, 3],
    ]),
  );
  const all = createScrubber({ paths: ['m.*'] });
  const { value } = all.scrubEvent(event);
  expect(value.fields.m).toEqual(
    new Map<unknown, unknown>([
      [5, HIDDEN],
      [true, HIDDEN],
      ['[Redacted] 2', HIDDEN],
    ]),
  );
  expect(all.scrubEvent(value).findings).toEqual([]);
});

test('leaves a Set as many elements as it had', () => {
  const event = eventWith({ s: new Set(['Bearer abcdef123456789', 'Bearer xyzxyz987654321']) });
  const { value } = createScrubber().scrubEvent(event);
  expect(value.fields.s).toEqual(new Set(['Bearer [Redacted] 0', 'Bearer [Redacted] 1']));
  const all = createScrubber({ paths: ['s[*]'] });
  const redacted = all.scrubEvent(event).value;
  expect(redacted.fields.s).toEqual(new Set(['[Redacted] 0', '[Redacted] 1']));
  expect(all.scrubEvent(redacted).findings).toEqual([]);
});

test('searches the reason of a snapshot', () => {
  const { header } = openRecording(writeRecording({ events: [] }));
  const scrubbed = createScrubber().scrubHeader({ ...header, reason: 'Bearer abcdef123456789' });
  expect(scrubbed.value.reason).toBe('Bearer [Redacted]');
  expect(scrubbed.findings).toEqual([{ field: 'reason', kind: 'bearer' }]);
});
