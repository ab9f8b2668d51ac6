// Programs that die inside a span, with sdk-node of two versions and without an SDK: the recording
// shows the span as one that never ended, and the program dies as it would have.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecording, type Recording, readSpans } from 'ttlog/reader';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('fixtures/dies-in-span.mjs', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-tracing-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each(['@opentelemetry/sdk-node', 'otel-sdk-node-v0.57', 'none'])(
  'a span in flight at the crash is in the recording, with %s',
  (sdk) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, sdk], {
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
    expectTrace(openRecording(join(directory, name)));
  },
);

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
