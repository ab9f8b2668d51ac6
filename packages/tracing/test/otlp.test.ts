// OTLP/JSON of recordings, against the published protobuf definitions: each line is read into the
// message, written as protobuf, and must come back as it was. A receiver over HTTP does the same.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import root from 'otel-otlp-transformer-v0.212/build/src/generated/root.js';
import { getLogger, withContext } from 'ttlog';
import { Mark, openRecording, type Recording, writeRecording } from 'ttlog/reader';
import { afterEach, describe, expect, test } from 'vitest';
import { FlightRecorderSpanProcessor, traceEvents } from '../src/index.ts';
import { exportOtlp } from '../src/otlp.ts';
import { record, recordingOf } from './recorded.ts';
import { TRACING_SDKS, unregister } from './sdks.ts';

type Json = { [key: string]: unknown };

const { collector } = (root as unknown as Definitions).opentelemetry.proto;
interface Definitions {
  opentelemetry: {
    proto: { collector: { [signal: string]: { v1: { [message: string]: Message } } } };
  };
}
interface Message {
  verify(json: unknown): string | null;
  fromObject(json: unknown): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
}
const MESSAGES: { readonly [signal: string]: Message } = {
  logs: collector.logs.v1.ExportLogsServiceRequest,
  traces: collector.trace.v1.ExportTraceServiceRequest,
};
const ID_KEYS = ['traceId', 'spanId', 'parentSpanId'];

afterEach(unregister);

/** Through the protobuf message and back; throws where the definitions know something else. */
function throughProtobuf(signal: string, line: string): unknown {
  const message = MESSAGES[signal];
  const read = message.fromObject(mapIds(JSON.parse(line), 'hex', 'base64'));
  const complaint = message.verify(read);
  if (complaint !== null) throw new Error(complaint);
  const decoded = message.decode(message.encode(read).finish());
  const json = message.toObject(decoded, {
    longs: String,
    enums: Number,
    bytes: String,
    json: true,
  });
  return withoutDefaults(mapIds(json, 'base64', 'hex'));
}

function mapIds(value: unknown, from: BufferEncoding, to: BufferEncoding): unknown {
  if (Array.isArray(value)) return value.map((item) => mapIds(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      ID_KEYS.includes(key) ? Buffer.from(item, from).toString(to) : mapIds(item, from, to),
    ]),
  );
}

/** Protobuf does not tell an empty list, a zero or an empty text from none, outside of values. */
function withoutDefaults(value: unknown, isValue = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([, item]) =>
      isValue || !(item === 0 || item === '' || (Array.isArray(item) && item.length === 0)),
  );
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutDefaults(item, key === 'value' || key === 'body')]),
  );
}

function checked(signal: 'logs' | 'traces', recording: Recording): Json[] {
  return Array.from(exportOtlp(recording)[signal], (line) => {
    expect(line).not.toContain('\n');
    const json = JSON.parse(line) as Json;
    expect(throughProtobuf(signal, line)).toEqual(withoutDefaults(json));
    return json;
  });
}

function recordsOf(lines: Json[]): Json[] {
  return (lines as { resourceLogs: { scopeLogs: { logRecords: Json[] }[] }[] }[])
    .flatMap(({ resourceLogs }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords);
}

function spansOf(lines: Json[]): Json[] {
  return (lines as { resourceSpans: { scopeSpans: { spans: Json[] }[] }[] }[])
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);
}

const attributeOf = (record: Json, key: string): unknown =>
  (record.attributes as { key: string; value: unknown }[]).find((one) => one.key === key)?.value;

function ofEvents(events: Parameters<typeof writeRecording>[0]['events']): Recording {
  return openRecording(writeRecording({ header: { service: 'paying', pid: 7 }, events }));
}

const AT_NS = 1_700_000_000_123_456_789n;
const IDS = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

