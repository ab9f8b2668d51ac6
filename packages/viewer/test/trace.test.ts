// `trace`: which traces are shown, how spans become a tree whatever they claim, and what is safe.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WritableEvent, writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runViewer } from './run-viewer.ts';
import { SAMPLE_NS } from './sample.ts';
import { CUT_OFF, FAILED, OK, spanEvents, traceRecording } from './trace-recording.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-trace-'));
  writeFileSync(join(directory, 'crash.bin'), traceRecording());
});
afterAll(() => rmSync(directory, { recursive: true }));

function trace(...words: string[]) {
  return runViewer(['trace', ...words], { cwd: directory });
}

function written(name: string, events: WritableEvent[]): string {
  writeFileSync(join(directory, name), writeRecording({ events }));
  return name;
}

interface JsonTrace {
  traceId: string;
  errors: number;
  unfinished: number;
  durationMs: number;
  spans: { name: string; critical: boolean; endTime: string | null; logs: { msg: string }[] }[];
}

function json(...words: string[]): JsonTrace[] {
  const { stdout } = trace(...words, '--json');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('the filters choose traces by time and by errors', () => {
  expect(json('crash.bin').map(({ traceId }) => traceId)).toEqual([OK, FAILED, CUT_OFF]);
  expect(json('crash.bin', '--slow', '100ms').map(({ traceId }) => traceId)).toEqual([
    FAILED,
    CUT_OFF,
  ]);
  expect(json('crash.bin', '--errors').map(({ traceId }) => traceId)).toEqual([FAILED]);
  expect(json('6DF9', 'crash.bin').map(({ traceId }) => traceId)).toEqual([CUT_OFF]);
});

test('the critical path leads over what the trace waited for', () => {
  const [{ spans, errors, unfinished }] = json(FAILED, 'crash.bin');
  const critical = spans.filter((span) => span.critical).map(({ name }) => name);
  expect(critical).toEqual(['POST /pay', 'SELECT', 'charge', 'card']);
  expect({ errors, unfinished }).toEqual({ errors: 2, unfinished: 0 });
});

test('a span that never ended took at least until the end of the recording', () => {
  const [{ spans, unfinished, durationMs }] = json(CUT_OFF, 'crash.bin');
  expect(unfinished).toBe(2);
  expect(spans.filter(({ endTime }) => endTime === null).map(({ name }) => name)).toEqual([
    'GET /\x1b[2J\nforged\u202e',
    'render',
  ]);
  expect(durationMs).toBeCloseTo(120, 5);
});

test('no raw control character of a name or a value is written', () => {
  for (const words of [['crash.bin'], [CUT_OFF, 'crash.bin'], ['crash.bin', '--json']]) {
    const { stdout, code } = trace(...words);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  }
});

test('a wrong time is a usage error, no match is 1, and what is not there says so', () => {
  expect(trace('crash.bin', '--slow', 'soon')).toMatchObject({ code: 2 });
  expect(trace('ffff', 'crash.bin')).toMatchObject({ code: 1, stdout: '' });
  const plain = written('plain.bin', [{ timeNs: 1n, message: 'no trace' }]);
  expect(trace(plain)).toMatchObject({
    code: 1,
    stderr: 'ttlog-view: no such trace in the recording\n',
  });
});

test('circles, chains without an end and missing parents become trees', () => {
  const deep = 5000;
  const events = [
    ...spanEvents({ trace: OK, span: 1, name: 'a', from: 1, to: 9, parent: 2 }),
    ...spanEvents({ trace: OK, span: 2, name: 'b', from: 2, to: 8, parent: 1 }),
    ...spanEvents({ trace: OK, span: 3, name: 'own parent', from: 2, to: 8, parent: 3 }),
    ...spanEvents({ trace: OK, span: 4, name: 'orphan', from: 3, to: 4, parent: 999 }),
    ...Array.from({ length: deep }, (_, i) =>
      spanEvents({
        ...{ trace: FAILED, span: i + 1, name: `s${i}`, from: i / 100, to: 200 - i / 100 },
        ...(i === 0 ? {} : { parent: i }),
      }),
    ).flat(),
  ];
  const file = written('odd.bin', events);
  const { code, stdout } = trace(OK, file);
  expect(code).toBe(0);
  for (const name of ['a', 'b', 'own parent', 'orphan']) {
    expect(stdout.match(new RegExp(` ${name} app`, 'g'))).toHaveLength(1);
  }
  const chain = trace(FAILED, file).stdout.split('\n');
  expect(chain.filter((line) => / s\d+ app/.test(line))).toHaveLength(deep);
  expect(Math.max(...chain.map((line) => line.length))).toBeLessThan(250);
});

test('JSON lines name the ids as a back end wants them, and keep fields of those names', () => {
  const ids = { traceId: OK, spanId: '00000000000000ab', traceFlags: 1 };
  const fields = { 'dd.trace_id': 'of theirs', trace_id: 'free' };
  const file = written('names.bin', [{ timeNs: 1n, message: 'm', fields, ...ids }]);
  const line = (...words: string[]) =>
    JSON.parse(runViewer(['cat', file, '-j', ...words], { cwd: directory }).stdout);
  expect(line('--trace-names', 'dd.trace_id,dd.span_id,flags')).toMatchObject({
    'dd.trace_id': OK,
    'dd.span_id': ids.spanId,
    flags: '01',
    'fields.dd.trace_id': 'of theirs',
    trace_id: 'free',
  });
  expect(line()).toMatchObject({ trace_id: OK, span_id: ids.spanId, trace_flags: '01' });
  for (const names of ['a', 'a,b', 'a,a,b', 'a,,b']) {
    const { code, stderr } = runViewer(['cat', file, '-j', '--trace-names', names], {
      cwd: directory,
    });
    expect({ code, isTold: stderr.includes('three different names') }).toEqual({
      code: 2,
      isTold: true,
    });
  }
});

test('recordings of one process make one trace, with each event once', () => {
  const early = spanEvents({ trace: OK, span: 1, name: 'work', from: 0 });
  const whole = spanEvents({ trace: OK, span: 1, name: 'work', from: 0, to: 50 });
  const note: WritableEvent = {
    ...early[0],
    kind: 'log',
    message: 'note',
    timeNs: early[0].timeNs + 5n,
  };
  const header = { runId: 'the-same', service: 'x' };
  for (const [name, events] of [
    ['1.bin', early],
    ['2.bin', whole],
  ] as const) {
    writeFileSync(join(directory, name), writeRecording({ header, events: [...events, note] }));
  }
  for (const order of [
    ['1.bin', '2.bin'],
    ['2.bin', '1.bin'],
  ]) {
    const [{ spans }] = json(OK, ...order);
    expect(spans).toHaveLength(1);
    expect(spans[0].endTime).not.toBeNull();
    expect(spans[0].logs.map(({ msg }) => msg)).toEqual(['note']);
    const { stdout } = runViewer(['export', ...order, '--to', 'perfetto'], { cwd: directory });
    const items: { ph: string; args: object }[] = JSON.parse(stdout).traceEvents;
    const begun = items.filter(({ ph }) => ph === 'b');
    expect(begun).toHaveLength(1);
    expect(begun[0].args).not.toHaveProperty('unfinished');
  }
});

test('events of a plain log that have one time are all there, beside a recording too', () => {
  const span = spanEvents({ trace: OK, span: 1, name: 'work', from: 0, to: 50 });
  writeFileSync(join(directory, 'spans.bin'), writeRecording({ events: span }));
  const line = (msg: string) =>
    `{"level":50,"time":1767409445000,"msg":"${msg}","trace_id":"${OK}"}\n`;
  writeFileSync(join(directory, 'plain.log'), ['one', 'two', 'three'].map(line).join(''));
  const [{ errors }] = json(OK, 'spans.bin', 'plain.log');
  expect(errors).toBe(3);
});

function tapped(atMs: number, logger: string, message: string, more: Partial<WritableEvent>) {
  return { timeNs: SAMPLE_NS + BigInt(atMs) * 1_000_000n, logger, message, ...more };
}

const REQUEST = { context: { request: '0-2' } };
const TAPPED: WritableEvent[] = [
  tapped(0, 'worker_threads', 'worker begun', { fields: { worker: 1 } }),
  tapped(10, 'http', 'request begun', { fields: { path: '/fast' }, context: { request: '0-1' } }),
  tapped(20, 'http', 'request begun', { ...REQUEST, fields: { path: '/slow\x1b[2J' } }),
  tapped(30, 'http.client', 'request begun', { fields: { clientRequest: '0-2', host: 'db' } }),
  tapped(40, 'http', 'request ended', { fields: { status: 200 }, context: { request: '0-1' } }),
  tapped(50, 'undici', 'request begun', { fields: { clientRequest: '0-3' } }),
  tapped(60, 'undici', 'request ended', { fields: { clientRequest: '0-3' } }),
  tapped(70, 'child_process', 'child process begun', { fields: { child: '0-4' } }),
  // What others call so is none.
  tapped(80, 'app', 'request begun', REQUEST),
  tapped(90, 'http', 'request begun', {}),
  tapped(100, 'app', 'the end', {}),
];

test('what the taps saw begin and not end is in flight', () => {
  const file = written('tapped.bin', TAPPED);
  const { code, stdout } = trace(file, '--utc');
  expect(code).toBe(0);
  const rows = stdout.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.replace(/^.*>/, '').replace(/ +/g, ' '))).toEqual([
    '100 ms main worker worker=1',
    '80 ms main request path="/slow\\x1b[2J" request="0-2"',
    '70 ms main request clientRequest="0-2" host=db',
    '30 ms main child process child="0-4"',
  ]);
  const objects = trace(file, '--json', '--slow', '80ms').stdout.trim().split('\n');
  expect(objects.map((line) => JSON.parse(line))).toMatchObject([
    { operation: 'worker', logger: 'worker_threads', durationMs: 100, endTime: null },
    { operation: 'request', logger: 'http', durationMs: 80, context: { request: '0-2' } },
  ]);
  expect(trace(file, '--errors')).toMatchObject({ code: 1, stdout: '' });
  expect(trace(OK, file)).toMatchObject({ code: 1, stdout: '' });
});

test('traces come first, and what one recording of a process saw end is not in flight', () => {
  const both = written('both.bin', [
    ...spanEvents({ trace: OK, span: 1, name: 'work', from: 0 }),
    ...TAPPED,
  ]);
  expect(trace(both).stdout).toMatch(/work.*\n\nSTARTED +IN FLIGHT.*worker=1/s);
  const header = { runId: 'tapped', service: 'x' };
  const [first, second] = [TAPPED.slice(0, 4), TAPPED.slice(4)];
  writeFileSync(join(directory, 'a.bin'), writeRecording({ header, events: TAPPED.slice(0, 5) }));
  writeFileSync(
    join(directory, 'b.bin'),
    writeRecording({ header, events: [...second, first[0]] }),
  );
  for (const files of [
    ['a.bin', 'b.bin'],
    ['b.bin', 'a.bin'],
  ]) {
    const objects = trace(...files, '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(({ operation, durationMs }) => [operation, durationMs])).toEqual([
      ['worker', 100],
      ['request', 20],
      ['request', 10],
      ['child process', 30],
    ]);
  }
});
