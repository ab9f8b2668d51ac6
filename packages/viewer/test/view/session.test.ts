// What keys do, as one sees it: the reader without its terminal.

import { beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_NS, sampleError } from '../sample.ts';
import {
  FakeSurface,
  hundredEvents,
  type OpenSession,
  openHundred,
  openSession,
  recordingOf,
} from './open-session.ts';

let reader: OpenSession;

beforeEach(async () => {
  reader = await openHundred();
});

describe('moving in the list', () => {
  it('moves the chosen line before it moves the picture', async () => {
    expect(reader.ids).toEqual(Array.from({ length: 22 }, (_, at) => at));
    await reader.press('j', 'down');
    expect([reader.chosenId, reader.ids[0]]).toEqual([2, 0]);
    await reader.press(' ');
    expect([reader.chosenId, reader.ids[0]]).toEqual([24, 22]);
    await reader.press('k', 'k', 'k');
    expect([reader.chosenId, reader.ids[0]]).toEqual([21, 21]);
  });

  it('stops at both ends with a full screen', async () => {
    await reader.press('G', 'down', 'pagedown');
    expect([reader.chosenId, reader.ids[0]]).toEqual([99, 78]);
    await reader.press('home', 'k', 'b');
    expect([reader.chosenId, reader.ids[0]]).toEqual([0, 0]);
    expect(reader.surface.status).toMatch(/^1 of 100 \(1%\)/);
  });

  it('begins at the end where a process died, until a key is pressed', async () => {
    const trigger = { kind: 'uncaughtException', thread: 0 } as const;
    reader = await openSession([recordingOf(hundredEvents(), { trigger })], { isAtEnd: true });
    expect([reader.chosenId, reader.ids[0]]).toEqual([99, 78]);
    await reader.press('k');
    expect(reader.chosenId).toBe(98);
  });

  it('keeps the chosen event in sight on another size, however small', async () => {
    await reader.press('G');
    reader.surface.lines = 3;
    reader.session.resize();
    await reader.press('i');
    expect(reader.ids).toEqual([99]);
    reader.surface.lines = 40;
    reader.surface.columns = 30;
    reader.session.resize();
    await reader.press('i', 'i');
    expect(reader.surface.picture.lines).toHaveLength(40);
    for (const { text } of reader.surface.picture.lines) expect(text.length).toBeLessThan(31);
  });

  it('scrolls sideways', async () => {
    await reader.press('l', 'right');
    expect(reader.surface.chosen).not.toContain('request 0');
    await reader.press('h', 'left');
    expect(reader.surface.chosen).toContain('http: request 0 served');
  });
});

describe('jumping', () => {
  it.each([
    ['errors', ['e', 'e', 'E'], 9],
    ['warnings and errors', ['w', 'w', 'w', 'W'], 9],
    ['a gap', ['s'], 50],
    ['the same thread', ['r', 'r', 'R'], 5],
    ['the same trace', ['o', 'o', 'O'], 7],
    ['the same pattern, whatever its values', ['.', '.', ','], 3],
    ['landmarks', ['}'], 99],
  ])('finds %s', async (_what, keys, expected) => {
    await reader.press(...keys);
    expect(reader.chosenId).toBe(expected);
  });

  it('says that there is no further one, and stays', async () => {
    await reader.press('E');
    expect(reader.surface.status).toContain('no error above');
    await reader.press('j', 'o');
    expect([reader.chosenId, reader.surface.status]).toEqual([
      1,
      expect.stringContaining('this event is of no trace'),
    ]);
  });

  it('goes back and forward again', async () => {
    await reader.press('e', 'e', 'j', '[');
    expect(reader.chosenId).toBe(9);
    await reader.press('[', ']', ']');
    expect(reader.chosenId).toBe(20);
  });

  it('goes to times, numbers and shares', async () => {
    await reader.press('t');
    await reader.type('-49ms');
    await reader.press('return');
    expect(reader.chosenId).toBe(50);
    await reader.press('t', ...'50%', 'return');
    expect(reader.chosenId).toBe(49);
    await reader.press('t', ...'#12', 'return');
    expect(reader.chosenId).toBe(11);
    await reader.press('t', ...'soon', 'return');
    expect(reader.surface.status).toContain('this takes #1234');
  });

  it('moves among marks and forgets them', async () => {
    await reader.press('m', 'm', 'j', 'j', 'm', 'm', 'G', '"', '"');
    expect([reader.chosenId, reader.surface.chosen.slice(0, 2)]).toEqual([0, '>*']);
    await reader.press("'", "'");
    expect(reader.chosenId).toBe(2);
    await reader.press('c', 'g', "'", "'");
    expect(reader.surface.status).toContain('no mark below');
  });

  it('stops where lost events end', async () => {
    const losses = { overwritten: 7, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };
    const file = recordingOf(hundredEvents());
    const worker = file.recording.threads[1];
    Object.assign(worker, { losses });
    reader = await openSession([file], { hasHistogram: true });
    await reader.press('j', 'j', '}');
    expect(reader.chosenId).toBe(99);
    await reader.press('{');
    expect(reader.chosenId).toBe(0);
  });
});

