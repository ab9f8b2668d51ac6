// Programs that the reader hands its terminal to, and how it takes it back.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { editorWords } from '../../src/output/programs.ts';
import { CLI, runViewer } from '../run-viewer.ts';
import { SAMPLE_NS } from '../sample.ts';
import { hundredEvents, recordingBytes } from './open-session.ts';
import { Pty } from './pty.ts';

/** A name that a shell would take for more than a name. */
const EVIL = '+q $(touch owned); x.js';

let directory: string;
let pty: Pty;

function start(environment: { readonly [name: string]: string }, options = ''): Pty {
  const command = `${process.execPath} ${CLI} view own.bin --utc ${options}`;
  pty = new Pty(command, { directory, columns: 80, lines: 24, environment });
  return pty;
}

const isFull = (): boolean => pty.terminal.buffer.active.type === 'alternate';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  mkdirSync(join(directory, 'src'));
  writeFileSync(join(directory, 'src', EVIL), 'code');
  const callers = [`src/${EVIL}:7:1`, '-c:3', 'src:1', '/nowhere/app.js:3'];
  const events = hundredEvents().map((event, at) => ({
    ...event,
    timeNs: SAMPLE_NS + BigInt(at),
    fields: { id: at, caller: callers[at] },
  }));
  writeFileSync(join(directory, 'own.bin'), recordingBytes(events));
  const editor = [
    'for word; do echo "<$word>"; done > edited',
    'stty -a | grep -o -E -e "-?(icanon|echo|isig|opost) " | tr -d "\\n" > modes',
    'echo "an editor"; read line; echo "$line" >> edited; exit 3',
  ];
  writeFileSync(join(directory, 'vim'), `#!/bin/sh\n${editor.join('\n')}\n`, { mode: 0o755 });
});
afterEach(() => pty?.close());
afterAll(() => rmSync(directory, { recursive: true }));

describe('an editor', () => {
  it('has the terminal, and gets the file as one word', async () => {
    start({ VISUAL: '', EDITOR: `${directory}/vim -n "a b"` });
    await pty.shows(/^1 of 100/m);
    pty.type('v');
    await pty.shows(/^an editor$/m);
    expect(isFull()).toBe(false);
    pty.type('typed\r');
    await pty.shows(/ended with exit code 3 .*1 of 100/m);
    expect(isFull()).toBe(true);
    const words = ['-n', 'a b', '+7', join(directory, 'src', EVIL)].map((word) => `<${word}>`);
    expect(readFileSync(join(directory, 'edited'), 'utf8').trim().split('\n')).toEqual([
      ...words,
      'typed',
    ]);
    expect(readFileSync(join(directory, 'modes'), 'utf8')).toBe('opost isig icanon echo ');
    for (const told of ['-c', 'src', '/nowhere/app.js']) {
      pty.type('jv');
      await pty.shows(new RegExp(`^there is no file ${told} here`, 'm'));
    }
    pty.type('q');
    expect(await pty.ended()).toBe(0);
    expect(existsSync(join(directory, 'owned'))).toBe(false);
  });

  it('is what VISUAL or EDITOR say, with its words', async () => {
    expect(editorWords({ VISUAL: 'code --wait', EDITOR: 'vi' })).toEqual(['code', '--wait']);
    expect(editorWords({ VISUAL: ' ', EDITOR: `'/opt/my editor' -x` })).toEqual([
      '/opt/my editor',
      '-x',
    ]);
    expect([editorWords({}), editorWords({ EDITOR: '""' })]).toEqual([null, null]);
    start({ EDITOR: 'no-such-editor' });
    await pty.shows(/^1 of 100/m);
    pty.type('v');
    await pty.shows(/^cannot start no-such-editor: there is no such program/m);
  });
});

describe('a file that is written', () => {
  it('is what export and cat make, and replaces none unless asked to', async () => {
    const made = (...words: string[]): string => runViewer(words, { cwd: directory }).stdout;
    const content = (name: string): string => readFileSync(join(directory, name), 'utf8');
    start({});
    await pty.shows(/^1 of 100/m);
    pty.type('4:w warnings.csv\r');
    await pty.shows(/^wrote 20 events to warnings.csv/m);
    expect(content('warnings.csv')).toBe(made('export', 'own.bin', '-l', 'warn', '--to', 'csv'));
    pty.type(':w --to text warnings.csv\r');
    await pty.shows(/^warnings.csv is there already; :write! replaces it/m);
    pty.type(':w! --to text warnings.csv\r');
    await pty.shows(/^wrote 20 events/m);
    expect(content('warnings.csv')).toBe(made('cat', 'own.bin', '-l', 'warn', '-q', '--utc'));
    pty.type(':w page.html\r');
    await pty.shows(/^html takes no filters/m);
    pty.type('1:w nowhere/all.jsonl\r');
    await pty.shows(/^cannot write nowhere.all.jsonl: ENOENT/m);
    pty.type(':w page.html\r');
    await pty.shows(/^wrote 100 events to page.html/m);
    expect(content('page.html')).toMatch(/^<!doctype html>/i);
    pty.type(':q\r');
    expect(await pty.ended()).toBe(0);
    expect(readdirSync(directory).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  });
});

describe('the marked events', () => {
  it('are printed at the end, where that is asked for', async () => {
    start({}, '--print-marks');
    await pty.shows(/^1 of 100/m);
    pty.type('Gmm12gma');
    await pty.shows(/^12 of 100/m);
    pty.type('q');
    expect(await pty.ended()).toBe(0);
    expect(pty.terminal.buffer.active.type).toBe('normal');
    const cat = ['cat', 'own.bin', '-q', '--utc', '-w', 'id in (11, 99)'];
    const { stdout } = runViewer(cat, { cwd: directory });
    expect(pty.text.trim()).toBe(stdout.trim());
    for (const [options, keys] of [
      ['', 'mmq'],
      ['--print-marks', 'q'],
    ]) {
      start({}, options);
      await pty.shows(/^1 of 100/m);
      pty.type(keys);
      expect(await pty.ended()).toBe(0);
      expect(pty.text.trim()).toBe('');
    }
  });
});

describe('a command that events are piped into', () => {
  it('reads them or not, fails or is interrupted, and a key goes back', async () => {
    start({});
    await pty.shows(/^1 of 100/m);
    pty.type('|cat > piped; wc -l < piped\r');
    await pty.shows(/^101\n\n\[any key goes back\]/m);
    expect(isFull()).toBe(false);
    expect(readFileSync(join(directory, 'piped'), 'utf8')).toMatch(/ id=99 caller=undefined$/m);
    pty.type('x');
    await pty.shows(/^1 of 100/m);
    pty.type('mm|exec 0<&-; sleep 0.1; exit 7\r');
    await pty.shows(/^\[ended with exit code 7; any key goes back\]/m);
    pty.type('\x1b[A');
    await pty.shows(/^1 of 100/m);
    pty.type('|echo begun; exec sleep 1000\r');
    await pty.shows(/^begun$/m);
    pty.type('\x03');
    await pty.shows(/^\[ended by SIGINT; any key goes back\]/m);
    pty.type(' ');
    await pty.shows(/^1 of 100/m);
    expect(isFull()).toBe(true);
    pty.type('\x03');
    expect(await pty.ended()).toBe(130);
    expect(pty.terminal.buffer.active.type).toBe('normal');
  });
});
