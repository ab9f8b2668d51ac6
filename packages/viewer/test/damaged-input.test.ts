// Every command on every kind of bad file: what is whole is shown, what is missing is said, the exit
// code tells both, and a bad file hides no good one.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording, type WritableEvent, writeRecording } from 'ttlog/reader';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { SAMPLE_NS, sampleHeader } from './sample.ts';

const MAIN = { id: 0, name: 'main' };
const WORKER = { id: 3, name: 'worker' };

/** Long enough for several segments of both threads. */
function manyEvents(): WritableEvent[] {
  return Array.from({ length: 1200 }, (_, index) => ({
    timeNs: SAMPLE_NS + BigInt(index) * 1_000_000n,
    message: 'salvaged',
    level: index % 10 === 0 ? ('error' as const) : ('info' as const),
    fields: { index, text: `${index * 7919} `.repeat(60) },
    thread: index % 2 === 0 ? MAIN : WORKER,
  }));
}

const WHOLE = writeRecording({ header: sampleHeader({ runId: 'bad' }), events: manyEvents() });
const GOOD = writeRecording({
  header: sampleHeader({ runId: 'good', service: 'still-here' }),
  events: [{ timeNs: SAMPLE_NS, message: 'still here', fields: { stillHere: 1 } }],
});
const HALF = WHOLE.length >> 1;

function changed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = Uint8Array.from(WHOLE);
  change(bytes);
  return bytes;
}

/** Of which something is left. */
const SALVAGED: readonly (readonly [name: string, bytes: Uint8Array, problem: RegExp])[] = [
  ['truncated.bin', WHOLE.subarray(0, HALF), /cut short|ends/],
  ['flipped.bin', changed((bytes) => (bytes[HALF] ^= 0x55)), /checksum of chunk/],
  [
    'headless.bin',
    changed((bytes) => bytes.fill(0, 60, 160)),
    /checksum of chunk 0|header is lost/,
  ],
  ['zeroed.bin', changed((bytes) => bytes.fill(0, HALF - 99, HALF + 99)), /chunk/],
  ['doubled.bin', Buffer.concat([WHOLE, WHOLE]), /follow the end/],
  [
    'hostile.bin',
    Buffer.concat([WHOLE.subarray(0, HALF), Buffer.alloc(64, 0xff), WHOLE.subarray(HALF >> 1)]),
    /chunk/,
  ],
];

/** Of which nothing is. */
const LOST: readonly (readonly [name: string, bytes: Uint8Array, problem: RegExp])[] = [
  ['empty.bin', new Uint8Array(0), /it is empty/],
  ['zeros.bin', new Uint8Array(5000), /all zeros/],
  ['tiny.bin', WHOLE.subarray(0, 20), /no whole part/],
  ['text.bin', Buffer.from('not a recording \x1b[31m\u202e'), /does not begin like one/],
  ['empty.gz', new Uint8Array([0x1f, 0x8b]), /cannot be read|no ttlog recording/],
];

/** What of the good recording each shows beside a bad one. */
const COMMANDS: readonly (readonly [line: string, shown: RegExp])[] = [
  ['cat', /still here stillHere=1/],
  ['cat -q -l info', /still here/],
  ['cat -j', /"msg":"still here"/],
  ['cat -o logfmt -r', /msg="still here"/],
  ['cat -n 5000', /still here/],
  ['cat -w stillHere=1 -C 1', /still here/],
  ['info', /still-here/],
  ['info --json', /"service":"still-here"/],
  ['ls', /still-here/],
  ['ls --json', /"service":"still-here"/],
  ['fields', /stillHere/],
  ['stats --by msg', /still here/],
  ['stats --by msg --json', /still here/],
  ['hist --json', /\d/],
  ['patterns', /still here/],
  ['check', /^ok .*good\.bin/m],
  ['check --json', /good\.bin","status":"ok"/],
  ['export --to jsonl', /"msg":"still here"/],
  ['export --to csv', /still here/],
  ['export --to logfmt', /msg="still here"/],
  ['export --to otlp', /still here/],
  ['export --to perfetto', /still here/],
  ['follow -n 5000', /still here/],
];

/** They take one recording, or look for spans, of which there are none. */
const OF_ONE = ['report', 'export --to html', 'trace'];

const directory = mkdtempSync(join(tmpdir(), 'ttlog-damaged-'));
afterAll(() => rmSync(directory, { recursive: true }));
const good = join(directory, 'good.bin');
writeFileSync(good, GOOD);
for (const [name, bytes] of [...SALVAGED, ...LOST]) writeFileSync(join(directory, name), bytes);

/** `ls` says only that something is wrong, and -q asks for no word. */
const isSilent = (line: string): boolean => line.startsWith('ls') || line.includes('-q');
const isPage = (line: string): boolean => line === 'report' || line.endsWith('html');

/** Nothing that a terminal obeys. */
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]/;

