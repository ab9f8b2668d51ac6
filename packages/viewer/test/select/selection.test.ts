import { Mark, type RecordedEvent } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/arguments/option.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { parseSelection, SELECTION_OPTIONS, selectEvents } from '../../src/select/selection.ts';
import {
  SAMPLE_MS,
  sampleError,
  sampleEvent,
  sampleFile,
  sampleHeader,
  sampleThread,
} from '../sample.ts';

/** Messages of the events that a command line selects. */
function select(words: string[], files: readonly RecordingFile[]): string[] {
  const selection = parseSelection(parseArguments(words, SELECTION_OPTIONS), true);
  const messages: string[] = [];
  for (const sourced of selectEvents(selection, files)) {
    if (sourced !== undefined) messages.push(sourced.event.message);
  }
  return messages;
}

function numbered(count: number): RecordedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    sampleEvent({ atMs: index * 1000, message: String(index) }),
  );
}

describe('--lines and --reverse', () => {
  const files = [sampleFile(numbered(5))];

  it.each([
    [[], '01234'],
    [['-n', '2'], '34'],
    [['-n', '+2'], '01'],
    [['-n', '0'], ''],
    [['-n', '+0'], ''],
    [['-n', '9'], '01234'],
    [['-n', '999999999999999'], '01234'],
    [['-r'], '43210'],
    [['-r', '-n', '2'], '43'],
    [['-r', '-n', '+2'], '10'],
    [['-r', '-n', '5'], '43210'],
  ])('%j selects %s', (words, expected) => {
    expect(select(words, files).join('')).toBe(expected);
  });

  it('refuses what is no number', () => {
    expect(() => select(['-n', '-3'], files)).toThrow('--lines takes a number');
    expect(() => select(['-n', 'ten'], files)).toThrow('--lines takes a number');
  });
});

describe('--since and --until', () => {
  it('count from the end of the last recording, both ends included', () => {
    const files = [sampleFile(numbered(5)), sampleFile([], sampleHeader({ takenAtMs: 0 }))];
    expect(select(['-S', '-2s'], files)).toEqual(['2', '3', '4']);
    expect(select(['-U', '2s ago'], files)).toEqual(['0', '1', '2']);
    expect(select(['-S', '03:04:06', '-U', '03:04:07'], files)).toEqual(['1', '2']);
  });
});

describe('--level', () => {
  it('is asked of the reader as a severity, by name or first letter', () => {
    let asked: unknown;
    const file = sampleFile([]);
    file.recording.events = (query) => {
      asked = query;
      return [][Symbol.iterator]();
    };
    for (const [word, level] of [
      ['warn', 13],
      ['W', 13],
      ['warning', 13],
      ['e', 17],
      ['FATAL', 21],
    ] as const) {
      select(['-l', word], [file]);
      expect(asked).toEqual({ minLevel: level });
    }
    expect(() => select(['-l', 'loud'], [file])).toThrow('--level takes trace, debug');
    expect(() => select(['-l', '__proto__'], [file])).toThrow('--level takes');
  });
});

describe('--thread', () => {
  const threads = [
    sampleThread(),
    sampleThread({ id: 1, name: 'worker' }),
    sampleThread({ id: 2, name: 'worker' }),
    sampleThread({ id: 3, name: '2' }),
  ];
  const events = threads.map(({ id, name }) =>
    sampleEvent({ atMs: id, message: `t${id}`, thread: { id, name } }),
  );
  const files = [sampleFile(events, sampleHeader({ threads }))];

  it.each([
    ['main', ['t0']],
    ['0', ['t0']],
    ['worker', ['t1', 't2']],
    ['worker#2', ['t2']],
    ['2', ['t2', 't3']],
    ['nobody', []],
  ])('%s is an id, a name or what is shown', (word, expected) => {
    expect(select(['--thread', word], files)).toEqual(expected);
  });

  it('may be several', () => {
    expect(select(['--thread', '0', '--thread', '1'], files)).toEqual(['t0', 't1']);
  });
});

