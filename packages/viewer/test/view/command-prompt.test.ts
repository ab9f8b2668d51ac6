// Commands after a colon.

import { beforeEach, describe, expect, it } from 'vitest';
import { type OpenSession, openHundred } from './open-session.ts';

let reader: OpenSession;
const command = (text: string): Promise<void> => reader.press(':', ...text, 'return');

beforeEach(async () => {
  reader = await openHundred();
});

describe('a command after a colon', () => {
  it('goes to places', async () => {
    await command('goto -49ms');
    expect(reader.chosenId).toBe(50);
    await command('g #12');
    expect(reader.chosenId).toBe(11);
    await command('31');
    expect(reader.chosenId).toBe(30);
    await command('goto soon');
    expect(reader.surface.status).toMatch(/^:goto soon +goto takes #1234, 50%, /);
  });

  it('filters, by level as well, and comes back to the list', async () => {
    await command('filter id < 30');
    await command('level warn');
    expect(reader.surface.text).toContain('[level >= warn] [id < 30]');
    expect(reader.ids).toEqual([4, 9, 14, 19, 24, 29]);
    await reader.press('P');
    await command('l e');
    expect([reader.view.pane, reader.ids]).toEqual(['list', [9, 19, 29]]);
    await command('filter level = loud');
    expect(reader.surface.status).toContain('level is one of');
    await reader.press('escape');
    await command('filter');
    expect(reader.view.pane).toBe('filters');
  });

  it('changes times and colours, helps and ends', async () => {
    await command('clock delta');
    expect(reader.surface.text).toContain('since the event above');
    await command('theme colour');
    expect(reader.surface.text).toContain('\x1b[1m');
    await command('theme plain');
    expect(reader.surface.text).not.toContain('\x1b[');
    await command('help');
    expect(reader.view.pane).toBe('help');
    await command('q');
    expect(reader.view.isDone).toBe(true);
  });

  it.each([
    ['fliter x', 'no command fliter; did you mean filter?'],
    ['zzzzzzzz', 'no command zzzzzzzz; there are goto, filter'],
    ['clock crsh', 'clock takes abs, delta, mark, crash or utc; did you mean crash?'],
    ['goto! 5', 'goto takes no !'],
    ['quit now', 'quit takes nothing more'],
    ['write', 'write takes the name of a file'],
    ['write trace.json', 'its name tells no format: write --to FORMAT trace.json'],
    ['write --to jso x', '--to takes text, jsonl'],
  ])('says what is wrong with "%s"', async (text, problem) => {
    await command(text);
    reader.surface.columns = 160;
    reader.session.resize();
    await reader.press('undefined');
    expect(reader.surface.status).toContain(`:${text}   ${problem}`);
    expect(reader.view.prompt?.kind).toBe('command');
  });

  it('is completed by Tab', async () => {
    const completed = async (text: string): Promise<string> => {
      await reader.press(':', 'ctrl-u', ...text, 'tab');
      const { status } = reader.surface;
      await reader.press('escape');
      return status;
    };
    expect(await completed('fi')).toBe(':filter ');
    expect(await completed('c')).toBe(':clock ');
    expect(await completed('level ')).toMatch(/^:level {4}trace {2}debug {2}info/);
    expect(await completed('level f')).toBe(':level fatal ');
    expect(await completed('clock u')).toBe(':clock utc ');
    expect(await completed('write --to per')).toBe(':write --to perfetto ');
    expect(await completed('write! -')).toBe(':write! --to ');
    expect(await completed('goto x')).toBe(':goto x');
  });

  it('writes what is shown, in the format of the name or the one asked for', async () => {
    await reader.press('&', ...'id < 30', 'return');
    await command('write a b.csv');
    expect(reader.surface.status).toMatch(/^written/);
    await command('export! --to perfetto out.json');
    await command('w x.html --to logfmt');
    expect(reader.sent.written).toMatchObject([
      { path: 'a b.csv', format: 'csv', isForced: false, count: 30 },
      { path: 'out.json', format: 'perfetto', isForced: true },
      { path: 'x.html', format: 'logfmt', isForced: false },
    ]);
  });

  it('writes between keys, keeps the reader open for it, and gives up on Ctrl-C', async () => {
    reader.sent.writing = ({ signal, say }) =>
      new Promise((resolve) => {
        say('writing 7%');
        signal.addEventListener('abort', () => resolve('gave up'));
      });
    await command('w x.csv');
    expect(reader.surface.status).toMatch(/^writing 7%/);
    await reader.press('j', 'q');
    expect([reader.chosenId, reader.view.isDone, reader.surface.status]).toEqual([
      1,
      false,
      expect.stringMatching(/^still writing/),
    ]);
    await command('w y.csv');
    expect(reader.surface.status).toMatch(/^one at a time/);
    await reader.press('ctrl-c');
    expect(reader.surface.status).toMatch(/^gave up/);
    expect([reader.surface.asked, reader.sent.written.length]).toEqual([[], 1]);
    await reader.press('q');
    expect(reader.view.isDone).toBe(true);
  });

  it('is no SQL, which ; says', async () => {
    await reader.press(';');
    expect(reader.surface.status).toContain('there is no SQL');
    expect(reader.view.prompt).toBeNull();
  });
});
