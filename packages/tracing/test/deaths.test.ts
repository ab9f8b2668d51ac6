// Programs that die inside a span, with sdk-node of three versions and without an SDK: the recording
// shows the span as one that never ended, and the program dies as it would have.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecording, type Recording, readSpans } from 'ttlog/reader';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('fixtures/dies-in-span.mjs', import.meta.url));
const PROGRAM_OF_SDK_3 = fileURLToPath(new URL('sdk-3/dies-in-span.mjs', import.meta.url));
const INSTRUMENTED = fileURLToPath(new URL('fixtures/instrumented-server.mjs', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-tracing-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each(['@opentelemetry/sdk-node', 'otel-sdk-node-v0.57', 'none'])(
  'a span in flight at the crash is in the recording, with %s',
  (sdk) => expectTrace(recordingOf([PROGRAM, sdk])),
);

test('spans and logs of the SDKs of version 3, and of the API that they need, are in the recording', () => {
  const recording = recordingOf([PROGRAM_OF_SDK_3]);
  expectTrace(recording);
  const [request] = readSpans(recording);
  const event = [...recording.events()].find(({ logger }) => logger === 'billing');
  expect(event).toMatchObject({
    message: 'card declined',
    severity: 14,
    traceId: request.traceId,
    spanId: request.spanId,
    fields: {
      'user.id': 7,
      scopeVersion: '2.0',
      'exception.type': 'RangeError',
      'exception.message': 'limit',
    },
  });
});

test('spans of an instrumented library are in the recording, with no SDK installed', () => {
  const recording = recordingOf([INSTRUMENTED]);
  const spans = readSpans(recording);
  const served = spans.filter(({ kind }) => kind === 1);
  const pathOf = ({ attributes }: (typeof spans)[number]) => attributes['url.path'];
  expect(served.map(pathOf)).toEqual(['/orders', '/slow']);
  const [orders, slow] = served;
  expect(orders).toMatchObject({
    name: 'GET',
    scope: { name: '@opentelemetry/instrumentation-http' },
    attributes: { 'http.response.status_code': 200 },
  });
  expect(orders.endNs).not.toBeNull();
  expect(slow.endNs).toBeNull();
  expect(spans.filter(({ kind, endNs }) => kind === 2 && endNs !== null)).toHaveLength(1);
  const events = [...recording.events()].filter(({ logger }) => logger === 'app');
  expect(events.map(({ message, spanId }) => [message, spanId])).toEqual([
    ['asked for /orders', orders.spanId],
    ['asked for /slow', slow.spanId],
  ]);
});

/** Of a program that dies of an exception, as it would have without ttlog. */
function recordingOf(command: readonly string[]): Recording {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      TTLOG_SNAPSHOT_DIR: directory,
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
    },
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('Error: poisoned');
  const [name, ...others] = readdirSync(directory).filter((file) => file.endsWith('.bin'));
  expect(others).toEqual([]);
  return openRecording(join(directory, name));
}

test('a span in flight when the process is killed is in the black box', () => {
  const { signal } = spawnSync(process.execPath, [PROGRAM, 'none', 'killed'], {
    env: {
      PATH: process.env.PATH,
      TTLOG_SNAPSHOT_DIR: directory,
      TTLOG_BLACK_BOX: 'mirrored',
    },
  });
  expect(signal).toBe('SIGKILL');
  const [box] = readdirSync(directory).filter((file) => file.endsWith('.ring'));
  expectTrace(openRecording(join(directory, box)));
});

function expectTrace(recording: Recording): void {
  const [request, query] = readSpans(recording);
  expect(request).toMatchObject({ name: 'request', endNs: null, scope: { name: 'app' } });
  expect(query).toMatchObject({ name: 'query', parentSpanId: request.spanId });
  expect(query.endNs).not.toBeNull();
  const event = [...recording.events()].find(({ message }) => message === 'about to fail');
  expect(event).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
}
