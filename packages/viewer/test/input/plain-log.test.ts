import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFile } from '../../src/input/open-recordings.ts';
import { readPlainLine } from '../../src/input/plain-event.ts';
import { openPlainLog } from '../../src/input/plain-log.ts';
import { runCommand } from '../run-command.ts';
import { runViewer } from '../run-viewer.ts';
import { SAMPLE_MS, SAMPLE_NS, sampleHeader } from '../sample.ts';

const PINO = `{"level":40,"time":${SAMPLE_MS},"pid":7,"hostname":"web-2","name":"api","msg":"slow","ms":12}`;

describe('a line of', () => {
  it.each([
    ['pino', PINO, 'warn', 'slow', 'api', 0n],
    [
      'bunyan',
      '{"name":"app","hostname":"h","pid":1,"level":50,"msg":"bad","time":"2026-01-02T03:04:05.123Z","v":0}',
      'error',
      'bad',
      'app',
      123_000_000n,
    ],
    [
      'winston',
      '{"level":"verbose","message":"hi","timestamp":"2026-01-02T03:04:05.000Z"}',
      'debug',
      'hi',
      '',
      0n,
    ],
    [
      'seconds with a fraction',
      `{"severity":"WARNING","message":"x","ts":${SAMPLE_MS / 1000 + 0.25}}`,
      'warn',
      'x',
      '',
      250_000_000n,
    ],
    [
      'ttlog',
      '{"time":"2026-01-02T03:04:05.123456789Z","level":"fatal","logger":"l","msg":"m"}',
      'fatal',
      'm',
      'l',
      123_456_789n,
    ],
  ])('%s has time, level, message and logger', (_tool, line, level, message, logger, atNs) => {
    const { event, hasTime } = readPlainLine({ text: line, isCut: false }, 0n);
    expect(hasTime).toBe(true);
    expect(event).toMatchObject({ level, message, logger, timeNs: SAMPLE_NS + atNs });
  });

  it('no JSON at all is a message, at the time of the line above', () => {
    const { event, hasTime } = readPlainLine({ text: '{ oops', isCut: false }, 5n);
    expect(hasTime).toBe(false);
    expect(event).toMatchObject({ message: '{ oops', timeNs: 5n, level: 'info', fields: {} });
  });

  it('keeps what it does not understand as fields, and errors with their stacks', () => {
    const text =
      '{"level":"loud","time":"soon","msg":5,"err":{"type":"TypeError","message":"m","stack":"TypeError: m\\n  at x","code":"E"}}';
    const { event } = readPlainLine({ text, isCut: false }, 0n);
    expect(event.fields).toMatchObject({ level: 'loud', time: 'soon', msg: 5 });
    const { err } = event.fields as { err: Error & { code: string } };
    expect(err).toBeInstanceOf(Error);
    expect([err.name, err.message, err.code]).toEqual(['TypeError', 'm', 'E']);
    expect(err.stack).toBe('TypeError: m\n  at x');
  });
});

describe('a plain log', () => {
  it('is read in the order of its times, by the same questions as a recording', () => {
    const lines = [3, 1, 2, 2].map((second, index) =>
      JSON.stringify({ time: SAMPLE_MS + second * 1000, level: index * 10 + 20, msg: `${index}` }),
    );
    const log = openPlainLog(Buffer.from(`${lines.join('\r\n')}\n\n`), 'a.log');
    const messages = (query?: object): string =>
      Array.from(log?.events(query) ?? [], ({ message }) => message).join('');
    expect(messages()).toBe('1230');
    expect(messages({ minLevel: 'warn' })).toBe('23');
    expect(messages({ sinceNs: SAMPLE_NS + 2_000_000_000n })).toBe('230');
    expect(messages({ untilNs: SAMPLE_NS + 1_000_000_000n })).toBe('1');
    expect(log?.endNs).toBe(SAMPLE_NS + 3_000_000_000n);
  });

  it('is not what only looks like text', () => {
    expect(openPlainLog(Buffer.from('hello\nworld\n'), 'a')).toBeNull();
    expect(openPlainLog(Buffer.from('{"a":1}\n'), 'a')).toBeNull();
    expect(openPlainLog(Buffer.from([0x7b, 0, 1, 2]), 'a')).toBeNull();
  });
});

