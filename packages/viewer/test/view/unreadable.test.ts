// Events that are there and cannot be read: the index counts them, and their rows say so.

import { describe, expect, it } from 'vitest';
import { recording } from '../../../core/test/formats/recording-bytes.ts';
import { openRecordingFile } from '../sample.ts';
import { openSession } from './open-session.ts';

/** The second of three events is of a shape that nobody has defined. */
const RECORDS = [
  ['shape', 0, 'app', 'whole', ['n']],
  [0, 9, 1, 0, 1],
  [1_000_000, 9, 7, 0, 2],
  [2_000_000, 9, 1, 0, 3],
];

describe('an event that cannot be read', () => {
  it('has a row that says so between the others, and is told as damage', async () => {
    const file = openRecordingFile(recording({ segments: [{ records: RECORDS }] }));
    const { surface, press } = await openSession([file]);
    const rows = surface.text.split('\n').slice(1, 4);
    expect(rows[0]).toContain('whole n=1');
    expect(rows[1]).toContain('this event cannot be read');
    expect(rows[2]).toContain('whole n=3');
    expect(file.recording.damage.some(({ what }) => /shape 7 is not defined/.test(what))).toBe(
      true,
    );
    await press('j', 'return');
    expect(surface.text).not.toContain('whole n=2');
  });
});
