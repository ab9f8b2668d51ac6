// The reader on a terminal, byte by byte: what it makes of input, and what xterm makes of its output.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { goldenRecording } from '../golden-recording.ts';
import { CLI } from '../run-viewer.ts';
import { hundredEvents, recordingBytes } from './open-session.ts';
import { Pty } from './pty.ts';

let directory: string;
let pty: Pty;

function start(words: string, environment: { readonly [name: string]: string } = {}): Pty {
  const command = `${process.execPath} ${CLI} ${words}`;
  pty = new Pty(command, { directory, columns: 80, lines: 24, environment });
  return pty;
}

/** That the terminal is as it was before. */
function expectLeft({ terminal, output }: Pty): void {
  expect(terminal.buffer.active.type).toBe('normal');
  expect(terminal.modes).toMatchObject({ bracketedPasteMode: false, wraparoundMode: true });
  expect(output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(output.lastIndexOf('\x1b[?25l'));
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  writeFileSync(join(directory, 'crash.bin'), goldenRecording());
  const events = hundredEvents();
  events[1] = { ...events[1], message: '日本語 👨‍👩‍👧 né' };
  writeFileSync(join(directory, 'hundred.bin'), recordingBytes(events));
});
afterEach(() => pty.close());
afterAll(() => rmSync(directory, { recursive: true }));

