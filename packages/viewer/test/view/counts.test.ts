// Digits before a key, and searching upwards.

import { beforeEach, describe, expect, it } from 'vitest';
import { type OpenSession, openHundred } from './open-session.ts';

let reader: OpenSession;

beforeEach(async () => {
  reader = await openHundred();
});

describe('digits', () => {
  it.each([
    ['a row', '42g', 41],
    ['a row, also with a capital', '07G', 6],
    ['a row of one digit, with the levels as they were', '4g', 3],
    ['the last row, where there are fewer', '4000g', 99],
    ['a part of the recording', '50%', 49],
    ['a part of one digit', '5%', 4],
    ['all of it', '100%', 99],
    ['so many events down', '12j', 12],
    ['and up', 'G12k', 87],
    ['so many screens', '02 ', 44],
    ['so many errors on', '03e', 29],
    ['and back', 'G03E', 69],
    ['the last one there is', '999w', 99],
    ['so many hits of a walk that has not begun', '03.', 9],
  ])('go to %s', async (_what, keys, expected) => {
    await reader.press(...keys);
    expect([reader.chosenId, reader.view.minSeverity, reader.view.count]).toEqual([
      expected,
      1,
      null,
    ]);
  });

  it('are a level until the next key says otherwise', async () => {
    await reader.press('4');
    expect(reader.ids.slice(0, 3)).toEqual([4, 9, 14]);
    expect(reader.surface.status).toMatch(/^1 of 20/);
    await reader.press('j', 'g');
    expect([reader.chosenId, reader.view.minSeverity]).toEqual([4, 13]);
    await reader.press('meta-5', '1', '2');
    expect(reader.view).toMatchObject({ minSeverity: 17, isOnlyLevel: true });
    await reader.press('g');
    expect(reader.surface.status).toMatch(/^10 of 10, 90 hidden/);
  });

  it('stand in the status line until they are used or given up', async () => {
    await reader.press('1', '2');
    expect(reader.surface.status).toMatch(/^12 {3}g to that row/);
    await reader.press('escape');
    expect([reader.surface.status, reader.view.minSeverity]).toEqual([
      expect.stringMatching(/^1 of 100 /),
      1,
    ]);
    await reader.press('j', '9', '0', 't', 'escape', 'j');
    expect(reader.chosenId).toBe(2);
    await reader.press('%');
    expect(reader.surface.status).toContain('digits before % say how far');
  });

  it('count hits among what is shown, and make one jump of many', async () => {
    await reader.press('/', ...'served', 'return', 'g', '0', '4', 'n');
    expect([reader.chosenId, reader.surface.status]).toEqual([
      12,
      expect.stringContaining('hit 5 of 34'),
    ]);
    await reader.press('0', '5', 'e', '[');
    expect(reader.chosenId).toBe(12);
    await reader.press('4', '0', 'n');
    expect([reader.chosenId, reader.surface.status]).toEqual([
      99,
      expect.stringContaining('no hit below'),
    ]);
  });
});

describe('a search upwards', () => {
  it('goes up with n and down with N, and counts the same hits', async () => {
    await reader.press('G', '\\');
    expect(reader.surface.status).toBe('\\');
    await reader.press(...'request', 'return');
    expect([reader.chosenId, reader.surface.status]).toEqual([
      96,
      expect.stringContaining('hit 33 of 34'),
    ]);
    await reader.press('n', 'n');
    expect(reader.chosenId).toBe(90);
    await reader.press('N', 'N', 'N', 'N');
    expect([reader.chosenId, reader.surface.status]).toEqual([
      99,
      expect.stringContaining('no hit below'),
    ]);
    await reader.press('5', '0', 'g', '/', 'up', 'return');
    expect([reader.chosenId, reader.view.searchStep]).toEqual([51, 1]);
  });

  it('leaves the end where a reader of a crash begins', async () => {
    await reader.press('G', 't', ...'#12', 'return', 'i', 'i');
    expect(reader.chosenId).toBe(11);
    await reader.press('G', '\\', ...'id=5\\b', 'return', 'i', 'i');
    expect(reader.chosenId).toBe(5);
  });
});
