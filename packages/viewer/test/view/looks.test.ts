// What the list shows and how: neighbours of matches, levels alone, hidden fields, wrapped rows, the
// event below the list, marks by letters, and the mouse.

import { beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_NS } from '../sample.ts';
import {
  FakeSurface,
  type OpenSession,
  openHundred,
  openSession,
  recordingOf,
} from './open-session.ts';

let reader: OpenSession;

beforeEach(async () => {
  reader = await openHundred();
});

describe('what is shown', () => {
  it('has neighbours of what passes, more and fewer of them', async () => {
    await reader.press('&', ...'id in (0, 10, 99)', 'return', 'z');
    expect(reader.ids).toEqual([0, 1, 9, 10, 11, 98, 99]);
    expect(reader.surface.text).toContain('[±1]');
    await reader.press('z');
    expect(reader.ids).toEqual([0, 1, 2, 8, 9, 10, 11, 12, 97, 98, 99]);
    await reader.press('Z', 'Z');
    expect(reader.ids).toEqual([0, 10, 99]);
  });

  it('has one level alone with Alt, and all again', async () => {
    await reader.press('meta-4');
    expect(reader.ids).toEqual([4, 14, 24, 34, 44, 54, 64, 74, 84, 94]);
    expect(reader.surface.text).toContain('[level = warn]');
    await reader.press('meta-4');
    expect(reader.ids).toHaveLength(22);
  });

  it('leaves out what a filter with ! before it asks for', async () => {
    await reader.press('!', ...'/id=\\d\\b', 'return');
    expect(reader.ids[0]).toBe(10);
    await reader.press('!', ...'level >= warn or id > 13', 'return');
    expect(reader.ids).toEqual([10, 11, 12, 13]);
    await reader.press('f', 'j', 'return', 'ctrl-u', '!', 'return', 'q');
    expect(reader.view.filters.map(({ text }) => text)).toEqual(['!/id=\\d\\b']);
  });

  it('counts hits among what the filters show', async () => {
    await reader.press('/', ...'served', 'return', '&', ...'id < 10', 'return', 'g');
    expect(reader.surface.status).toContain('hit 1 of 4, 30 hidden');
    await reader.press('j');
    expect(reader.surface.status).toContain('4 hits, 30 hidden');
  });

  it('says how far a search is, and counts all hits in the end', async () => {
    const events = Array.from({ length: 30_000 }, (_, at) => ({
      timeNs: SAMPLE_NS + BigInt(at) * 1_000_000n,
      level: 'info' as const,
      message: at % 3 === 0 ? 'needle' : 'hay',
    }));
    const surface = new FakeSurface();
    const said: string[] = [];
    const paint = surface.paint.bind(surface);
    surface.paint = (picture) => {
      paint(picture);
      said.push(surface.status);
    };
    // Each look at the clock is a tenth of what a picture may wait for.
    let nowMs = 0;
    surface.nowMs = () => {
      nowMs += 10;
      return nowMs;
    };
    reader = await openSession([recordingOf(events)], {}, surface);
    await expect.poll(() => reader.session.isIdle()).toBe(true);
    await reader.press('/', ...'needle', 'return');
    await expect.poll(() => surface.status).toContain('hit 2 of 10,000');
    const shares = said.flatMap((text) => /searching (\d+)%.* [\d,]+\+ hits/.exec(text)?.[1] ?? []);
    expect(shares.length).toBeGreaterThan(2);
    expect(shares.map(Number)).toEqual(shares.map(Number).sort((a, b) => a - b));
  });

  it('hides fields, and shows them again', async () => {
    await reader.press('x', ...'user trace_id', 'return');
    expect(reader.surface.chosen).toMatch(/request 0 served id=0$/);
    await reader.press('return', ...'jjjjjjjj', 'x');
    expect(reader.surface.status).toContain('id is hidden in the list');
    await reader.press('q');
    expect(reader.surface.chosen).toMatch(/request 0 served$/);
    await reader.press('X');
    expect(reader.surface.chosen).toContain('served id=0 user={name: "Ada"} trace_id=');
  });

  it('numbers rows', async () => {
    await reader.press('#', 'G');
    expect(reader.surface.chosen).toMatch(/^> +100 03:05/);
    await reader.press('#');
    expect(reader.surface.chosen).toMatch(/^> +03:05/);
  });

  it('wraps long rows and pages by what is on the screen', async () => {
    const text = Array.from({ length: 30 }, (_, at) => `word${at}`).join(' ');
    const events = Array.from({ length: 40 }, (_, at) => ({
      timeNs: SAMPLE_NS + BigInt(at) * 1_000_000n,
      level: 'info' as const,
      message: `${at}: ${text}`,
      fields: { id: at },
    }));
    reader = await openSession([recordingOf(events)]);
    expect(reader.surface.chosen).not.toContain('word29');
    await reader.press('ctrl-w');
    expect(reader.ids).toEqual([0, 1, 2, 3, 4]);
    const rows = reader.surface.text.split('\n');
    expect(rows.slice(1, 5).join('').replace(/\s+/g, ' ')).toContain('0: word0 word1 word2');
    expect(rows[4]).toMatch(/^ {30,}\S/);
    await reader.press(' ');
    // As many further as stood on the screen, the last one cut off.
    expect(reader.surface.chosen).toContain(' 6: word0');
    await reader.press('G');
    expect(reader.ids.at(-1)).toBe(39);
    await reader.press('ctrl-w');
    expect(reader.surface.chosen).not.toContain('word29');
  });

  it('has the event below the list, and keys for either', async () => {
    await reader.press('p');
    expect(reader.surface.chosen).toContain('request 0 served');
    expect(reader.surface.text).toMatch(/^─+\n.* message +request 0 served$/m);
    await reader.press('j');
    expect(reader.surface.text).toMatch(/^ +message +cache miss$/m);
    await reader.press('tab', 'j', 'j');
    expect(reader.surface.text).toMatch(/^> +level +info \(9\)$/m);
    expect(reader.surface.text).toMatch(/^ {2}.*id=0 /m);
    await reader.press('tab', 'j', 'p');
    expect([reader.chosenId, reader.ids.length]).toEqual([2, 22]);
    reader.surface.lines = 8;
    reader.session.resize();
    await reader.press('p', 'return');
    expect(reader.surface.text).toContain('message');
    expect(reader.surface.text).not.toContain('───');
  });
});

