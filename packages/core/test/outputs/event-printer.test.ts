// What is printed of what this thread logs: lines, their order, backtraces and gaps.

import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getLogger, withContext } from '../../src/logger/logger.ts';
import { useTraceProvider } from '../../src/logger/thread-state.ts';
import { EventPrinter } from '../../src/outputs/event-printer.ts';
import type { OutputOrder } from '../../src/outputs/output-order.ts';
import { SEVERITY } from '../../src/record/level.ts';
import { TRACE_NAMES } from '../../src/text/flattened-key.ts';
import { type RecordingLogger, recordHere } from '../logger/recording-logger.ts';

const log = getLogger('shop');
const ORIGIN_MS = Date.UTC(2026, 10, 21, 9, 3, 47);
const SOURCE = { service: 'payments', host: 'web-1', pid: 4711 };

let directory: string;
let file: string;
let here: RecordingLogger;
let startNs: bigint;
beforeEach(() => {
  startNs = process.hrtime.bigint();
  directory = mkdtempSync(join(tmpdir(), 'ttlog-outputs-'));
  file = join(directory, 'lines');
  here = recordHere();
});
afterEach(() => {
  here.stop();
  rmSync(directory, { recursive: true, force: true });
});

function printer(order: Partial<OutputOrder> = {}, fromNs = 0n): EventPrinter {
  return new EventPrinter(
    here.memory,
    {
      minSeverity: SEVERITY.info,
      format: 'json',
      destination: { path: file },
      hasPinoNumbers: false,
      traceNames: TRACE_NAMES,
      isColoured: false,
      backtrace: null,
      repeats: false,
      ...order,
    },
    SOURCE,
    {
      nowNs: process.hrtime.bigint,
      wallOffsetNs: () => BigInt(ORIGIN_MS) * 1_000_000n - startNs,
    },
    fromNs,
  );
}

function print(output: EventPrinter): void {
  output.includeLatest();
  expect(output.work(() => true)).toBe('done');
}

function printed(order: Partial<OutputOrder> = {}): string[] {
  const output = printer(order);
  print(output);
  output.close();
  return lines();
}

const lines = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const objects = () => lines().map((line) => JSON.parse(line));

const BACKTRACE = {
  onSeverity: SEVERITY.error,
  minSeverity: SEVERITY.debug,
  events: 100,
  scope: 'context',
} as const;

