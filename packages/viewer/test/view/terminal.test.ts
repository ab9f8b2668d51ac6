// The reader in tmux: what stands on the screen, and what is left of it afterwards.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { goldenRecording } from '../golden-recording.ts';
import { CLI } from '../run-viewer.ts';

describe('view in a terminal', () => {
  let directory: string;
  /** Of tmux, which goes on for a moment when it is told to end: each test has one of its own. */
  let socket: string;
  const tmux = (...words: string[]): string =>
    execFileSync('tmux', ['-S', socket, ...words], { encoding: 'utf8' });
  const press = (...keys: string[]): string => tmux('send-keys', '-t', 'reader', ...keys);

  /** Waits for all of it: what is taken of a screen may be from the middle of a picture. */
  const shows = async (...patterns: RegExp[]): Promise<string> => {
    let text = '';
    const missing = (): string => {
      text = tmux('capture-pane', '-p', '-t', 'reader');
      const lacks = patterns.filter((pattern) => !pattern.test(text));
      return lacks.length === 0 ? '' : `${lacks.join(' and ')} missing in\n${text}`;
    };
    await expect.poll(missing, { timeout: 20_000 }).toBe('');
    return text;
  };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
    writeFileSync(join(directory, 'crash.bin'), goldenRecording());
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  beforeEach(({ task }) => {
    socket = join(directory, `tmux-${task.id}`);
    tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'reader', '-x', '80', '-y', '24', 'sh');
  });
  afterEach(() => tmux('kill-server'));

  const start = async (...patterns: RegExp[]): Promise<void> => {
    press('clear; echo "before"', 'Enter');
    await shows(/^before/m);
    press(
      `(cd ${directory}; sh -c 'echo $$ > pid; exec ${process.execPath} ${CLI} view crash.bin')`,
    );
    press('; echo "code $?"', 'Enter');
    await shows(/^5 of 5 /m, ...patterns);
  };

  it('lists, shows an event in full, resizes, and leaves the shell as it was', async () => {
    await start(/^> .*FATAL +main +giving up +█$/m);
    press('E', 'Enter');
    await shows(/caused by: TypeError: network down/, /charge failed/, /for "them" \\x1b\[31m/);
    press('q');
    await shows(/4 of 5 /);
    tmux('resize-window', '-t', 'reader', '-x', '60', '-y', '8');
    await shows(/^>~ .*ERROR/m);
    press('q');
    const left = await shows(/code 0/);
    expect(left).not.toContain('listening');
    expect(tmux('display', '-p', '-t', 'reader', '#{alternate_on}#{cursor_flag}')).toBe('01\n');
  }, 60_000);

  it('has panes, marks, wrapped rows and neighbours on 80 by 24, and help for all of it', async () => {
    await start();
    press('P');
    await shows(/^\d pattern/m, /^> +1 +20\.0% /m);
    press('L');
    await shows(/^>main /m, /▼/);
    press('I');
    await shows(/^taken /m, /^events +5: /m);
    press('I', 'g', 'm', 'a', 'G', "'", 'a');
    await shows(/^>a.*listening/m);
    press('5', 'z');
    await shows(/\[±1\]/);
    press('Z', '1', 'C-w', 'p');
    await shows(/^─{80}$/m, /^ +message +listening/m);
    press('?');
    await shows(/^Moving$/m);
    press('Space');
    await shows(/^m and a letter/m, /^ {33}last mark, to the crash, UTC\.$/m);
    press('G');
    await shows(/^On the timeline$/m, /^z Z +Look closer/m);
    press('q', 'q');
    await shows(/code 0/);
  }, 60_000);

  it('copies through tmux, and says what tmux needs for it', async () => {
    await start();
    press('g', 'y', 'y');
    await shows(/^copied, if tmux takes it: tmux set -s set-clipboard on/m);
    tmux('set', '-s', 'set-clipboard', 'on');
    press('y', 'y');
    await expect.poll(() => tmux('list-buffers').length).toBeGreaterThan(0);
    expect(tmux('show-buffer')).toMatch(/listening/);
    press('q');
    await shows(/code 0/);
  }, 60_000);

  it('stops on Ctrl-Z and goes on with fg', async () => {
    await start();
    press('C-z');
    await shows(/Stopped|suspended/);
    expect(tmux('display', '-p', '-t', 'reader', '#{alternate_on}#{cursor_flag}')).toBe('01\n');
    press('fg', 'Enter');
    await shows(/^5 of 5 /m);
    press('k');
    await shows(/^4 of 5 /m);
    // A command that has the terminal stops with the reader, and goes on with it.
    press('|', 'echo on; sleep 0.5; echo off; exec sleep 100', 'Enter');
    await shows(/^on$/m);
    press('C-z');
    await shows(/^\^Z.*Stopped/m);
    press('fg', 'Enter');
    await shows(/^off$/m);
    press('C-c');
    await shows(/^\[ended by SIGINT; any key goes back\]/m);
    press('x');
    await shows(/^4 of 5 /m);
    press('C-c');
    // What is typed before the shell has the terminal again may be the reader's, or nobody's.
    await shows(/^[#$] ?$/m);
    press('echo "left $?"', 'Enter');
    await shows(/^left 130/m);
    expect(tmux('display', '-p', '-t', 'reader', '#{alternate_on}#{cursor_flag}')).toBe('01\n');
  }, 60_000);

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'gives the terminal back when %s ends it',
    async (signal) => {
      await start();
      process.kill(Number(readFileSync(join(directory, 'pid'), 'utf8')), signal);
      await shows(signal === 'SIGTERM' ? /code 143/ : /code 129/);
      expect(tmux('display', '-p', '-t', 'reader', '#{alternate_on}#{cursor_flag}')).toBe('01\n');
    },
    60_000,
  );
});
