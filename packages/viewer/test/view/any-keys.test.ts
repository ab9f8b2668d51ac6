// Whatever is pressed, on a terminal of whatever size: the reader stays whole, and so does the picture.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { widthOf } from '../../src/format/width.ts';
import { SAMPLE_NS, sampleError } from '../sample.ts';
import { FakeSurface, hundredEvents, openSession, recordingOf } from './open-session.ts';

const KEYS: readonly string[] = [
  ...'jkgGbdulhpewEWsSoOrR.,nNmc\'"{}[]tTiKy/&f123456?+-= aé日)(',
  ...['return', 'escape', 'up', 'down', 'left', 'right', 'pagedown', 'backspace', 'tab'],
  ...[
    'ctrl-f',
    'ctrl-l',
    'ctrl-c',
    'ctrl-u',
    'ctrl-w',
    'ctrl-z',
    'ctrl-s',
    'f1',
    'f2',
    '',
    'undefined',
  ],
  ...['wheel-up', 'wheel-down', 'meta-3', ...'FLPIMXxzZAB!#~v|:;\\%0789'],
];

const step = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...KEYS) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 40 })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ column: fc.integer({ min: -1, max: 120 }), line: fc.nat(40) }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => ({ text })) },
);

it('holds a whole picture after any keys, sizes and pastes', async () => {
  const events = hundredEvents().slice(0, 40);
  events[3] = {
    timeNs: SAMPLE_NS + 3_000_000n,
    level: 'fatal',
    message: '日本語\n👨‍👩‍👧\x1b[2J',
    fields: { err: sampleError('x'), list: [{ a: [1n] }], map: new Map([[{ k: 1 }, '日本']]) },
  };
  const file = recordingOf(events);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const surface = new FakeSurface();
      const { session } = await openSession([file], {}, surface);
      for (const next of steps) {
        if (typeof next === 'string') session.key(next);
        else if ('text' in next) session.paste(next.text);
        else if ('column' in next) session.click(next.column, next.line);
        else {
          [surface.columns, surface.lines] = next;
          session.resize();
        }
        await new Promise((resolve) => setImmediate(resolve));
        expect(session.view.isDone).toBe(false);
        const { lines, cursor } = surface.picture;
        expect(lines.length).toBe(Math.max(3, surface.lines));
        for (const { text, edge } of lines) {
          expect(widthOf(text) + widthOf(edge), text).toBeLessThanOrEqual(surface.columns);
        }
        expect(cursor?.column ?? 0).toBeLessThan(surface.columns);
      }
    }),
    { numRuns: process.env.TTLOG_TEST_LONG ? 2000 : 60 },
  );
}, 600_000);