describe('a JSON line', () => {
  it('has first what ttlog knows, then bindings and fields', () => {
    const child = log.child({ requestId: 'r1' });
    child.info('order charged', { name: 'Ada', cents: 1250 });
    const [line] = printed();
    expect(line.replace(/47\.\d{6}Z/, '47.000000Z')).toBe(
      '{"time":"2026-11-21T09:03:47.000000Z","level":"info","logger":"shop","msg":"order charged",' +
        '"service":"payments","host":"web-1","pid":4711,"thread":0,"requestId":"r1","name":"Ada",' +
        '"cents":1250}',
    );
  });

  it('writes every kind of value as the viewer does', () => {
    const fields = {
      ...{ zero: 0, small: 23, byte: 255, word: 65535, int: 2 ** 32 - 1, wide: 2 ** 53 - 1 },
      ...{ minus: -1, minusWide: -(2 ** 40), fraction: 12.5, tiny: 5e-324, huge: 1e300 },
      ...{ yes: true, no: false, nothing: null, missing: undefined, nan: NaN, inf: -Infinity },
      ...{
        empty: '',
        text: 'plain',
        quoted: 'a "b" \\ c',
        wideText: 'größe 🎉',
        long: 'x'.repeat(300),
      },
      ...{ control: '\x1b[31m\n\u2028\u202e', lone: '\ud800', list: [1, 'a', [null]] },
      ...{
        object: { a: { b: 1 } },
        big: 12345678901234567890n,
        at: new Date(0),
        set: new Set([1]),
      },
    };
    log.info('values', fields);
    printed();
    const [{ time, level, logger, msg, service, host, pid, thread, ...found }] = objects();
    expect(found).toEqual({
      ...fields,
      ...{ missing: null, nan: 'NaN', inf: '-Infinity', big: '12345678901234567890' },
      ...{ at: '1970-01-01T00:00:00.000Z', set: [1] },
    });
  });

  it('keeps a field apart that has the name of something of ours', () => {
    log.child({ pid: 1, own: 2 }).info('clash', { level: 'x', time: 0, own: 3, 'fields.level': 4 });
    printed();
    expect(objects()[0]).toMatchObject({
      ...{ level: 'info', pid: 4711, own: 3, 'context.own': 2, 'context.pid': 1 },
      ...{ 'fields.level': 'x', 'fields.time': 0, 'fields.fields.level': 4 },
    });
  });

  it('has numbers as pino does where they are asked for', () => {
    for (const level of ['info', 'warn', 'error', 'fatal'] as const) log[level]('event');
    printed({ hasPinoNumbers: true });
    expect(objects().map(({ level }) => level)).toEqual([30, 40, 50, 60]);
    expect(objects()[0].time - ORIGIN_MS).toBeLessThan(60_000);
  });

  it('has the trace under the names that it is told', () => {
    useTraceProvider(() => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 }));
    log.info('in a span', { trace_id: 'own' });
    useTraceProvider(null);
    printed({ traceNames: { traceId: 'dd.trace', spanId: 'dd.span', flags: 'dd.flags' } });
    expect(objects()[0]).toMatchObject({
      ...{ 'dd.trace': 'a'.repeat(32), 'dd.span': 'b'.repeat(16), 'dd.flags': '01' },
      trace_id: 'own',
    });
  });

  it('cannot be forged by a message, a key, a name or a value', () => {
    const evil = 'x"}\n{"level":"fatal"\r\u2028\x1b]0;t\x07\x9b';
    getLogger(evil)
      .child({ [evil]: evil })
      .info(evil, { [`${evil}2`]: evil, err: new Error(evil) });
    const [line, ...others] = printed();
    expect(others).toEqual([]);
    expect(line).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(line)).toMatchObject({
      logger: evil,
      msg: evil,
      [evil]: evil,
      level: 'info',
    });
  });
});