describe('view in an emulated terminal', () => {
  it('takes bytes as they come over a slow line', async () => {
    start('hundred.bin --utc');
    await pty.shows(/^> .*request 0 served/m);
    expect(pty.terminal.buffer.active.type).toBe('alternate');
    expect(await pty.shows(/日本語/)).toMatch(/^ {2}03:04:05\.001000 .* http: 日本語 .*id=1/m);
    const [line, cell] = [pty.terminal.buffer.active.getLine(2), 79];
    expect(line?.getCell(cell)?.getChars()).toMatch(/[│!-]/);
    // An arrow key, a character and an escape, each in two pieces.
    pty.type('\x1b');
    pty.type('[B');
    await pty.shows(/^> .* id=1/m);
    pty.type('/n');
    pty.type(new Uint8Array([0xc3]));
    await pty.shows(/^\/n$/m);
    pty.type(new Uint8Array([0xa9]));
    pty.type('\x1b[200~q?/5\r\n\x1b[201~');
    await pty.shows(/^\/né?q\?\/5$/m);
    pty.type('\x1b');
    await pty.shows(/^2 of 100/m);
  });

  it('follows the size, copies through OSC 52, and leaves nothing behind', async () => {
    start('view hundred.bin --utc');
    const copied: string[] = [];
    pty.terminal.parser.registerOscHandler(52, (data) => {
      copied.push(Buffer.from(data.slice(2), 'base64').toString());
      return true;
    });
    await pty.shows(/^1 of 100/m);
    pty.type('eyy');
    await pty.shows(/^copied/m);
    expect(copied).toEqual(['http: request 9 served id=9 user={name: "Bob"}']);
    pty.resize(60, 8);
    pty.type('kj');
    expect((await pty.shows(/^10 of 100/m)).split('\n')).toHaveLength(8);
    expect(pty.text).toMatch(/^> .*ERROR/m);
    pty.resize(120, 40);
    pty.type('i');
    await pty.shows(/id=30 /);
    expect((await pty.shows(/▲/)).split('\n')[2]).toMatch(/^─*▲─*/);
    pty.type('q');
    expect(await pty.ended()).toBe(0);
    expectLeft(pty);
  });

  it('is the same without colour, but for colour', async () => {
    start('hundred.bin --utc', { NO_COLOR: '1' });
    // The last line of a picture comes last.
    const plain = await pty.shows(/^1 of 100/m);
    pty.type('q');
    await pty.ended();
    expect(pty.output.match(/\x1b\[[\d;]*m/g)).toEqual(['\x1b[0m']);
    start('hundred.bin --utc');
    expect(await pty.shows(/^1 of 100/m)).toBe(plain);
    expect(pty.output).toMatch(/\x1b\[31mERROR/);
  });

  it('takes the mouse where it is asked for, however its bytes come, and gives it back', async () => {
    start('view hundred.bin --utc');
    await pty.shows(/^1 of 100/m);
    expect(pty.terminal.modes.mouseTrackingMode).toBe('none');
    pty.type('\x1bOQ');
    await pty.shows(/^mouse: wheel and click/m);
    expect(pty.terminal.modes.mouseTrackingMode).toBe('vt200');
    pty.type('\x1b[<65;10;5M\x1b[<65;10');
    pty.type(';5M');
    await pty.shows(/^7 of 100/m);
    pty.type('/\x1b[<0;10;5M\x1b[<0;10;5mx');
    await pty.shows(/^\/x$/m);
    pty.type('\x1b');
    await pty.shows(/^7 of 100/m);
    pty.type('\x1b[<0;10;3M\x1b[<0;10;3m');
    const chosen = /^> .* id=(\d+)/m.exec(await pty.shows(/^[^7] of 100/m))?.[1];
    pty.type('\x1b[<0;10;3M\x1b[<0;10;3m');
    expect(await pty.shows(/^\+ only with/m)).toMatch(new RegExp(`id = ${chosen}$`, 'm'));
    pty.type('qQ');
    expect(await pty.ended()).toBe(0);
    expectLeft(pty);
    expect(pty.terminal.modes.mouseTrackingMode).toBe('none');
  });

  it('makes filters of the options that cat has, to be changed on the screen', async () => {
    start(
      'hundred.bin --utc -S -29ms --thread images -m user.name=Ada -g cache -C 1 --trace 4BF9 id=7 id=70',
    );
    expect(await pty.shows(/^1 of 3, 97 hidden/m)).toMatch(/^ .* images .* id=70 /m);
    pty.type('f');
    expect(await pty.shows(/^> \[on\] {2}= user.name=Ada$/m)).toContain(
      '[on]  = id=7 id=70\n  [on]  /cache\n  [on]  thread in (images)\n  [on]  trace_id like 4bf9*\n  [on]  time >= -29ms\n',
    );
    pty.type('q');
  });

  it.each(['15;0', '0;15'])(
    'leaves all colours to the theme of the terminal (%s)',
    async (theme) => {
      start('hundred.bin --utc -l warn', { COLORFGBG: theme });
      await pty.shows(/^> .*WARN/m);
      pty.type('pP');
      await pty.shows(/^2 patterns/m);
      pty.type('L');
      await pty.shows(/^>images/m);
      const codes = pty.output.match(/\x1b\[[\d;]*m/g) ?? [];
      // The sixteen colours as text, on a background only together with it; no question is asked.
      const allowed = /^\x1b\[(?:0|1|2|7|3[1-6]|1;41;97)?m$/;
      expect([...new Set(codes)].filter((code) => !allowed.test(code))).toEqual([]);
      expect(pty.output).not.toMatch(/\x1b\](?!52)/);
    },
  );

  it('gives the terminal back when it crashes itself', async () => {
    const fault = "process.once('SIGUSR2',()=>{throw new Error('broken inside')})";
    start('crash.bin --utc', { NODE_OPTIONS: `--import=data:text/javascript,${encodeURI(fault)}` });
    await pty.shows(/^5 of 5/m);
    pty.kill('SIGUSR2');
    expect(await pty.ended()).not.toBe(0);
    expectLeft(pty);
    expect(pty.text).toContain('Error: broken inside');
  });

  it('is what a terminal gets that names no command, unless only cat can do it', async () => {
    start('crash.bin -n 1 --utc');
    expect(await pty.ended()).toBe(0);
    expect(pty.terminal.buffer.active.type).toBe('normal');
    expect(pty.text).toContain('giving up');
    expect(pty.output).not.toContain('\x1b[?1049h');
  });
});