describe('marks', () => {
  it('have letters to go to', async () => {
    await reader.press('j', 'm', 'a', 'G', 'm', 'b', "'", 'a');
    expect([reader.chosenId, reader.surface.chosen.slice(0, 2)]).toEqual([1, '>a']);
    await reader.press('j', 'm', 'b', 'g', "'", 'b');
    expect(reader.chosenId).toBe(2);
    await reader.press("'", 'x');
    expect(reader.surface.status).toContain('no mark is called x');
    await reader.press("'", 'escape', 'm', 'escape', 'm', 'm', "'", 'b');
    expect(reader.view.marks).toEqual([{ index: 1, name: 'a' }]);
  });

  it('are set on all events up to the chosen one, and copied', async () => {
    await reader.press('m', 'm', 'j', 'j', 'M', 'y', 'm');
    expect(reader.view.marks.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(reader.surface.copied[0].split('\n').map((line) => line.slice(0, 21))).toEqual([
      'http: request 0 serve',
      'http: cache miss id=1',
      'http: cache miss id=2',
      '',
    ]);
  });
});

describe('an event that is kept above the list', () => {
  it('stays while the list moves, until it is let go', async () => {
    await reader.press('e', 'ctrl-s', 'G');
    const lines = reader.surface.text.split('\n');
    expect(lines).toHaveLength(24);
    expect(lines[1]).toMatch(/^\^ .* id=9 /);
    expect([reader.chosenId, reader.ids.length]).toEqual([99, 22]);
    reader.session.click(20, 1);
    await reader.press('undefined');
    expect(reader.chosenId).toBe(9);
    await reader.press('ctrl-s');
    expect(reader.surface.text.split('\n')[1]).not.toMatch(/ id=9 /);
    expect(reader.ids).toHaveLength(22);
  });
});

describe('parts of the histogram', () => {
  it('are stepped through by parentheses', async () => {
    const seconds = [0, 0.01, 5, 5.01, 50, 99, 99.9];
    const events = seconds.map((second, at) => ({
      timeNs: SAMPLE_NS + BigInt(Math.round(second * 1e9)),
      level: 'info' as const,
      message: 'tick',
      fields: { id: at },
    }));
    reader = await openSession([recordingOf(events)], { hasHistogram: true });
    const visited: number[] = [];
    for (const key of '))))((((') {
      await reader.press(key);
      visited.push(reader.chosenId);
    }
    expect(visited).toEqual([2, 4, 5, 5, 4, 2, 0, 0]);
    expect(reader.surface.status).toContain('no event in another part of the histogram above');
  });
});

describe('the mouse', () => {
  it('is off until it is asked for', async () => {
    await reader.press('f2');
    expect(reader.surface.asked).toEqual(['mouse']);
    await reader.press('f2');
    expect(reader.surface.asked).toEqual(['mouse', 'no mouse']);
  });

  it('scrolls, chooses an event, opens it, and goes to places', async () => {
    await reader.press('i', 'wheel-down', 'wheel-down', 'wheel-up');
    expect(reader.chosenId).toBe(3);
    const click = async (column: number, line: number): Promise<void> => {
      reader.session.click(column, line);
      await reader.press('undefined');
    };
    await click(20, 6);
    expect(reader.chosenId).toBe(reader.ids[3]);
    await click(20, 6);
    expect(reader.view.pane).toBe('detail');
    await reader.press('q');
    await click(98, 1);
    expect(reader.chosenId).toBeGreaterThan(49);
    await click(99, 22);
    expect(reader.chosenId).toBeGreaterThan(90);
    await click(0, 0);
    await click(3, 23);
    expect(reader.view.pane).toBe('list');
  });
});
