// What the command for secrets finds, in a recording that was made without redaction, and that
// nothing of it is printed, nor in the copy.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording, writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runViewer } from './run-viewer.ts';

const SECRET = 'hunter2hunter2';
const URL_TEXT = `postgres://app:${SECRET}@db/orders`;
const TIME_NS = 1_767_323_045_000_000_000n;

/** An array of three without its second element. */
function withHole(first: unknown, third: unknown): unknown[] {
  return Object.assign(new Array(3), { 0: first, 2: third });
}

function recordingBytes(): Uint8Array {
  const cause = Object.assign(new Error(`no answer of ${URL_TEXT}`), { apiKey: SECRET });
  const error = new TypeError('failed', { cause });
  for (const one of [error, cause]) one.stack = `${one}\n    at app.js:1:2`;
  const events = [
    { message: 'connecting', fields: { url: URL_TEXT, port: 5432 } },
    { message: `cannot reach ${URL_TEXT}` },
    { message: 'failed', level: 'error' as const, fields: { err: error } },
    {
      message: 'nested',
      fields: { a: withHole({ Password: SECRET }, new Map([['token', SECRET]])) },
    },
    { message: 'keys', fields: { [`of ${URL_TEXT}`]: 1 }, context: { session_id: SECRET } },
    {
      message: 'kinds',
      fields: { big: 5n, date: new Date(0), set: new Set([1]), none: undefined },
    },
    { message: 'more', fields: { user: { email: 'ada@example.org' }, iban: 'DE00' } },
    { message: 'hidden', fields: { password: '[Redacted]' } },
    {
      message: 'a header',
      fields: { attributes: { 'http.request.header.authorization': SECRET } },
    },
  ];
  return writeRecording({
    header: { service: 'shop', error: new Error(`died of ${URL_TEXT}`) },
    events: events.map((event, index) => ({ ...event, timeNs: TIME_NS + BigInt(index) })),
  });
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-scrub-'));
  writeFileSync(join(directory, 'crash.bin'), recordingBytes());
});
afterAll(() => rmSync(directory, { recursive: true }));

const scrub = (...words: string[]) => runViewer(['scrub', ...words], { cwd: directory });

test('says where each secret is, and nothing of what it is', () => {
  const { code, stdout, stderr } = scrub('--check', 'crash.bin');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).not.toContain(SECRET);
  const lines = stdout.replaceAll('crash.bin  ', '').trim().split('\n');
  expect(lines.at(-1)).toBe('9 events, 12 secrets');
  expect(lines).toContain('header  error.message  credentials in a URL');
  expect(lines).toContain(
    'event 1  2026-01-02T03:04:05.000000000Z  fields.url  credentials in a URL',
  );
  expect(lines).toContain(
    'event 4  2026-01-02T03:04:05.000000003Z  fields.a[2].token  value of a key',
  );
  const fields = lines.slice(0, -1).map((line) => line.split('  ').at(-2));
  expect(fields).toEqual([
    ...['error.message', 'error.stack', 'fields.url', 'message', 'fields.err.cause.message'],
    ...['fields.err.cause.stack', 'fields.err.cause.apiKey', 'fields.a[0].Password'],
    ...['fields.a[2].token', 'a key of fields', 'context.session_id'],
    'fields.attributes["http.request.header.authorization"]',
  ]);
});

test('writes a copy that holds none of them and all the rest', () => {
  const more = ['--keys', 'IBAN', '--paths', '**.email'];
  const { code, stdout } = scrub('crash.bin', '--output', 'clean.bin', ...more);
  expect(stdout).toMatch(/^clean\.bin {2}9 events, 14 secrets taken out, /);
  expect(code).toBe(0);
  expect(statSync(join(directory, 'clean.bin')).mode & 0o777).toBe(0o600);
  const copy = openRecording(join(directory, 'clean.bin'));
  const original = openRecording(join(directory, 'crash.bin'));
  expect(copy.damage).toEqual([]);
  const events = [...copy.events()];
  expect(events.map(({ timeNs }) => timeNs)).toEqual(events.map((_, i) => TIME_NS + BigInt(i)));
  expect(events[0].fields).toEqual({ url: 'postgres://[Redacted]@db/orders', port: 5432 });
  expect(events[1].message).toBe('cannot reach postgres://[Redacted]@db/orders');
  const { cause } = events[2].fields.err as { cause: Error & { apiKey: string } };
  expect(cause.message).toBe('no answer of postgres://[Redacted]@db/orders');
  expect(cause.apiKey).toBe('[Redacted]');
  expect(events[3].fields.a).toEqual(
    withHole({ Password: '[Redacted]' }, new Map([['token', '[Redacted]']])),
  );
  expect(Object.keys(events[3].fields.a as object)).toEqual(['0', '2']);
  expect(events[5]).toEqual([...original.events()][5]);
  expect(events[6].fields).toEqual({ user: { email: '[Redacted]' }, iban: '[Redacted]' });
  expect(copy.header.error).toMatchObject({ message: 'died of postgres://[Redacted]@db/orders' });
  expect(copy.header.service).toBe('shop');
  expect(scrub('--check', 'clean.bin', ...more)).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(scrub('--check', 'crash.bin', '--json').stdout.split('\n')[2])).toEqual({
    ...{ file: 'crash.bin', event: 1, time: '2026-01-02T03:04:05.000000000Z' },
    ...{ field: 'fields.url', kind: 'url' },
  });
});

test('replaces no file unless it is told to, and leaves none half done', () => {
  writeFileSync(join(directory, 'taken.bin'), 'mine');
  const refused = scrub('crash.bin', '-o', 'taken.bin');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(readFileSync(join(directory, 'taken.bin'), 'utf8')).toBe('mine');
  expect(scrub('crash.bin', '-o', 'taken.bin', '--force').code).toBe(0);
  expect(openRecording(join(directory, 'taken.bin')).damage).toEqual([]);
  expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('takes either --check or --output, one recording for a copy, and paths that are some', () => {
  for (const words of [
    ['crash.bin'],
    ['crash.bin', '-c', '-o', 'x.bin'],
    ['-c', '--paths', 'a..b'],
  ]) {
    expect(scrub(...words)).toMatchObject({ code: 2, stdout: '' });
  }
  expect(scrub('.', '-o', 'x.bin').stderr).toContain('one recording');
  expect(existsSync(join(directory, 'x.bin'))).toBe(false);
});