function wordsOf(line: string, ...paths: string[]): string[] {
  return [...line.split(' '), ...paths];
}

describe.each(SALVAGED)('%s', (name, bytes, problem) => {
  const path = join(directory, name);
  const events = [...openRecording(bytes).events()].length;

  it('has lost something and kept something, or all of it and more', () => {
    expect(events).toBeGreaterThan(300);
    expect(openRecording(bytes).damage.length).toBeGreaterThan(0);
  });

  it.each([...COMMANDS.map(([line]) => line), ...OF_ONE])(
    'by %s is shown as far as it is whole',
    async (line) => {
      const { code, stdout, stderr } = await runCommand(wordsOf(line, path));
      expect(code, stderr).toBe(3);
      const isTold = problem.test(stderr) || problem.test(stdout) || isSilent(line);
      expect(isTold, `${stderr}${stdout.slice(-500)}`).toBe(true);
      const isSearch = line === 'trace' || line.includes('stillHere');
      expect(stdout !== '' || isSearch).toBe(true);
      expect(isPage(line) ? stderr : stdout + stderr).not.toMatch(CONTROL);
    },
  );

  it('gives every event that is whole to cat, stats and export', async () => {
    const lines = (text: string): number => text.split('\n').length - 1;
    expect(lines((await runCommand(['cat', '-j', path])).stdout)).toBe(events);
    expect(lines((await runCommand(['cat', '-j', '-B', '0', path])).stdout)).toBe(events);
    expect(lines((await runCommand(['export', '--to', 'jsonl', path])).stdout)).toBe(events);
    const { stdout } = await runCommand(['stats', '--by', 'msg', '--json', path]);
    expect(stdout).toContain(`"events":${events}`);
  });

  it.each(COMMANDS)('beside a good one hides nothing of it from %s', async (line, shown) => {
    const { code, stdout } = await runCommand(wordsOf(line, path, good));
    expect(code).toBe(3);
    expect(stdout).toMatch(shown);
  });
});

describe.each(LOST)('%s', (name, _bytes, problem) => {
  const path = join(directory, name);

  it.each([...COMMANDS.map(([line]) => line), ...OF_ONE])(
    'alone fails in %s, and why is said',
    async (line) => {
      const { code, stdout, stderr } = await runCommand(wordsOf(line, path));
      expect(code).toBe(2);
      expect(stderr).toMatch(problem);
      expect(stderr).toContain(name);
      expect(stdout + stderr.replaceAll('\\', '')).not.toMatch(CONTROL);
    },
  );

  it.each(COMMANDS)('beside a good one hides nothing of it from %s', async (line, shown) => {
    const { code, stdout, stderr } = await runCommand(wordsOf(line, path, good));
    expect(code).toBe(3);
    expect(stdout).toMatch(shown);
    expect(stderr).toMatch(problem);
  });
});

it.each(COMMANDS.filter(([line]) => !line.startsWith('follow')))(
  'a directory of bad ones and a good one is shown by %s',
  async (line, shown) => {
    const { code, stdout } = await runCommand(wordsOf(line, directory));
    expect(code).toBe(3);
    expect(stdout).toMatch(shown);
  },
);

it('recover makes nothing of what is no black box, says so, and leaves it', async () => {
  const boxes = join(directory, 'boxes');
  mkdirSync(boxes);
  const name = 'ttlog-app-1-20260102T030405.000Z-abcdefgh.ring';
  for (const [, bytes] of LOST.slice(0, 2)) {
    const path = join(boxes, name);
    writeFileSync(path, bytes);
    for (const words of [
      ['recover', path],
      ['recover', boxes],
    ]) {
      const { code, stdout, stderr } = await runCommand(words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(name);
      expect(stderr).toContain('no black box');
    }
    expect(readdirSync(boxes)).toEqual([name]);
  }
});