describe('log records', () => {
  test('a recorded program exports as a receiver takes it', async () => {
    const recorder = record();
    TRACING_SDKS[0].register([new FlightRecorderSpanProcessor(recorder)]);
    traceEvents(recorder);
    trace.getTracer('app', '1.0').startActiveSpan('request', { kind: 1 }, (span) => {
      getLogger('orders').warn('odd', { big: 2n ** 60n, at: new Date(0), set: new Set([1]) });
      withContext({ user: 7 }, () => getLogger('orders').error('failed', new TypeError('no')));
      span.setAttributes({ 'http.route': '/x', ok: true, list: [1.5, 2] });
      span.addEvent('sent', { bytes: 7 });
      span.end();
    });
    trace.getTracer('app').startSpan('in flight');
    const recording = await recordingOf(recorder);
    await recorder.stop();
    const [odd, failed] = recordsOf(checked('logs', recording));
    expect(odd).toMatchObject({ severityNumber: 13, severityText: 'warn', flags: 1 });
    expect(attributeOf(odd, 'big')).toEqual({ intValue: String(2n ** 60n) });
    expect(attributeOf(failed, 'exception.type')).toEqual({ stringValue: 'TypeError' });
    expect(attributeOf(failed, 'exception.message')).toEqual({ stringValue: 'no' });
    expect(JSON.stringify(attributeOf(failed, 'exception.stacktrace'))).toContain('otlp.test');
    expect(attributeOf(failed, 'user')).toEqual({ intValue: '7' });
    const [request, inFlight] = spansOf(checked('traces', recording));
    expect(request).toMatchObject({ name: 'request', kind: 2, traceId: odd.traceId });
    expect(request.spanId).toBe(odd.spanId);
    expect(attributeOf(request, 'ttlog.unfinished')).toBeUndefined();
    expect(attributeOf(inFlight, 'ttlog.unfinished')).toEqual({ boolValue: true });
    const { startTimeUnixNano, endTimeUnixNano } = inFlight;
    expect(BigInt(endTimeUnixNano as string) >= BigInt(startTimeUnixNano as string)).toBe(true);
  });

  test('every kind of value has its place', () => {
    const fields = {
      text: 'a\u0000\ud800',
      yes: false,
      int: 2 ** 53 - 1,
      huge: 2n ** 63n,
      float: 1.5,
      minusZero: -0,
      nan: Number.NaN,
      infinite: Number.NEGATIVE_INFINITY,
      nothing: null,
      missing: undefined,
      bytes: new Uint8Array([1, 255]),
      floats: new Float64Array([0.5]),
      map: new Map<unknown, unknown>([['k', new Map([[1, 2]])]]),
      deep: { list: [{ a: [] }] },
      cut: new Mark('cut', '', 'begin', 9000),
      other: Object.assign(new Error('second'), { code: 'E' }),
      err: new Error('first', { cause: new RangeError('why') }),
    };
    const [log] = recordsOf(checked('logs', ofEvents([{ timeNs: AT_NS, message: 'm', fields }])));
    expect(log.timeUnixNano).toBe(String(AT_NS));
    expect(attributeOf(log, 'text')).toEqual({ stringValue: 'a\u0000\ufffd' });
    expect(attributeOf(log, 'int')).toEqual({ intValue: String(2 ** 53 - 1) });
    expect(attributeOf(log, 'huge')).toEqual({ stringValue: String(2n ** 63n) });
    expect(attributeOf(log, 'nan')).toEqual({ doubleValue: 'NaN' });
    expect(attributeOf(log, 'nothing')).toEqual({});
    expect(attributeOf(log, 'bytes')).toEqual({ bytesValue: 'Af8=' });
    expect(attributeOf(log, 'cut')).toEqual({ stringValue: 'begin[cut, 9000 in all]' });
    expect(attributeOf(log, 'exception.message')).toEqual({ stringValue: 'first' });
    expect(JSON.stringify(attributeOf(log, 'exception.stacktrace'))).toContain(
      'Caused by: RangeError',
    );
    expect(JSON.stringify(attributeOf(log, 'other'))).toContain('second');
  });

  test('what the log processor had set apart is where OpenTelemetry has it', () => {
    const [log, plain] = recordsOf(
      checked(
        'logs',
        ofEvents([
          {
            timeNs: AT_NS,
            message: 'clicked',
            severity: 9,
            fields: {
              body: { x: 1 },
              eventName: 'clicked',
              severityNumber: 0,
              severityText: 'Notiz',
              timestampNs: 5n,
              scopeVersion: '2.0',
            },
          },
          { timeNs: AT_NS, message: 'text', severity: 24, fields: { body: 'an own field' } },
        ]),
      ),
    );
    expect(log).toMatchObject({
      eventName: 'clicked',
      severityText: 'Notiz',
      timeUnixNano: '5',
      observedTimeUnixNano: String(AT_NS),
      body: { kvlistValue: { values: [{ key: 'x', value: { intValue: '1' } }] } },
    });
    expect(log.severityNumber).toBeUndefined();
    expect(plain).toMatchObject({ severityNumber: 24, body: { stringValue: 'text' } });
    expect(attributeOf(plain, 'body')).toEqual({ stringValue: 'an own field' });
  });
});