describe('searching', () => {
  it('counts hits and goes through them', async () => {
    await reader.press('/', ...'request .*served', 'return');
    expect(reader.chosenId).toBe(3);
    expect(reader.surface.status).toContain('hit 2 of 34');
    await reader.press('n', 'N', 'N', 'N');
    expect([reader.chosenId, reader.surface.status]).toEqual([
      0,
      expect.stringContaining('no hit above'),
    ]);
    expect(reader.surface.text).toMatch(/^ \/.* id=6 /m);
    await reader.press('escape');
    expect(reader.surface.text).not.toMatch(/^ \/.* id=6 /m);
  });

  it('finds what is above as well as what is below', async () => {
    await reader.press('G', '/', ...'id=5\\b', 'return', 'N');
    expect(reader.chosenId).toBe(5);
  });

  it('keeps a wrong expression for the user to mend', async () => {
    await reader.press('/', ...'a(', 'return');
    expect(reader.surface.status).toMatch(/^\/a\( +Invalid regular expression/);
    await reader.press('escape');
    expect(reader.surface.status).toMatch(/^1 of 100/);
  });
});

describe('filtering', () => {
  it('shows what passes while it is typed, and goes back on Escape', async () => {
    await reader.press('e', '&', ...'id < 3');
    expect(reader.ids).toEqual([0, 1, 2]);
    expect(reader.surface.status).toMatch(/^&id < 3 +3 shown/);
    await reader.press('escape');
    expect([reader.chosenId, reader.ids.length]).toEqual([9, 22]);
  });

  it('combines filters, switches them, changes and removes them', async () => {
    await reader.press('&', ...'id < 30', 'return', '&', ...'/Bob', 'return');
    expect(reader.ids).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29]);
    expect(reader.surface.text).toContain('[id < 30] [/Bob]');
    await reader.press('ctrl-f');
    expect(reader.ids).toHaveLength(22);
    await reader.press('ctrl-f', 'f', 'j', ' ', 'q');
    expect(reader.ids.slice(0, 3)).toEqual([0, 1, 2]);
    expect(reader.surface.text).toContain('[id < 30] (/Bob)');
    await reader.press('f', 'return', 'backspace', 'backspace', '3', 'return', 'j', 'd', 'q');
    expect(reader.ids).toEqual([0, 1, 2]);
  });

  it('says what is wrong with a query and where nothing passes', async () => {
    await reader.press('&', ...'level = loud', 'return');
    expect(reader.surface.status).toMatch(/^&level = loud +level is one of/);
    await reader.press('ctrl-u', ...'id > 1000', 'return');
    expect(reader.surface.text).toContain('nothing passes the filters');
    await reader.press('j', 'e', 'return', 'escape', 'y', 'y', 'G', ' ');
    expect(reader.surface.status).toMatch(/^0 of 0, 100 hidden/);
  });

  it('hides levels and keeps the place', async () => {
    await reader.press('}', '[', '5', 'j');
    expect(reader.ids).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
    expect(reader.surface.text).toContain('[level >= error]');
    await reader.press('1');
    expect(reader.chosenId).toBe(19);
  });

  it('reads nothing from files or the keyboard', async () => {
    await reader.press('&', ...'id in @-', 'return');
    expect(reader.surface.status).toContain('in @FILE works in cat and the like, not in view');
  });
});