describe('a long line', () => {
  const atMs = SAMPLE_MS + 1000;
  const x = 'x'.repeat(2 * 1024 * 1024);
  const only = (line: string) => [...(openPlainLog(Buffer.from(`${line}\n`), 'a')?.events() ?? [])];

  it.each([
    ['at its front', `{"level":50,"time":${atMs},"msg":"m","x":"${x}"}`],
    ['behind the rest', `{"x":"${x}","msg":"m","level":50,"time":${atMs}}`],
    ['behind what is nested', `{"err":{"a":["${x}"]},"msg":"m","level":50,"time":${atMs}}`],
  ])('of some megabytes has its level and time %s', async (_where, line) => {
    const directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
    try {
      writeFileSync(join(directory, 'long.log'), `${line}\n${PINO}\n`);
      const opened = await openFile(join(directory, 'long.log'));
      const events = opened.ok ? [...opened.file.recording.events()] : [];
      expect(events.map(({ message, level }) => [message, level])).toEqual([
        ['slow', 'warn'],
        ['m', 'error'],
      ]);
      expect(events[1].timeNs).toBe(SAMPLE_NS + 1_000_000_000n);
      expect(events[1].fields).toHaveProperty(line.includes('err') ? ['err', 'a', 0] : 'x', x);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('beyond all measure is cut with a mark, and keeps what is at its front', () => {
    const huge = 'é'.repeat(9 * 1024 * 1024);
    const [{ level, timeNs, message, fields }] = only(
      `{"level":50,"time":${atMs},"a":{"b":[1,","]},"msg":"${huge}","n":1}`,
    );
    expect({ level, timeNs, fields }).toEqual({
      level: 'error',
      timeNs: SAMPLE_NS + 1_000_000_000n,
      fields: { a: { b: [1, ','] } },
    });
    expect(message).toMatch(/^é{500000,}\[cut\]$/);
    const [field] = only(`{"level":50,"time":${atMs},"msg":"m","n":[1,"${huge}"]}`);
    expect(field).toMatchObject({ level: 'error', message: 'm', fields: { n: { kind: 'cut' } } });
  });

  it('that is cut says nothing that it did not say', () => {
    const read = (text: string) => readPlainLine({ text, isCut: true }, 7n).event;
    expect(read('{"time":17000').timeNs).toBe(7n);
    expect(read('{"level":"warn","msg":"a\\u00e').message).toBe('a[cut]');
    expect(read('{"level":"warn","msg":"a"')).toMatchObject({ level: 'warn', message: 'a[cut]' });
    expect(read('{"level":"warn","ms')).toMatchObject({
      level: 'warn',
      message: '[cut]',
      fields: {},
    });
    expect(read('{"level":"warn"} and text').message).toBe('{"level":"warn"} and text[cut]');
    expect(read('{"a":1,,"msg":"x').message).toBe('{"a":1,,"msg":"x[cut]');
    expect(read('plain').message).toBe('plain[cut]');
  });
});

describe('the program', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
    const events = [{ timeNs: SAMPLE_NS + 500_000_000n, message: 'recorded' }];
    writeFileSync(join(directory, 'a.bin'), writeRecording({ header: sampleHeader(), events }));
    writeFileSync(join(directory, 'p.log'), `${PINO}\nplain\n`);
    writeFileSync(join(directory, 'p.log.gz'), gzipSync(`${PINO}\n`));
    const many = Array.from({ length: 5000 }, (_, n) => `${PINO.slice(0, -1)},"n":${n}}\n`);
    const wholeGzip = gzipSync(many.join(''));
    writeFileSync(join(directory, 'cut.gz'), wholeGzip.subarray(0, wholeGzip.length >> 1));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('merges plain logs and recordings, and points out that clocks may differ', () => {
    const { code, stdout, stderr } = runViewer(['cat', 'a.bin', 'p.log.gz', '-o', 'jsonl'], {
      cwd: directory,
    });
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).msg),
    ).toEqual(['slow', 'recorded']);
    expect(stderr).toBe(
      'ttlog-view: these are of different hosts (host-a, web-2), whose clocks may differ\n',
    );
  });

  it('reads a plain log from a pipe', () => {
    const piped = runViewer(['cat', '-', '-w', 'ms > 10ms'], { input: Buffer.from(`${PINO}\n`) });
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(piped.stdout).toContain('WARN  api: slow ms=12');
  });

  it('shows what there is of a log that is cut off, as damaged', () => {
    const { code, stdout } = runViewer(['stats', 'cut.gz', '--json'], { cwd: directory });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^\{"by":\{"level":"warn"\},"events":\d{3,}\}/);
  });

  it('keeps of each line which process it is of, where there are several', () => {
    const other = PINO.replace('"pid":7', '"pid":22').replace('web-2', 'web-3');
    writeFileSync(join(directory, 'several.log'), `${PINO}\n${other}\n`);
    const cat = (...words: string[]) =>
      runViewer(['cat', 'several.log', '-j', ...words], { cwd: directory });
    const lines = cat().stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { pid: 7, host: 'web-2', service: 'several.log' },
      { pid: 22, host: 'web-3', service: 'several.log' },
    ]);
    expect(lines[1]).not.toContain('fields.');
    expect(cat('-m', 'pid=22').stdout).toBe(`${lines[1]}\n`);
    expect(cat('-m', 'pid=7').stdout).toBe(`${lines[0]}\n`);
  });

  it('tells the process of a line once in other forms, and leaves its own fields alone', async () => {
    const other = PINO.replace('"pid":7', '"pid":22').replace(
      '"hostname"',
      '"host":"mine","hostname"',
    );
    const path = join(directory, 'other.log');
    writeFileSync(path, `${PINO}\n${other.replace('web-2', 'web-3')}\n`);
    const second = async (...words: string[]): Promise<string> =>
      (await runCommand([...words, path])).stdout
        .split(/\r?\n/)
        .filter((line) => line.includes('22'))[0];
    expect(JSON.parse(await second('cat', '-j'))).toMatchObject({
      host: 'web-3',
      'fields.host': 'mine',
    });
    expect(await second('cat', '-o', 'logfmt')).toMatch(
      / host=web-3 pid=22 thread=0 fields.host=mine ms=12$/,
    );
    expect(await second('export', '--to', 'csv')).toMatch(
      /,web-3,22,0,"{""host"":""mine"",""ms"":12}"$/,
    );
    expect(await second('cat')).toMatch(/ slow .*host=mine .*pid=22/);
  });

  it('says on the card that it is none of ours', () => {
    const { stdout } = runViewer(['info', 'p.log'], { cwd: directory });
    expect(stdout).toContain('p.log[7]: Plain log');
    expect(stdout).not.toContain('runtime');
  });
});