test('what a span was too large for is counted', () => {
  const fields = { droppedAttributes: 3, droppedEvents: 2 ** 32 - 1, droppedLinks: 2 ** 32 };
  const end = { timeNs: AT_NS, message: 'span', kind: 'span-end', ...IDS, fields } as const;
  const [span] = spansOf(checked('traces', ofEvents([end])));
  expect(span).toMatchObject({ droppedAttributesCount: 3, droppedEventsCount: 2 ** 32 - 1 });
  expect(span.droppedLinksCount ?? 0).toBe(0);
});

test('ids and times that OTLP has no room for are left out, not made up', () => {
  const hostile = { traceId: '0'.repeat(32), spanId: 'b'.repeat(16) };
  const short = { traceId: 'ab', spanId: 'cd', traceFlags: 999 };
  const recording = ofEvents([
    { timeNs: AT_NS, message: 'zero', ...hostile },
    { timeNs: AT_NS, message: 'short', ...short },
    { timeNs: AT_NS, message: 'span', kind: 'span-end', ...short },
    {
      timeNs: AT_NS,
      message: 'span',
      kind: 'span-end',
      ...IDS,
      fields: { startNs: -5n, endNs: 2n ** 64n, kind: 99, status: 'x', links: [{ traceId: 'x' }] },
    },
  ]);
  for (const log of recordsOf(checked('logs', recording))) {
    expect(log).not.toHaveProperty('traceId');
    expect(log).not.toHaveProperty('spanId');
  }
  const spans = spansOf(checked('traces', recording));
  expect(spans).toHaveLength(1);
  expect(spans[0]).toMatchObject({ kind: 1, status: { code: 0 }, links: [] });
});

test('a receiver over HTTP takes every line, and finds every record', async () => {
  const events = Array.from({ length: 2500 }, (_, i) => ({
    timeNs: AT_NS + BigInt(i),
    message: `event ${i}`,
    logger: `logger ${i % 3}`,
    ...(i % 2 === 0 ? IDS : {}),
  }));
  const received = { logs: 0, traces: 0 };
  const server = createServer(async (request, response) => {
    const signal = request.url === '/v1/logs' ? 'logs' : 'traces';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const read = throughProtobuf(signal, Buffer.concat(chunks).toString()) as Json;
    received[signal] += (signal === 'logs' ? recordsOf([read]) : spansOf([read])).length;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ends = events
    .filter(({ message }) => message.endsWith('0'))
    .map((event, i) => ({
      ...{ ...event, kind: 'span-end' as const, traceId: IDS.traceId, traceFlags: 1 },
      spanId: (i + 1).toString(16).padStart(16, '0'),
    }));
  const exported = exportOtlp(ofEvents([...events, ...ends]), { batch: 1000 });
  let lines = 0;
  for (const [signal, texts] of Object.entries(exported) as ['logs' | 'traces', string[]][]) {
    for (const body of texts) {
      lines++;
      const headers = { 'content-type': 'application/json' };
      const sent = await fetch(`http://127.0.0.1:${port}/v1/${signal}`, {
        method: 'POST',
        headers,
        body,
      });
      expect(sent.status).toBe(200);
    }
  }
  server.close();
  expect({ ...received, lines }).toEqual({ logs: 2500, traces: 250, lines: 4 });
});

test('a wrong option is refused by name, and nothing recorded is no line', () => {
  const empty = ofEvents([]);
  expect(() => exportOtlp(empty, { batch: 0 })).toThrow(/batch is 0; it takes/);
  expect([...exportOtlp(empty).logs, ...exportOtlp(empty).traces]).toEqual([]);
});