describe('a prompt', () => {
  it('takes every character for text', async () => {
    await reader.press('/', ...'q?& né日😀');
    expect(reader.surface.status).toBe('/q?& né日😀');
    expect(reader.surface.picture.cursor).toEqual({ line: 23, column: 11 });
    await reader.press('backspace', 'left', 'backspace', 'home', 'delete');
    expect(reader.surface.status).toBe('/?& n日');
    await reader.press('end', 'ctrl-w', 'ctrl-u', 'backspace');
    expect(reader.view.prompt).toBeNull();
  });

  it('takes pasted text as one line, and only a prompt takes it', async () => {
    reader.session.paste('q5\n');
    expect(reader.view).toMatchObject({ isDone: false, minSeverity: 1 });
    await reader.press('/');
    reader.session.paste('two\r\nlines\x1b[31m');
    expect(reader.view.prompt?.text).toBe('two lines[31m');
  });

  it('recalls what was typed before', async () => {
    await reader.press('/', ...'one', 'return', '/', ...'two', 'return', '/', 'up', 'up', 'down');
    expect(reader.surface.status).toBe('/two');
  });

  it('is given up by Ctrl-C, which else interrupts', async () => {
    await reader.press('/', 'x', 'ctrl-c');
    expect([reader.view.prompt, reader.surface.asked]).toEqual([null, []]);
    await reader.press('ctrl-c', 'ctrl-z', 'ctrl-l');
    expect(reader.surface.asked).toEqual(['interrupt', 'suspend', 'redraw']);
  });
});

describe('an event as a tree', () => {
  it('folds, and asks for what it shows', async () => {
    await reader.press('return', ...'jjjjjjjjj');
    expect(reader.surface.chosen).toBe('>  + user = {name: "Ada"}');
    await reader.press('l', 'j');
    expect(reader.surface.chosen).toBe('>      name = Ada');
    await reader.press('-');
    expect(reader.surface.text).toContain('[not (user.name = "Ada")]');
    expect(reader.ids.slice(0, 3)).toEqual([1, 3, 5]);
    await reader.press('return', 'G', 'h');
    expect(reader.surface.chosen).toContain('- fields');
  });

  it('opens and closes all, and shows errors with their causes', async () => {
    const cause = sampleError('network down');
    const err = sampleError('no route', { cause });
    reader = await openSession([
      recordingOf([
        {
          timeNs: SAMPLE_NS,
          level: 'error',
          message: 'failed\nbadly',
          fields: { err, list: [[1]] },
        },
      ]),
    ]);
    await reader.press('return');
    expect(reader.surface.text).toContain('caused by: TypeError: network down');
    expect(reader.surface.text).toMatch(/^ {5}badly$/m);
    await reader.press('E');
    expect(reader.surface.text).not.toContain('network down');
    await reader.press('e');
    expect(reader.surface.text).toMatch(/^ {9}\[0\] = 1$/m);
  });

  it('copies the line, JSON, value, key and path', async () => {
    await reader.press('y', 'y', 'y', 'j', 'return', 'G', 'l', 'j');
    await reader.press('y', 'v', 'y', 'k', 'y', 'p', 'y', 'q');
    const [line, json, ...rest] = reader.surface.copied;
    expect(line).toBe(
      'http: request 0 served id=0 user={name: "Ada"} trace_id=4bf92f3577b34da6a3ce929d0e0e4736',
    );
    expect(JSON.parse(json)).toMatchObject({ msg: 'request 0 served', id: 0 });
    expect(rest).toEqual(['Ada', 'name', 'user.name']);
    expect(reader.view.pane).toBe('detail');
  });
});

