import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  addJsonValue,
  addTextValue,
  jsonValue,
  LineBytes,
  openRecording,
  valueText,
  walkEvents,
  writeRecording,
} from '../../src/reader.ts';
import { CLOCK_NS } from '../formats/recording-bytes.ts';

/** What both writers make of each value, in one recording. */
function written(values: readonly unknown[]): { text: string[]; json: string[] } {
  const events = values.map((x, index) => {
    return { timeNs: CLOCK_NS + BigInt(index), message: 'm', fields: { x, behind: 1 } };
  });
  const walk = walkEvents(openRecording(writeRecording({ events })))!;
  const made: { text: string[]; json: string[] } = { text: [], json: [] };
  const lines = new LineBytes();
  while (walk.next()) {
    for (const [kind, add] of [
      ['text', addTextValue],
      ['json', addJsonValue],
    ] as const) {
      lines.length = 0;
      const isReadable = walk.look((head) => {
        const next = add(head, head.valuesStart, lines);
        expect(head.valueAt(next)).toBe(1);
      });
      expect(isReadable).toBe(true);
      made[kind].push(lines.bytes.toString('utf8', 0, lines.length));
    }
  }
  return made;
}

const EVERY_BYTE = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte));

it('writes texts as valueText and jsonValue do, whatever they look like', () => {
  const words = [
    'true',
    'false',
    'null',
    'undefined',
    'NaN',
    'Infinity',
    '-Infinity',
    '-',
    '-5',
    '.5',
  ];
  const values = [
    ...words,
    ...words.flatMap((word) => [`${word}x`, `x${word}`, `${word} `]),
    ...EVERY_BYTE,
    ...EVERY_BYTE.flatMap((character) => [`a${character}`, `${character}a`, ` ${character}`]),
    ...['', 'größe', '\ud800', 'a\\b', 'a\\b c', '-x'.repeat(20), 'n'.repeat(300)],
  ];
  const { text, json } = written(values);
  expect(text).toEqual(values.map((value) => valueText(value)));
  expect(json).toEqual(values.map((value) => jsonValue(value)));
});

it('writes any value as they do', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.constantFrom(true, false, null, undefined, -0),
    fc.array(fc.integer()),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (values) => {
      const { text, json } = written(values);
      expect(text).toEqual(values.map((one) => valueText(one)));
      expect(json).toEqual(values.map((one) => jsonValue(one)));
    }),
    { numRuns: 40 },
  );
});
