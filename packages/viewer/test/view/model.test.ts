import { describe, expect, it } from 'vitest';
import { type Events, firstView, pressed, resized, shownIndexes } from '../../src/view/model.ts';

/** Every tenth is an error, the rest is info. */
const EVENTS: Events = { count: 100, severityAt: (index) => (index % 10 === 9 ? 17 : 9) };

function after(...keys: string[]): ReturnType<typeof firstView> {
  return keys.reduce((view, key) => pressed(view, key, EVENTS), firstView(10));
}

describe('the full-screen reader', () => {
  it('scrolls no further than brings the chosen event into sight', () => {
    expect(after('j', 'j')).toMatchObject({ chosen: 2, top: 0 });
    expect(after('space')).toMatchObject({ chosen: 10, top: 1 });
    expect(after('G')).toMatchObject({ chosen: 99, top: 90 });
    expect(after('G', 'down')).toMatchObject({ chosen: 99, top: 90 });
    expect(after('G', 'g', 'k')).toMatchObject({ chosen: 0, top: 0 });
  });

  it('jumps to errors both ways and stays where there is none', () => {
    expect(after('e', 'e').chosen).toBe(19);
    expect(after('e', 'e', 'E').chosen).toBe(9);
    expect(after('e', 'E').chosen).toBe(9);
  });

  it('moves over shown events only', () => {
    const view = after('5', 'j');
    expect(view.chosen).toBe(19);
    expect(shownIndexes(view, EVENTS)).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
    expect(after('5', '1').chosen).toBe(9);
  });

  it('keeps the chosen event in sight when the terminal shrinks', () => {
    expect(resized(after('G'), 3, EVENTS)).toMatchObject({ chosen: 99, top: 97 });
  });

  it('goes back from detail and help before it quits', () => {
    expect(after('return', 'q')).toMatchObject({ pane: 'list', isDone: false });
    expect(after('?', 'escape')).toMatchObject({ pane: 'list', isDone: false });
    expect(after('q').isDone).toBe(true);
  });
});
