// `trace`: which traces are shown, how spans become a tree whatever they claim, and what is safe.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WritableEvent, writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runViewer } from './run-viewer.ts';
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
  }
});
