import { describe, expect, it } from 'vitest';
import { palette } from '../../src/format/colour.ts';
import { endingText } from '../../src/format/ending.ts';
import { jsonlFormat } from '../../src/format/jsonl.ts';
import { logfmtFormat } from '../../src/format/logfmt.ts';
import { prettyFormat } from '../../src/format/pretty.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { sampleError, sampleEvent, sampleFile, sampleHeader, sampleThread } from '../sample.ts';

function pretty(files: readonly RecordingFile[]): ReturnType<typeof prettyFormat> {
  return prettyFormat({ palette: palette(false), utc: true, mode: 'abs', files });
}

describe('pretty', () => {
  const file = sampleFile([]);

  it('names the day once, and again when it changes', () => {
    const format = pretty([file]);
    expect(format(sampleEvent(), file)).toBe(
      '── 2026-01-02 UTC ──\n03:04:05.000000 INFO  http: request served\n',
    );
    expect(format(sampleEvent({ atMs: 1.5 }), file)).toBe(
      '03:04:05.001500 INFO  http: request served\n',
    );
    expect(format(sampleEvent({ atMs: 86_400_000 }), file)).toMatch(/^── 2026-01-03 UTC ──\n/);
  });

  it('writes fields, then bindings that no field hides, then ids', () => {
    const event = sampleEvent({
      fields: { route: '/pay', user: 1 },
      context: { user: 2, requestId: 'r 1' },
      traceId: 'aa',
      spanId: 'bb',
    });
    expect(pretty([file])(event, file)).toContain(
      'request served route=/pay user=1 requestId="r 1" trace_id=aa span_id=bb\n',
    );
  });

  it('keeps a message on its line, whatever it holds', () => {
    const event = sampleEvent({
      message: 'a\n03:04:05.000000 INFO  http: forged\r\x1b[2K',
      logger: 'x\ny',
    });
    const text = pretty([file])(event, file);
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toContain('x\\ny: a\\n03:04:05.000000 INFO  http: forged\\r\\x1b[2K\n');
  });

  it('puts errors below their event, indented', () => {
    const event = sampleEvent({
      level: 'error',
      severity: 17,
      message: 'charge failed',
      fields: { err: sampleError('no route', { code: 'E_NO' }), other: sampleError('b'), id: 1 },
    });
    expect(pretty([file])(event, file).split('\n').slice(1)).toEqual([
      '03:04:05.000000 ERROR http: charge failed id=1',
      '    TypeError: no route',
      '        at charge (/app/pay.js:10:5)',
      '        at /app/main.js:3:1',
      '      code=E_NO',
      '    other: TypeError: b',
      '        at charge (/app/pay.js:10:5)',
      '        at /app/main.js:3:1',
      '',
    ]);
  });

  it('shows threads only where there are several, and never two alike', () => {
    const threads = [
      sampleThread(),
      sampleThread({ id: 1, name: 'worker' }),
      sampleThread({ id: 2, name: 'worker' }),
      sampleThread({ id: 3, name: '' }),
    ];
    const several = sampleFile([], sampleHeader({ threads }));
    const format = pretty([several]);
    const labels = threads.map(
      ({ id, name }) =>
        /INFO {2}(\S+)/.exec(format(sampleEvent({ thread: { id, name } }), several))?.[1],
    );
    expect(labels).toEqual(['main', 'worker#1', 'worker#2', 'thread#3']);
  });

  it('shows processes only where there are several, and never two alike', () => {
    const files = [
      sampleFile([], sampleHeader({ runId: 'a' })),
      sampleFile([], sampleHeader({ runId: 'b', host: 'host-b' })),
      sampleFile([], sampleHeader({ runId: 'c', host: 'host-b' })),
      sampleFile([], sampleHeader({ runId: 'd', pid: 7 })),
    ];
    const format = pretty(files);
    const labels = files.map((each) => /INFO {2}(\S+)/.exec(format(sampleEvent(), each))?.[1]);
    expect(labels).toEqual([
      'payments[4242]@host-a',
      'payments[4242]@host-b@b',
      'payments[4242]@host-b@c',
      'payments[7]',
    ]);
    const again = [files[0], sampleFile([], sampleHeader({ runId: 'a' }))];
    expect(pretty(again)(sampleEvent(), files[0])).not.toContain('payments');
  });

  it('marks the beginning and the end of a span', () => {
    expect(pretty([file])(sampleEvent({ kind: 'span-start' }), file)).toContain(
      'http: [span start] request served',
    );
  });

  it('colours nothing but with our own sequences', () => {
    const format = prettyFormat({ palette: palette(true), utc: true, mode: 'abs', files: [file] });
    const text = format(
      sampleEvent({ message: '\x1b[31m', fields: { '\x1b': '\x1b', err: sampleError('\x1b') } }),
      file,
    );
    expect(text.replace(/\x1b\[[\d;]+m/g, '')).not.toContain('\x1b');
    expect(text.match(/\x1b\[[\d;]+m/g)!.length % 2).toBe(0);
  });
});

describe('the ending of a recording', () => {
  it('is the death, its error and the losses', () => {
    const header = sampleHeader({
      reason: 'uncaughtException',
      trigger: { kind: 'uncaughtException', thread: 1 },
      error: sampleError('poison\x1b'),
      threads: [sampleThread(), sampleThread({ id: 1, name: 'worker' })],
    });
    header.losses.overwritten = 12_345;
    header.losses.torn = 1;
    expect(endingText(sampleFile([], header), palette(false), true)).toBe(
      [
        'Uncaught exception in worker',
        '  TypeError: poison\\x1b',
        '      at charge (/app/pay.js:10:5)',
        '      at /app/main.js:3:1',
        'payments[4242] on host-a, recorded 2026-01-02 03:04:15.000 UTC',
        'lost: 12,345 overwritten by newer events, 1 torn',
        '',
      ].join('\n'),
    );
  });

  it('is nothing where nobody died and nothing was lost', () => {
    expect(endingText(sampleFile([]), palette(false), true)).toBe('');
  });

  it.each([
    [{ kind: 'signal', thread: 0, signal: 'SIGTERM' }, 'SIGTERM', 'Killed by signal SIGTERM\n'],
    [{ kind: 'signal', thread: 0, signal: 'SIGTERM' }, 'why', 'Killed by signal SIGTERM (why)\n'],
    [{ kind: 'exit', thread: 0, exitCode: 3 }, 'exit', 'Exited with code 3\n'],
  ] as const)('%j for reason %s reads %s', (trigger, reason, expected) => {
    const file = sampleFile([], sampleHeader({ trigger, reason }));
    expect(endingText(file, palette(false), true)).toContain(expected);
  });

  it('is an incident that the process survived, with the stack of the stalled thread', () => {
    const stack = ['work\x1b (file:///app/main.js:3:1)', 'file:///app/main.js:9:1'];
    const trigger = { kind: 'stall', thread: 0, stalledMs: 1234, stack } as const;
    expect(
      endingText(sampleFile([], sampleHeader({ trigger, reason: 'stall' })), palette(false), true),
    ).toBe(
      [
        'Event loop stalled for 1.23 s or more',
        '      at work\\x1b (file:///app/main.js:3:1)',
        '      at file:///app/main.js:9:1',
        'payments[4242] on host-a, recorded 2026-01-02 03:04:15.000 UTC',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [
      { kind: 'stall', thread: 0, stalledMs: 'x', stackProblem: 'n\n' },
      'Event loop stalled\n  no stack: n\\n\n',
    ],
    [
      { kind: 'stall', thread: 0, stack: ['f', null, { toString: 1 }] },
      '      at f\n      at ?\n      at ?\n',
    ],
    [
      {
        kind: 'heap',
        thread: 0,
        usedBytes: 2 ** 20,
        limitBytes: 2 ** 21,
        spaces: [null, 1, { name: 'old', usedBytes: 1, sizeBytes: 2 }],
      },
      'Heap near its limit: 1 MiB of 2 MiB\n  old: 1 B of 2 B\n',
    ],
    [
      { kind: 'burst', thread: 0, count: 50, level: 'error', spanMs: 812 },
      'Burst of events: 50 events from error within 812 ms\n',
    ],
  ] as const)('of %j is shown as far as it can be', (trigger, expected) => {
    const file = sampleFile([], sampleHeader({ trigger, reason: trigger.kind }));
    expect(endingText(file, palette(false), true)).toContain(expected);
  });

  it('is no death where the process ended as it should', () => {
    const trigger = { kind: 'exit', thread: 0, exitCode: 0 } as const;
    expect(endingText(sampleFile([], sampleHeader({ trigger })), palette(false), true)).toBe('');
  });
});

describe('jsonl', () => {
  const file = sampleFile([]);

  it('puts all at the top level, ours first', () => {
    const event = sampleEvent({
      fields: { route: '/pay' },
      context: { requestId: 'r1' },
      traceId: 'aa',
      spanId: 'bb',
      traceFlags: 1,
    });
    expect(jsonlFormat()(event, file)).toBe(
      '{"time":"2026-01-02T03:04:05.000000000Z","level":"info","logger":"http","msg":"request served","service":"payments","host":"host-a","pid":4242,"thread":0,"thread_name":"main","requestId":"r1","route":"/pay","trace_id":"aa","span_id":"bb","trace_flags":"01"}\n',
    );
  });

  it('loses nothing to a name that is ours, hidden or a prefix', () => {
    const event = sampleEvent({
      fields: { time: 'mine', msg: 1, 'fields.time': 2, user: 'field', 'context.x': 3 },
      context: { level: 'c', user: 'binding', 'fields.msg': 4 },
    });
    const line = jsonlFormat()(event, file);
    const parsed = JSON.parse(line);
    expect(parsed).toMatchObject({
      level: 'info',
      msg: 'request served',
      user: 'field',
      'fields.time': 'mine',
      'fields.msg': 1,
      'fields.fields.time': 2,
      'fields.context.x': 3,
      'context.level': 'c',
      'context.user': 'binding',
      'context.fields.msg': 4,
    });
    // No key stands there twice, of which a parser would keep one.
    expect(Object.keys(parsed)).toHaveLength(line.match(/"[^"]*":/g)!.length);
  });

  it('stays one line of valid JSON, whatever is in it', () => {
    const nasty = '\x1b[2J\n"\u2028\ud800\x9b';
    const event = sampleEvent({
      message: nasty,
      logger: nasty,
      fields: { [nasty]: nasty },
      context: { [nasty]: nasty },
      thread: { id: 0, name: nasty },
    });
    const line = jsonlFormat()(event, file);
    expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]+$/);
    const parsed = JSON.parse(line);
    expect([parsed.msg, parsed[nasty], parsed[`context.${nasty}`]]).toEqual([nasty, nasty, nasty]);
  });
});

describe('logfmt', () => {
  const file = sampleFile([]);

  it('flattens objects and quotes what needs it', () => {
    const event = sampleEvent({
      message: 'served "it"',
      fields: { user: { id: 7, tags: ['a b', 1] }, empty: '', nothing: null, big: 5n, none: {} },
    });
    expect(logfmtFormat()(event, file)).toBe(
      'time=2026-01-02T03:04:05.000000000Z level=info logger=http msg="served \\"it\\"" service=payments host=host-a pid=4242 thread=0 thread_name=main user.id=7 user.tags="[\\"a b\\",1]" empty="" nothing=null big=5 none={}\n',
    );
  });

  it('keeps keys and lines whole', () => {
    const event = sampleEvent({
      message: 'a\nb',
      fields: { 'a b="c"\n\x1b': 'x=y', '': 1, err: sampleError('boom', { code: 'E' }) },
    });
    const line = logfmtFormat()(event, file);
    expect(line).toContain(' msg="a\\nb" ');
    expect(line).toContain(' a_b__c__\\u001b="x=y" _=1 err.type=TypeError err.message=boom ');
    expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]+$/);
    expect(line).toContain(' err.code=E');
  });
});