describe('the picture', () => {
  it('has times in five ways', async () => {
    expect(reader.surface.chosen).toMatch(/^> 03:04:05\.000000 INFO/);
    await reader.press('T');
    expect(reader.surface.text).toMatch(/^payments.* · time of day$/m);
    reader = await openSession([recordingOf(hundredEvents())], { clock: 'delta' });
    await reader.press('j');
    expect(reader.surface.chosen).toMatch(/^> +\+0\.001000 /);
    await reader.press('m', 'm', 'j', 'j', 'T');
    expect(reader.surface.chosen).toMatch(/^> +\+0\.002000 /);
    await reader.press('T');
    expect(reader.surface.chosen).toMatch(/^> +T-1m00\.096000 /);
  });

  it('has columns for fields', async () => {
    await reader.press('K', ...'user.name', 'return');
    expect(reader.surface.chosen).toMatch(/^> .* images {5}Ada {14}http: request 0/);
    await reader.press('K', 'ctrl-u', 'return');
    expect(reader.surface.chosen).toMatch(/ images {5}http: request 0/);
  });

  it('shows where errors, hits and the reader are at its edge', async () => {
    await reader.press('/', ...'id=50 ', 'return', 'g');
    expect(reader.surface.edge).toMatch(/^ █[!\-│]+\/[!\-│]+ $/);
  });

  it('has a histogram with its gap and what was lost', async () => {
    const file = recordingOf(hundredEvents());
    const losses = { overwritten: 7, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };
    Object.assign(file.recording.threads[0], { losses });
    reader = await openSession([file], { hasHistogram: true });
    const [, bars, signs] = reader.surface.text.split('\n');
    expect(bars).toMatch(/^█ +█$/);
    expect(signs).toMatch(/^▲─+!$/);
  });

  it('lists all keys on ?, and q goes back before it ends', async () => {
    reader.surface.lines = 90;
    reader.session.resize();
    await reader.press('?');
    expect(reader.surface.text).toContain('Next and previous error');
    expect(reader.surface.text).toContain('Switch a filter off and on');
    await reader.press('q');
    expect(reader.view).toMatchObject({ pane: 'list', isDone: false });
    await reader.press('q');
    expect(reader.view.isDone).toBe(true);
  });

  it('never holds a control character of the recording', async () => {
    const evil = '\x1b]0;owned\x07\x9b31m\u202e\r\n';
    reader = await openSession([
      recordingOf(
        [
          {
            timeNs: SAMPLE_NS,
            level: 'info',
            logger: evil,
            message: evil,
            fields: { [evil]: evil, list: [evil], err: sampleError(evil) },
            thread: { id: 0, name: evil },
          },
        ],
        { service: evil, host: evil },
      ),
    ]);
    const seen = [reader.surface.text];
    await reader.press('K', ...'list', 'return');
    seen.push(reader.surface.text);
    await reader.press('return', 'e');
    seen.push(reader.surface.text);
    await reader.press('G', '+');
    seen.push(reader.surface.text);
    await reader.press('g', 'return', 'j', '+', 'f');
    seen.push(reader.surface.text);
    for (const text of seen) expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  });

  it('shows rows that it has no time to read a moment later', async () => {
    const surface = new FakeSurface();
    let nowMs = 0;
    surface.nowMs = () => {
      nowMs += 3;
      return nowMs;
    };
    const rare = Array.from({ length: 1000 }, (_, at) => ({
      ...hundredEvents()[at % 50],
      timeNs: SAMPLE_NS + BigInt(at) * 1_000_000n,
      fields: { id: at },
    }));
    const filters = ['id in (0, 100, 200, 300, 400, 500)'];
    reader = await openSession([recordingOf(rare)], { filters }, surface);
    await expect.poll(() => reader.ids).toEqual([0, 100, 200, 300, 400, 500]);
    expect(surface.partialPictures.at(-1)).toMatch(/^ {2}.* INFO {2}images {5}…$/m);
  });
});