describe('--match', () => {
  const deep = JSON.parse('{"__proto__": {"polluted": 1}}');
  const events = [
    sampleEvent({
      message: 'a',
      fields: { status: 500, big: 5n, text: '5', user: { id: 7, tags: ['x', 'y'] }, 'a.b': 1 },
      context: { requestId: 'r1' },
      traceId: 'aa',
    }),
    sampleEvent({
      message: 'b',
      logger: 'db',
      fields: {
        err: sampleError('boom', { code: 'E_NO', cause: new Error('why') }),
        map: new Map([['k', new Set([1])]]),
        ok: false,
        none: null,
        long: new Mark('cut', '', { kept: 1 }, 900),
        service: 'field',
        deep,
      },
    }),
  ];
  const files = [sampleFile(events)];

  it.each([
    ['status=500', 'a'],
    ['status=5e2', 'a'],
    ['status=', ''],
    ['big=5', 'a'],
    ['text=5', 'a'],
    ['user.id=7', 'a'],
    ['user.tags=y', 'a'],
    ['user.tags.1=y', 'a'],
    ['a.b=1', 'a'],
    ['requestId=r1', 'a'],
    ['trace_id=aa', 'a'],
    ['logger=db', 'b'],
    ['err.type=TypeError', 'b'],
    ['err.code=E_NO', 'b'],
    ['err.cause.message=why', 'b'],
    ['err=boom', 'b'],
    ['map.k=1', 'b'],
    ['ok=false', 'b'],
    ['none=null', 'b'],
    ['long.kept=1', 'b'],
    ['deep.__proto__.polluted=1', 'b'],
    ['service=field', 'b'],
    ['service=payments', 'ab'],
    ['pid=4242', 'ab'],
    ['thread=main', 'ab'],
    ['thread=0', 'ab'],
    ['level=info', 'ab'],
    ['user.constructor.name=Object', ''],
    ['toString=x', ''],
    ['user=7', ''],
  ])('%s finds "%s"', (match, expected) => {
    expect(select(['-m', match], files).join('')).toBe(expected);
  });

  it('means all of several, and splits at the first =', () => {
    expect(select(['-m', 'status=500', '-m', 'user.id=8'], files)).toEqual([]);
    expect(select(['-m', 'status=500', '-m', 'user.id=7'], files)).toEqual(['a']);
    expect(
      select(['-m', 'q=a=b'], [sampleFile([sampleEvent({ fields: { q: 'a=b' } })])]),
    ).toHaveLength(1);
  });

  it('refuses what is no FIELD=VALUE', () => {
    expect(() => select(['-m', 'status'], files)).toThrow(
      '--match takes FIELD=VALUE, not "status"',
    );
    expect(() => select(['-m', '=5'], files)).toThrow('--match takes FIELD=VALUE');
  });
});

describe('--grep', () => {
  const events = [
    sampleEvent({ message: 'Payment accepted', fields: { route: '/pay', user: { name: 'ann' } } }),
    sampleEvent({ message: 'timed out', fields: { err: sampleError('no route to host') } }),
  ];
  const files = [sampleFile(events)];

  it.each([
    ['payment', ['Payment accepted']],
    ['Payment', ['Payment accepted']],
    ['PAYMENT', []],
    ['^timed', ['timed out']],
    ['route=/pay', ['Payment accepted']],
    ['name: "ann"', ['Payment accepted']],
    ['no route', ['timed out']],
    ['pay\\.js:10', ['timed out']],
    ['\\S+ \\w+', ['Payment accepted', 'timed out']],
    ['pay\\-', []],
  ])('%s looks into message, fields and stacks', (pattern, expected) => {
    expect(select(['-g', pattern], files)).toEqual(expected);
  });

  it('means all of several', () => {
    expect(select(['-g', 'timed', '-g', 'no route'], files)).toEqual(['timed out']);
    expect(select(['-g', 'timed', '-g', 'pay='], files)).toEqual([]);
  });

  it('refuses a pattern that is none', () => {
    expect(() => select(['-g', '('], files)).toThrow('--grep: Invalid regular expression');
  });
});

describe('a selection of which little matches', () => {
  it('pauses now and then, so that its caller can hear signals', () => {
    const selection = parseSelection(parseArguments(['-g', 'nothing'], SELECTION_OPTIONS), true);
    const given = [...selectEvents(selection, [sampleFile(numbered(20_000))])];
    expect(given).toEqual([undefined, undefined]);
  });
});

