import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mark, writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, interruptViewer, runViewer } from './run-viewer.ts';
import { SAMPLE_NS, sampleError, sampleHeader } from './sample.ts';

/** Numbered events a millisecond apart, from `first` on. */
function recordingOf(count: number, first = 0, runId = 'run-1'): Uint8Array {
  const events = Array.from({ length: count }, (_, index) => ({
    timeNs: SAMPLE_NS + BigInt(first + index) * 1_000_000n,
    message: `event ${first + index}`,
    fields: { index: first + index },
  }));
  return writeRecording({ header: sampleHeader({ runId }), events });
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  for (const name of ['set', 'empty', 'pair']) mkdirSync(join(directory, name));
  writeFileSync(join(directory, 'ten.bin'), recordingOf(10));
  writeFileSync(join(directory, 'many.bin'), recordingOf(200_000));
  writeFileSync(join(directory, 'garbage.bin'), 'not a recording \x1b[31m at all');
  // Two recordings of one process that overlap, and one of another process.
  writeFileSync(join(directory, 'set', 'b.bin'), recordingOf(6));
  writeFileSync(join(directory, 'set', 'a.bin'), recordingOf(6, 4));
  writeFileSync(join(directory, 'set', 'c.bin'), recordingOf(1, 20, 'run-2'));
  writeFileSync(join(directory, 'set', '.ttlog-x.bin.abc.tmp'), 'unfinished');
  writeFileSync(join(directory, 'set', 'notes.txt'), 'not looked at');
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(...words: string[]): ReturnType<typeof runViewer> {
  return runViewer(words, { cwd: directory });
}

/** Numbers of the events shown. */
function shown(stdout: string): number[] {
  return Array.from(stdout.matchAll(/index"?[=:](\d+)/g), (match) => Number(match[1]));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe('the exit code', () => {
  it('is 0 when something was shown', () => {
    expect(run('cat', 'ten.bin').code).toBe(0);
    expect(run('--version')).toMatchObject({ code: 0, stdout: 'ttlog-view 0.1.0\n' });
  });

  it('is 1 when nothing matched, and nothing is printed', () => {
    expect(run('cat', 'ten.bin', '-g', 'nothing')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: '',
    });
    expect(run('cat', 'ten.bin', '--thread', 'nobody')).toMatchObject({
      code: 1,
      stderr: 'ttlog-view: no thread nobody; there are 0, main\n',
    });
  });

  it('is 2 when the command line is wrong, with a hint', () => {
    expect(run('cat', '--lvl', 'warn')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'ttlog-view: unknown option --lvl; did you mean --level?\nttlog-view: see ttlog-view help cat\n',
    });
    expect(run('inof', 'ten.bin')).toMatchObject({ code: 2, stdout: '' });
    expect(run('inof').stderr).toContain('did you mean info?');
    expect(run('help', 'cta').stderr).toContain('did you mean cat?');
    expect(run('cat', 'ten.bin', '-S', 'noon').code).toBe(2);
  });

  it('is 4 when a query cannot be understood, and the place is shown', () => {
    expect(run('cat', 'ten.bin', '-w', 'index > and msg ~= x')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: [
        'ttlog-view: expected a value after >, not and\n',
        'ttlog-view:   index > and msg ~= x\n',
        'ttlog-view:           ^\n',
      ].join(''),
    });
  });

  it('is 2 when a file cannot be read, which hides none of the others', () => {
    const { code, stdout, stderr } = run('cat', 'missing.bin', 'ten.bin');
    expect(code).toBe(2);
    expect(shown(stdout)).toEqual(range(0, 10));
    expect(stderr).toBe('ttlog-view: missing.bin: no such file or directory\n');
  });

  it('is 3 when a file among others is no recording, and 2 when it is alone', () => {
    const { code, stdout, stderr } = run('cat', 'garbage.bin', 'ten.bin');
    expect(code).toBe(3);
    expect(shown(stdout)).toEqual(range(0, 10));
    expect(stderr).toMatch(/^ttlog-view: garbage\.bin is no ttlog recording: .+\n$/);
    expect(run('cat', 'garbage.bin')).toMatchObject({ code: 2, stdout: '' });
    expect(run('cat', '/dev/zero').code).toBe(2);
  });

  it('is 3 when a recording is damaged, of which the rest is shown', () => {
    const bytes = recordingOf(20_000);
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(join(directory, 'flipped.bin'), bytes);
    writeFileSync(join(directory, 'torn.bin'), bytes.subarray(0, bytes.length / 3));
    for (const file of ['flipped.bin', 'torn.bin']) {
      const { code, stdout, stderr } = run('cat', file, '-j');
      expect(code).toBe(3);
      expect(stderr).toMatch(/damage at byte \d+/);
      const numbers = shown(stdout);
      expect(numbers.length).toBeGreaterThan(1000);
      expect(numbers.length).toBeLessThan(20_000);
      expect(run('cat', file, '-q')).toMatchObject({ code: 3, stderr: '' });
      expect(run('info', file).stdout).toMatch(/\ndamage +at byte/);
      expect(JSON.parse(run('ls', file, '--json').stdout).status).toBe('damaged');
    }
  });

  it('is 130 after SIGINT', async () => {
    const writing = await interruptViewer(['cat', join(directory, 'many.bin')], (child) => {
      child.kill('SIGINT');
    });
    expect(writing).toEqual({ code: 130, signal: null, stderr: '' });
  });
});

