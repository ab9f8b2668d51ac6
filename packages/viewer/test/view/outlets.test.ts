// What leaves the reader: the place in the source, and the text for a command.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { viewOutlets } from '../../src/commands/view-outlets.ts';
import { Screen } from '../../src/output/screen.ts';
import { processTerminal } from '../../src/output/terminal.ts';
import { framePlace, sourcePlaceOf } from '../../src/view/source-place.ts';
import { SAMPLE_NS, sampleError } from '../sample.ts';
import { type OpenSession, openHundred, openSession, recordingOf } from './open-session.ts';

let reader: OpenSession;

function placeOf(fields: { [name: string]: unknown }): unknown {
  return sourcePlaceOf({ fields } as Parameters<typeof sourcePlaceOf>[0]);
}

describe('the place that logged an event', () => {
  it.each([
    ['/srv/app.js:7', { path: '/srv/app.js', line: 7 }],
    ['src/pay.ts:12:3', { path: 'src/pay.ts', line: 12 }],
    ['Server.serve (file:///srv/a%20b.mjs:5:9)', { path: '/srv/a b.mjs', line: 5 }],
    [
      { file: '/srv/app.js', line: 9 },
      { path: '/srv/app.js', line: 9 },
    ],
    ['somewhere', null],
    [7, null],
  ])('is what a caller field says: %j', (caller, expected) => {
    expect(placeOf({ caller })).toEqual(expected);
  });

  it('is the first frame of code of the application', () => {
    const err = sampleError('broken');
    err.stack = [
      'TypeError: at least (one) line:12:3',
      '    at new Promise (<anonymous>)',
      '    at node:internal/main/run_main_module:28:49',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      '    at Layer.handle [as handle_request] (/srv/node_modules/express/lib/router.js:95:5)',
      '    at async Shop.pay (file:///srv/app/(shop)/pay.ts:31:7)',
      '    at /srv/main.js:1:1',
    ].join('\n');
    const place = { path: '/srv/app/(shop)/pay.ts', line: 31 };
    expect(placeOf({ id: 1, err })).toEqual(place);
    expect(placeOf({ failure: err })).toEqual(place);
    expect(placeOf({ stack: err.stack })).toEqual(place);
    expect(placeOf({ err: sampleError('outer', { cause: err }) })).not.toBeNull();
    expect(framePlace('    at C:\\app\\main.js:3:1')).toEqual({
      path: 'C:\\app\\main.js',
      line: 3,
    });
    for (const line of [
      'at eval (eval at f (/a.js:1:1), <anonymous>:1:1)',
      'at file://h/x:1:1',
      '',
    ]) {
      expect(framePlace(line), line).toBeNull();
    }
  });

  it('is looked for in time, however hostile the text', () => {
    const long = `at ${'( /:1'.repeat(200_000)}`;
    const started = process.hrtime.bigint();
    expect(placeOf({ caller: long, err: { stack: `${long}\n`.repeat(20) } })).toBeNull();
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
  });

  it('is opened by v, or that of the frame that is chosen', async () => {
    const err = sampleError('broken');
    err.stack = 'TypeError: broken\n    at pay (/srv/pay.js:3:1)\n    at main (/srv/main.js:9:1)';
    const events = [
      { timeNs: SAMPLE_NS, level: 'error' as const, message: 'failed', fields: { err } },
      { timeNs: SAMPLE_NS + 1n, level: 'info' as const, message: 'plain' },
    ];
    reader = await openSession([recordingOf(events)]);
    await reader.press('v');
    expect(reader.surface.status).toContain('edited');
    await reader.press('return', 'G', 'k', 'k', 'j', 'j');
    expect(reader.surface.chosen).toContain('main.js');
    await reader.press('v', 'q', 'G', 'v');
    expect(reader.sent.edited).toEqual([
      { path: '/srv/pay.js', line: 3 },
      { path: '/srv/main.js', line: 9 },
    ]);
    expect(reader.surface.status).toContain('nothing here tells where it was logged');
  });
});

describe('a file that is given up', () => {
  it('leaves nothing, and what it would have replaced', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
    const path = join(directory, 'own.csv');
    writeFileSync(path, 'mine');
    reader = await openHundred();
    await reader.press('m', 'm');
    const { write } = viewOutlets(new Screen(), processTerminal(), true);
    const stop = new AbortController();
    const errand = { signal: stop.signal, say: () => stop.abort() };
    const target = { path, format: 'csv', isForced: true } as const;
    expect(await write(target, reader.session.marked, 'utc', errand)).toMatch(
      /^gave up writing 1 /,
    );
    expect([readdirSync(directory), readFileSync(path, 'utf8')]).toEqual([['own.csv'], 'mine']);
    rmSync(directory, { recursive: true });
  });
});

describe('a pipe', () => {
  beforeEach(async () => {
    reader = await openHundred();
  });

  it('takes what is shown, as cat prints it', async () => {
    await reader.press('&', ...'id in (5, 50)', 'return', 'z', '|', ...'sort -r');
    expect(reader.surface.status).toMatch(/^\|sort -r +6 shown$/);
    await reader.press('return');
    const [{ command, text }] = reader.sent.piped;
    expect(command).toBe('sort -r');
    expect(text.split('\n').map((line) => line.replace(/.*(?= id=)| user=.*/g, ''))).toEqual([
      '── 2026-01-02 UTC ──',
      ...[' id=4', ' id=5', ' id=6', '--', ' id=49', ' id=50', ' id=51', ''],
    ]);
    expect(text).toMatch(/^03:04:05\.005000 INFO {2}images http: cache miss id=5 user=/m);
  });

  it('takes the marked events instead, in their order, also hidden ones', async () => {
    await reader.press('G', 'm', 'm', 'g', 'm', 'a', '5', '|', 'w', 'c');
    expect(reader.surface.status).toMatch(/^\|wc +2 marked$/);
    await reader.press('return');
    const { text } = reader.sent.piped[0];
    expect(Array.from(text.matchAll(/ id=(\d+)/g), (match) => match[1])).toEqual(['0', '99']);
    await reader.press('|', 'return', '|', 'up');
    expect([reader.sent.piped.length, reader.surface.status]).toEqual([
      1,
      expect.stringMatching(/^\|wc /),
    ]);
  });
});