describe('--trace', () => {
  const files = [
    sampleFile([
      sampleEvent({ message: 'a', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }),
      sampleEvent({ message: 'b', traceId: '4bf0000000000000a3ce929d0e0e4736' }),
      sampleEvent({ message: 'c' }),
    ]),
  ];

  it('takes an id, or as much of its beginning as one has', () => {
    expect(select(['--trace', '4bf92f3577b34da6a3ce929d0e0e4736'], files)).toEqual(['a']);
    expect(select(['--trace', '4BF'], files)).toEqual(['a', 'b']);
    expect(select(['--trace', '5'], files)).toEqual([]);
    expect(() => select(['--trace', 'POST /pay'], files)).toThrow('--trace takes an id');
  });
});

describe('-n in a long recording', () => {
  it('looks for the last ones from the end backwards, and no further than it must', () => {
    const file = sampleFile(numbered(20_000), sampleHeader({ startedAtMs: SAMPLE_MS }));
    let walked = 0;
    const { events } = file.recording;
    file.recording.events = function* (query) {
      for (const event of events(query)) {
        walked++;
        yield event;
      }
    };
    expect(select(['-n', '3'], [file])).toEqual(['19997', '19998', '19999']);
    expect(walked).toBeLessThan(100);
    expect(select(['-n', '2', '-r', '-U', '-1000s'], [file])).toEqual(['18999', '18998']);
    expect(select(['-n', '2', '-S', '-1s', '-w', 'msg != 19999'], [file])).toEqual(['19998']);
    expect(walked).toBeLessThan(4000);
    expect(select(['-n', '1', '-w', 'msg = 7'], [file])).toEqual(['7']);
    expect(select(['-n', '0'], [file])).toEqual([]);
    walked = 0;
    expect(select(['-n', '+2'], [file])).toEqual(['0', '1']);
    expect(walked).toBeLessThan(4);
  });

  it('needs no start of the process for it', () => {
    const file = sampleFile(numbered(10), sampleHeader({ startedAtMs: Number.NaN }));
    expect(select(['-n', '2'], [file])).toEqual(['8', '9']);
  });
});

describe('-A, -B and -C', () => {
  const files = [sampleFile(numbered(10))];

  it.each([
    [['-A', '1'], '3 4+ 7 8+'],
    [['-B', '2'], '1+ 2+ 3 5+ 6+ 7'],
    [['-C', '1'], '2+ 3 4+ 6+ 7 8+'],
    [['-C', '9'], '0+ 1+ 2+ 3 4+ 5+ 6+ 7 8+ 9+'],
    [['-B', '0'], '3 7'],
    [['-C', '1', '-r'], '8+ 7 6+ 4+ 3 2+'],
    [['-C', '1', '-n', '2'], '7 8+'],
  ])('%j show neighbours once', (words, expected) => {
    const selection = parseSelection(
      parseArguments([...words, '-w', 'msg in (3, 7)'], SELECTION_OPTIONS),
      true,
    );
    const shown = [...selectEvents(selection, files)].flatMap((sourced) =>
      sourced === undefined ? [] : [sourced.event.message + (sourced.isNeighbour ? '+' : '')],
    );
    expect(shown.join(' ')).toBe(expected);
  });

  it('keeps neighbours of any level within the time asked for', () => {
    const events = numbered(6).map((event, index) =>
      index === 3 ? { ...event, level: 'warn' as const, severity: 13 } : event,
    );
    expect(select(['-l', 'warn', '-C', '2', '-S', '-3s'], [sampleFile(events)])).toEqual([
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  it('refuses what is no number', () => {
    expect(() => select(['-C', 'x'], files)).toThrow('--context takes a number');
  });
});

describe('--where', () => {
  it('asks the reader for what its index can answer', () => {
    let asked: unknown;
    const file = sampleFile(numbered(3));
    file.recording.events = (query) => {
      asked = query;
      return [][Symbol.iterator]();
    };
    const end = sampleEvent({ atMs: 2000 }).timeNs;
    const bounds = (query: string): unknown => {
      select(['-w', query], [file]);
      return asked;
    };
    expect(bounds('level >= warn and a = 1')).toEqual({ minLevel: 13 });
    expect(bounds('level >= warn or a = 1')).toEqual({});
    expect(bounds('level = warn or level in (fatal, error)')).toEqual({ minLevel: 13 });
    expect(bounds('not level >= warn')).toEqual({});
    expect(bounds('time > -1s and time <= end')).toEqual({
      sinceNs: end - 1_000_000_000n,
      untilNs: end,
    });
    expect(bounds('(time > -1s or time > -2s) and level > info')).toEqual({
      sinceNs: end - 2_000_000_000n,
      minLevel: 13,
    });
  });
});