describe('a pretty line', () => {
  it('reads as that of the viewer does, with errors below', () => {
    const error = new Error('no funds');
    error.stack = 'Error: no funds\n    at pay (shop.js:1:2)';
    log.child({ requestId: 'r1' }).error('charge failed', error, { cents: 1250, to: 'Ada L' });
    const [line, ...below] = printed({ format: 'pretty' });
    expect(line).toMatch(/^\d\d:03:4\d\.\d{3} ERROR shop: /);
    expect(line.slice(25)).toBe('charge failed cents=1250 to="Ada L" requestId=r1');
    expect(below).toEqual(['    Error: no funds', '        at pay (shop.js:1:2)']);
  });

  it('lets no control byte through, whatever is logged', () => {
    const evil = '\x1b[2J\n09:00:00.000 FATAL forged\r\x9b1m\u202e';
    getLogger(evil)
      .child({ [evil]: evil })
      .info(evil, { [`${evil}2`]: [evil, { [evil]: evil }] });
    const [line, ...others] = printed({ format: 'pretty' });
    expect(others).toEqual([]);
    expect(line).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe('what is printed', () => {
  it('begins at the level, whatever is recorded', () => {
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
      log[level](level);
    printed({ minSeverity: SEVERITY.warn });
    expect(objects().map(({ msg }) => msg)).toEqual(['warn', 'error', 'fatal']);
  });

  it('comes once, also where another printer goes on', () => {
    const first = printer();
    log.info('one');
    print(first);
    log.info('two');
    print(first);
    log.info('three');
    print(printer({}, first.printedNs));
    expect(objects().map(({ msg }) => msg)).toEqual(['one', 'two', 'three']);
  });

  it('is not called overwritten where another printer goes on, however old the ring is', () => {
    here.stop();
    here = recordHere({ bytes: 16 * 4096, segmentBytes: 4096 });
    const first = printer();
    let n = 0;
    for (; n < 20_000; n++) {
      log.info('event', { n });
      if (n % 100 === 0) print(first);
    }
    print(first);
    expect(first.missed).toBe(0);
    for (; n < 20_100; n++) log.info('event', { n });
    const next = printer({}, first.printedNs);
    print(next);
    expect(next.missed).toBe(0);
    expect(objects().map((line) => line.n)).toEqual(Array.from({ length: 20_100 }, (_, i) => i));
  });

  it('is up to a moment before the last round where nothing is wanted', () => {
    const output = printer({ minSeverity: SEVERITY.fatal });
    log.info('not wanted');
    print(output);
    const lateNs = process.hrtime.bigint() - output.printedNs;
    expect(lateNs).toBeGreaterThanOrEqual(1_000_000_000n);
    expect(output.printedNs).toBeGreaterThanOrEqual(startNs - 1_000_000_000n);
  });

  it('is said to lack something, but not how much, where all was overwritten meanwhile', () => {
    here.stop();
    here = recordHere({ bytes: 16 * 4096, segmentBytes: 4096 });
    const first = printer();
    for (let n = 0; n < 10; n++) log.info('event', { n });
    print(first);
    for (let n = 10; n < 20_000; n++) log.info('event', { n });
    print(printer({}, first.printedNs));
    const gaps = objects().filter(({ n }) => n === undefined);
    expect(gaps).toMatchObject([
      { msg: 'events may have been overwritten before they were printed' },
    ]);
    expect(gaps[0]).not.toHaveProperty('missed');
  });

  it('goes to a new file where the old one was moved away', () => {
    const output = printer();
    log.info('before');
    print(output);
    renameSync(file, `${file}.1`);
    output.reopenIfMoved();
    log.info('after');
    print(output);
    output.close();
    expect(objects().map(({ msg }) => msg)).toEqual(['after']);
  });

  it('has the number of events that were overwritten before', () => {
    here.stop();
    here = recordHere({ bytes: 16 * 4096, segmentBytes: 4096 });
    const output = printer();
    for (let n = 0; n < 20_000; n++) log.info('event', { n });
    print(output);
    for (let n = 20_000; n < 20_010; n++) log.info('event', { n });
    print(output);
    const all = objects();
    const numbers = all.filter(({ n }) => n !== undefined).map(({ n }) => n);
    const missed = all.reduce((sum, line) => sum + (line.missed ?? 0), 0);
    expect(numbers.at(-1)).toBe(20_009);
    expect(numbers.length + missed).toBe(20_010);
    expect(missed).toBeGreaterThan(10_000);
    expect(output.missed).toBe(missed);
    expect(all.find((line) => line.missed)).toMatchObject({ level: 'warn', logger: 'ttlog' });
  });
});

describe('what cannot be written', () => {
  const NO_SPACE = /ENOSPC/;

  it('is counted and told once it can be, however often that fails', () => {
    symlinkSync('/dev/full', file);
    const output = printer({ backtrace: BACKTRACE });
    log.debug('led there');
    log.info('one');
    log.error('two');
    for (let attempt = 0; attempt < 3; attempt++) {
      output.includeLatest();
      expect(() => output.work(() => true)).toThrow(NO_SPACE);
    }
    unlinkSync(file);
    output.reopenIfMoved();
    log.info('three');
    print(output);
    print(output);
    expect(objects()).toMatchObject([
      { msg: 'three' },
      { msg: 'lines could not be written', missed: 3, logger: 'ttlog' },
    ]);
  });

  it('is told with what was overwritten meanwhile', () => {
    here.stop();
    here = recordHere({ bytes: 16 * 4096, segmentBytes: 4096 });
    symlinkSync('/dev/full', file);
    const output = printer({ minSeverity: SEVERITY.fatal });
    print(output);
    for (let n = 0; n < 20_000; n++) log.info('event', { n });
    for (let attempt = 0; attempt < 2; attempt++) {
      output.includeLatest();
      expect(() => output.work(() => true)).toThrow(NO_SPACE);
    }
    unlinkSync(file);
    output.reopenIfMoved();
    print(output);
    expect(output.missed).toBeGreaterThan(10_000);
    expect(objects()).toMatchObject([{ missed: output.missed }]);
  });

  it('is failing until something is written', () => {
    symlinkSync('/dev/full', file);
    const output = printer();
    expect(output.isFailing).toBe(false);
    log.info('one');
    output.includeLatest();
    expect(() => output.work(() => true)).toThrow(NO_SPACE);
    expect(output.isFailing).toBe(true);
    unlinkSync(file);
    output.reopenIfMoved();
    expect(output.isFailing).toBe(true);
    print(output);
    expect(output.isFailing).toBe(false);
  });

  it('is failing also where a file that was moved away cannot be opened again', () => {
    const output = printer();
    renameSync(directory, `${directory}.away`);
    try {
      expect(() => output.reopenIfMoved()).toThrow(/ENOENT/);
      log.info('one');
      print(output);
      expect(output.isFailing).toBe(true);
      mkdirSync(directory);
      output.reopenIfMoved();
      expect(output.isFailing).toBe(false);
    } finally {
      rmSync(`${directory}.away`, { recursive: true });
    }
  });
});

describe('a backtrace', () => {
  const messages = () => objects().map(({ msg }) => msg);

  it('has the events that led to an error in its context, around and inside it, once', () => {
    const request = (id: number, isFailing: boolean) =>
      withContext({ id }, () => {
        log.debug(`${id} begins`);
        log.child({ step: 1 }).debug(`${id} goes on`);
        log.trace(`${id} is below`);
        log.info(`${id} is printed`);
        if (isFailing) log.error(`${id} fails`);
        if (isFailing) log.error(`${id} fails again`);
      });
    request(1, false);
    request(2, true);
    printed({ backtrace: BACKTRACE });
    expect(messages()).toEqual([
      ...['1 is printed', '2 is printed', '2 begins', '2 goes on', '2 fails', '2 fails again'],
    ]);
  });

  it('follows a trace over its spans', () => {
    const inSpan = (trace: string, span: string) =>
      useTraceProvider(() => ({ traceId: trace.repeat(32), spanId: span.repeat(16), flags: 1 }));
    inSpan('a', '1');
    log.debug('of another');
    inSpan('b', '2');
    log.child({ step: 1 }).debug('of this');
    inSpan('b', '3');
    log.error('fails');
    useTraceProvider(null);
    printed({ backtrace: BACKTRACE });
    expect(objects()).toMatchObject([
      { msg: 'of this', step: 1, span_id: '2'.repeat(16) },
      { msg: 'fails', trace_id: 'b'.repeat(32), span_id: '3'.repeat(16), trace_flags: '01' },
    ]);
  });

  it.each(['thread', 'process'] as const)('takes the last events of the %s', (scope) => {
    for (let n = 0; n < 10; n++) withContext({ n }, () => log.debug(`${n}`));
    log.error('fails');
    printed({ backtrace: { ...BACKTRACE, scope, events: 3 } });
    expect(messages()).toEqual(['7', '8', '9', 'fails']);
  });

  it('keeps a bounded number of contexts', () => {
    const first = log.child({ first: true });
    first.debug('too long ago');
    for (let n = 0; n < 2000; n++) withContext({ n }, () => log.debug('other'));
    first.error('fails');
    printed({ backtrace: BACKTRACE });
    expect(messages()).toEqual(['fails']);
  });
});
