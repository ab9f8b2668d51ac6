import { readSpans } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/digest/summary.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { encodeReport } from '../../src/report/data.ts';
import {
  decodeReport,
  fieldsLine,
  fieldsOf,
  type Report,
} from '../../src/report/page/recording.ts';
import { openRecordingFile, SAMPLE_NS, sampleError, sampleEvent, sampleFile } from '../sample.ts';
import { traceRecording } from '../trace-recording.ts';

const HOSTILE = '</script><!--\u2028\u2029\u202e\u0000\x1b[31m\x1c\x1d\x1e\x1f\n\r\ud800<b>&amp;';

async function reportOf(file: RecordingFile): Promise<Report> {
  const nothing = async (): Promise<void> => {};
  const summary = await summarise(file, nothing);
  const bytes = await encodeReport(file, summary, { utc: true, pause: nothing });
  return decodeReport(Uint8Array.from(bytes).buffer);
}

describe('the data of a report', () => {
  it('gives back every event as it was', async () => {
    const count = 1000;
    const events = Array.from({ length: count }, (_, index) =>
      sampleEvent({
        atMs: index * 1.5,
        level: index % 7 === 0 ? 'error' : 'debug',
        severity: index % 7 === 0 ? 17 : 5,
        message: `message ${index % 3}`,
        fields: { index, odd: index % 2 === 1 },
        context: { request: index % 5 },
        traceId: index % 4 === 0 ? 'aa'.repeat(16) : undefined,
      }),
    );
    const { head, baseNs, events: columns } = await reportOf(sampleFile(events));
    expect(columns.count).toBe(count);
    for (const [index, event] of events.entries()) {
      expect(baseNs + BigInt(columns.time[index])).toBe(event.timeNs);
      expect(columns.severity[index]).toBe(event.severity);
      expect(columns.level[index]).toBe(event.level === 'error' ? 4 : 1);
      expect(head.messages[columns.message[index]]).toBe(event.message);
      expect(head.loggers[columns.logger[index]]).toBe('http');
      expect(fieldsLine(columns.fields.rowText(index))).toBe(
        `index=${index} odd=${index % 2 === 1}`,
      );
      expect(fieldsLine(head.contexts[columns.context[index]])).toBe(`request=${index % 5}`);
      expect(head.ids[columns.trace[index]]).toBe(event.traceId ?? '');
    }
  });

  it('keeps steps of time that are long, and those that go back', async () => {
    const times = [
      0n,
      5n,
      10_000_000_000n,
      10_000_000_001n,
      3n,
      90_000_000_000_000n,
      4_294_967_295n,
    ];
    const events = times.map((ns) => ({ ...sampleEvent(), timeNs: SAMPLE_NS + ns }));
    const { events: columns } = await reportOf(sampleFile(events));
    expect([...columns.time].map(BigInt)).toEqual(times);
  });

  it('holds nothing but printable text, whatever was recorded', async () => {
    const error = sampleError(HOSTILE, { [HOSTILE]: HOSTILE });
    const events = [
      sampleEvent({
        ...{ message: HOSTILE, logger: HOSTILE, traceId: HOSTILE, spanId: HOSTILE },
        fields: { [HOSTILE]: HOSTILE, err: error, deep: { [HOSTILE]: [HOSTILE] } },
        context: { [HOSTILE]: new Map([[HOSTILE, HOSTILE]]) },
        thread: { id: 9, name: HOSTILE },
      }),
    ];
    const { head, events: columns } = await reportOf(sampleFile(events));
    const fields = fieldsOf(columns.fields.rowText(0));
    expect(fields).toHaveLength(3);
    expect(fields[1].lines.length).toBeGreaterThan(2);
    const { card, deathLines, title, threads, ...lists } = head;
    const texts = [
      ...[
        title,
        ...deathLines,
        ...card.split('\n'),
        ...threads.flatMap(({ label, lost }) => [label, lost]),
      ],
      ...[...lists.messages, ...lists.loggers, ...lists.ids],
      ...lists.patterns.flatMap(({ title, values }) => [title, ...values]),
      ...[...fields, ...lists.contexts.flatMap(fieldsOf)].flatMap(({ key, lines }) => [
        key,
        ...lines,
      ]),
    ];
    expect(texts.filter((text) => /[\p{C}\u2028\u2029]/u.test(text))).toEqual([]);
    expect(texts.some((text) => text.includes('</script><!--\\u2028\\u2029\\u202e'))).toBe(true);
  });

  it('puts each event into the pattern that the command line puts it into', async () => {
    const events = Array.from({ length: 60 }, (_, index) =>
      sampleEvent({ message: index % 3 === 0 ? 'listening' : `user ${index} logged in` }),
    );
    const { head, events: columns } = await reportOf(sampleFile(events));
    expect(head.patterns.map(({ title }) => title)).toEqual([
      'http: user <*> logged in',
      'http: listening',
    ]);
    expect(head.patterns[0].values).toEqual(['1: 1 (1), 2 (1), 4 (1), 5 (1), 7 (1), … 40 in all']);
    expect([...columns.pattern]).toEqual(events.map((_, index) => (index % 3 === 0 ? 1 : 0)));
  });

  it('knows threads that the header does not', async () => {
    const stranger = { id: 77, name: 'stranger' };
    const { head, events } = await reportOf(sampleFile([sampleEvent({ thread: stranger })]));
    expect(head.threads[events.thread[0]].label).toBe('stranger');
  });

  it('holds the spans by their starts, with what became of them', async () => {
    const file = openRecordingFile(traceRecording());
    const { head, baseNs, spans } = await reportOf(file);
    const expected = readSpans(file.recording).sort((a, b) => Number(a.startNs - b.startNs));
    expect(spans.count).toBe(expected.length);
    for (const [index, span] of expected.entries()) {
      expect(baseNs + BigInt(spans.start[index])).toBe(span.startNs);
      expect(baseNs + BigInt(spans.end[index])).toBe(span.endNs ?? file.recording.endNs);
      expect(head.ids[spans.id[index]]).toBe(span.spanId);
      expect(head.ids[spans.parent[index]]).toBe(span.parentSpanId ?? '');
      // Only the audit was over before what the trace waited for then.
      const critical = span.name === 'audit' ? 0 : 4;
      const state = (span.status.code === 2 ? 1 : 0) | (span.endNs ? 0 : 2) | critical;
      expect(spans.state[index], span.name).toBe(state);
    }
  });

  it('is whole also where there is no event', async () => {
    const { head, events, spans } = await reportOf(sampleFile([]));
    expect([events.count, spans.count, head.card.includes('payments[4242]')]).toEqual([0, 0, true]);
  });
});