describe('standard output', () => {
  it('may be closed at any time without a word', async () => {
    const closed = await interruptViewer(['cat', join(directory, 'many.bin')], (child) => {
      child.stdout?.destroy();
    });
    expect(closed).toEqual({ code: 0, signal: null, stderr: '' });
  });

  it('may be closed by head', () => {
    const script = `"${process.execPath}" "${CLI}" many.bin -j | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: directory });
    expect(stderr.toString()).toBe('');
    expect(stdout.toString()).toMatch(/^\{"time":.*"index":0\}\n0\n$/);
  });

  it('has every event even when there are many', () => {
    expect(shown(run('cat', 'many.bin', '-o', 'logfmt').stdout)).toEqual(range(0, 200_000));
  });

  it('that is full is told', () => {
    const script = `"${process.execPath}" "${CLI}" many.bin > /dev/full`;
    const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: directory });
    expect(status).toBe(2);
    expect(stderr.toString()).toMatch(/^ttlog-view: cannot write: ENOSPC/);
  });
});

describe('the input', () => {
  it('is a directory: all its recordings by time, events of a process once', () => {
    const { code, stdout, stderr } = run('cat', 'set');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(shown(stdout)).toEqual([...range(0, 10), 20]);
  });

  it('is a pattern that the shell did not expand', () => {
    expect(shown(run('cat', 'set/[ab].bin').stdout)).toEqual(range(0, 10));
    expect(shown(run('cat', `${directory}/s*/c.bin`).stdout)).toEqual([20]);
    expect(run('cat', 'set/z*.bin')).toMatchObject({
      code: 1,
      stderr: 'ttlog-view: set/z*.bin: no file matches\n',
    });
  });

  it('is given twice and shown once', () => {
    expect(shown(run('cat', 'ten.bin', './ten.bin').stdout)).toEqual(range(0, 10));
  });

  it('is standard input', () => {
    const input = recordingOf(3);
    expect(shown(runViewer(['cat', '-'], { input }).stdout)).toEqual([0, 1, 2]);
    expect(runViewer(['cat', '-'], { input: Buffer.from('x') })).toMatchObject({ code: 2 });
  });

  it('is a pipe', () => {
    const script = `"${process.execPath}" "${CLI}" <(cat ten.bin)`;
    const { stdout } = spawnSync('bash', ['-c', script], { cwd: directory });
    expect(shown(stdout.toString())).toEqual(range(0, 10));
  });

  it('has a name of any kind', () => {
    for (const name of ['-r', '--help', '[x]*.bin', 'a\nb\x1b[2J.bin', 'cat']) {
      copyFileSync(join(directory, 'ten.bin'), join(directory, name));
      const { code, stdout } = run('--', name);
      expect({ code, events: shown(stdout) }).toEqual({ code: 0, events: range(0, 10) });
    }
    expect(run('ls', 'a\nb\x1b[2J.bin').stdout).toContain('a\\nb\\x1b[2J.bin');
  });

  it('is the newest recording of the default directory', () => {
    const pair = join(directory, 'pair');
    writeFileSync(join(pair, 'z-old.bin'), recordingOf(1));
    writeFileSync(join(pair, 'a-new.bin'), recordingOf(1, 7));
    utimesSync(join(pair, 'z-old.bin'), 1000, 1000);
    const environment = { TTLOG_SNAPSHOT_DIR: pair };
    expect(shown(runViewer([], { environment }).stdout)).toEqual([7]);
    expect(runViewer(['info'], { environment }).stdout).toContain('a-new.bin');
    expect(runViewer(['ls'], { environment }).stdout.split('\n')).toHaveLength(4);
  });

  it('is nothing, and what was looked for is said', () => {
    const empty = join(directory, 'empty');
    const given = runViewer([], { environment: { TTLOG_SNAPSHOT_DIR: empty } });
    expect(given).toMatchObject({ code: 1, stdout: '' });
    expect(given.stderr).toContain(`no recording in ${empty} (from TTLOG_SNAPSHOT_DIR)`);
    const missing = runViewer(['ls'], { environment: { TMPDIR: empty } });
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain(`${empty}/ttlog-${process.getuid!()} (the default directory)`);
    expect(runViewer(['cat', empty]).stderr).toContain(`${empty}: no recordings (*.bin) here`);
  });

  it('is refused in words, not in codes', () => {
    expect(run('cat', 'ten.bin/x').stderr).toBe('ttlog-view: ten.bin/x: not a directory\n');
    expect(run('cat', 'x'.repeat(300)).stderr).toMatch(/: file name too long\n$/);
  });
});

describe('hostile text', () => {
  /** Everything that acts on a terminal, in one text. */
  const NASTY = '\x1b]0;t\x07\x1b[2J\r\x9b31m\x7f\0\u202e\u2066\u200b\u2028\ud800\n2026';
  const DANGEROUS =
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]/u;

  beforeAll(() => {
    const error = sampleError(NASTY, { [NASTY]: NASTY });
    error.name = NASTY;
    error.stack += `\n    at ${NASTY}`;
    const header = sampleHeader({
      service: NASTY,
      host: NASTY,
      runId: NASTY,
      node: NASTY,
      platform: NASTY,
      arch: NASTY,
      reason: NASTY,
      trigger: { kind: 'signal', thread: 0, signal: NASTY },
      error,
      notes: [NASTY],
      blackBox: { mode: 'off', reason: NASTY },
    });
    header.process.memory[NASTY] = 1;
    const event = {
      timeNs: SAMPLE_NS,
      logger: NASTY,
      message: NASTY,
      fields: {
        [NASTY]: NASTY,
        err: error,
        nested: { [NASTY]: [NASTY, error] },
        map: new Map([[NASTY, 1]]),
        save: new Mark('function', NASTY.toWellFormed()),
        long: new Mark('cut', '', NASTY, 9000),
      },
      context: { [`c${NASTY}`]: NASTY, [NASTY]: 'hidden by the field' },
    };
    const names = [NASTY, NASTY, `${NASTY}x`];
    const events = names.map((name, id) => ({ ...event, thread: { id, name } }));
    writeFileSync(join(directory, 'nasty.bin'), writeRecording({ header, events }));
    const twin = { ...header, runId: `x${NASTY}` };
    writeFileSync(join(directory, 'twin.bin'), writeRecording({ header: twin, events }));
  });

  it.each([
    ['cat', 'nasty.bin'],
    ['cat', 'nasty.bin', '-r'],
    ['cat', 'nasty.bin', 'ten.bin'],
    ['cat', 'nasty.bin', 'twin.bin'],
    ['cat', 'nasty.bin', '-o', 'jsonl'],
    ['cat', 'nasty.bin', '-o', 'logfmt'],
    ['info', 'nasty.bin'],
    ['info', 'nasty.bin', '--json'],
    ['ls', 'nasty.bin'],
    ['ls', 'nasty.bin', '--json'],
    ['cat', 'nasty.bin', '--thread', NASTY.replaceAll('\0', '')],
    ['cat', 'nasty.bin', '-S', NASTY.replaceAll('\0', '')],
    ['cat', `--${NASTY.replaceAll('\0', '')}`],
    ['help', NASTY.replaceAll('\0', '')],
    [NASTY.replaceAll('\0', '')],
  ])('never acts on the terminal: %j %j %j', (...words) => {
    const plain = run(...words.filter((word) => word !== undefined));
    expect(plain.stdout).not.toMatch(DANGEROUS);
    expect(plain.stderr).not.toMatch(DANGEROUS);
    // The text decodes to what the bytes are: no byte was hidden by decoding.
    expect(Buffer.from(plain.stdout).equals(plain.bytes)).toBe(true);
    if (words[0] === 'help' || words[0].startsWith('\x1b')) return;
    const coloured = run(...words.filter((word) => word !== undefined), '--color=always');
    expect(coloured.stdout.replace(/\x1b\[(?:0|[1-9][0-9;]*)m/g, '')).toBe(plain.stdout);
  });

  it('comes back whole from JSON', () => {
    const { code, stdout, stderr } = run('cat', 'nasty.bin', '-j');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [line] = stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({ msg: NASTY, logger: NASTY, [NASTY]: NASTY });
  });
});

describe('the first output', () => {
  it('comes within 250 ms of the start of Node', () => {
    const fastest = (words: string[]): number => {
      const times = range(0, 5).map(() => {
        const startMs = performance.now();
        spawnSync(process.execPath, words);
        return performance.now() - startMs;
      });
      return Math.min(...times);
    };
    const viewerMs = fastest([CLI, join(directory, 'ten.bin')]);
    expect(viewerMs - fastest(['-e', '0'])).toBeLessThan(250);
  });
});

describe('check', () => {
  it('tells damage with its place, exits 3, and hides no other file', () => {
    const bytes = recordingOf(3000);
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100);
    writeFileSync(join(directory, 'damaged.bin'), bytes);
    const { code, stdout } = run('check', 'ten.bin', 'damaged.bin');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ok {7}ten\.bin {2}10 events\ndamaged {2}damaged\.bin {2}/);
    expect(stdout).toMatch(/at byte \d+ \([\d,]+ bytes\): /);
    expect(run('check', 'ten.bin', '-q')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const [first, second] = run('check', 'damaged.bin', 'garbage.bin', '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ file: 'garbage.bin', status: 'unreadable' });
    expect(second).toMatchObject({ file: 'damaged.bin', status: 'damaged' });
  });
});