describe('a command that counts', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
    const lines = Array.from(
      { length: 130_000 },
      (_, n) => `{"level":30,"time":${SAMPLE_MS + n},"id":${n}}\n`,
    );
    writeFileSync(join(directory, 'many.log'), lines.join(''));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    ['slices', ['--every', '1ms']],
    ['slices and values', ['--every', '1s', '--by', 'id']],
  ])('shows very many %s, and what is beyond them as one', (_what, words) => {
    const { code, stdout, stderr } = runViewer(['stats', 'many.log', ...words], { cwd: directory });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(100_002);
    expect(rows.at(-1)).toMatch(/^….* 30,000$/);
  });

  it('knows a thread by the name that is shown for it', () => {
    const main = runViewer(['cat', 'many.log', '--thread', 'main', '-l', 'fatal'], {
      cwd: directory,
    });
    expect(main).toMatchObject({ code: 1, stderr: '' });
    const none = runViewer(['cat', 'many.log', '--thread', 'mian', '-l', 'fatal'], {
      cwd: directory,
    });
    expect(none.stderr).toMatch(/^ttlog-view: no thread mian; there are 0/);
  });

  it('knows threads by name that share a number, or have none', async () => {
    const line = (n: number, thread: string): string =>
      `{"level":30,"time":${SAMPLE_MS + n},"msg":"${n}",${thread}}\n`;
    const numbered =
      line(0, '"thread":1,"thread_name":"a"') + line(1, '"thread":1,"thread_name":"b"');
    const named = line(2, '"thread_name":"a"') + line(3, '"thread_name":"b"') + line(4, '"n":1');
    for (const [name, text] of Object.entries({ 'numbered.log': numbered, 'named.log': named })) {
      writeFileSync(join(directory, name), text);
    }
    const both = ['numbered.log', 'named.log'].map((name) => join(directory, name));
    const cat = async (...words: string[]): Promise<string> =>
      (await runCommand(['cat', '--utc', ...words])).stdout;
    const messages = async (...words: string[]): Promise<string[]> =>
      Array.from((await cat('-j', ...words)).matchAll(/"msg":"(\d)"/g), ([, message]) => message);
    expect(await messages(...both, '--thread', 'b')).toEqual(['1', '3']);
    expect(await messages(...both, '--thread', 'b', '-C', '0')).toEqual(['1', '3']);
    expect(await messages(...both, '--thread', '1', '--thread', 'main')).toEqual([
      '0',
      '1',
      '2',
      '4',
    ]);
    const shown = (await cat(both[1])).trimEnd().split('\n').slice(1);
    expect(shown.map((line) => /(a|b|main) +(\d)( |$)/.exec(line)?.slice(1, 3))).toEqual([
      ...[
        ['a', '2'],
        ['b', '3'],
        ['main', '4'],
      ],
    ]);
  });

  it('survives a field with the name of a constructor', () => {
    const line = `{"level":50,"time":${SAMPLE_MS},"err":{"stack":"x","constructor":null}}\n`;
    writeFileSync(join(directory, 'odd.log'), line);
    const { code, stdout, stderr } = runViewer(['fields', 'odd.log'], { cwd: directory });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^err +/m);
  });
});
