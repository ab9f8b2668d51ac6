import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonString, printable, quoted } from '../../src/format/escape.ts';

/** Written as a list of what is dangerous, whereas the code lists what is allowed. */
const DANGEROUS =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udfff]|[\u{e0000}-\u{e007f}]/u;

const anyText = fc.string({ unit: 'binary', maxLength: 50 });
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 })
  .map((units) => String.fromCharCode(...units));
const dangerousText = fc.oneof(anyText, anyUnits);

describe('printable', () => {
  it('leaves readable text of any script alone', () => {
    for (const text of [
      'plain ASCII ~',
      'Grüße',
      '日本語',
      'שלום',
      '✔ 100 €',
      '❤️ 🎉',
      'a\u00a0b',
    ]) {
      expect(printable(text)).toBe(text);
    }
  });

  it.each([
    ['\x1b[31m', '\\x1b[31m'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\0\x07\x7f', '\\x00\\x07\\x7f'],
    ['\x9b31m', '\\x9b31m'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u2066\u2069\u200b\u2028\ufeff', '\\u2066\\u2069\\u200b\\u2028\\ufeff'],
    ['\ud800', '\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('escapes %j visibly', (text, escaped) => {
    expect(printable(text)).toBe(escaped);
  });

  it('never lets anything dangerous through', () => {
    fc.assert(
      fc.property(dangerousText, (text) => {
        expect(printable(text)).not.toMatch(DANGEROUS);
        expect(quoted(text)).not.toMatch(DANGEROUS);
        expect(jsonString(text)).not.toMatch(DANGEROUS);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('quoted', () => {
  it('escapes the quote and the backslash, so that it can be undone', () => {
    expect(quoted('say "hi" \\ \x1b')).toBe('"say \\"hi\\" \\\\ \\x1b"');
  });
});

describe('jsonString', () => {
  it('is read back by JSON.parse as it was', () => {
    fc.assert(
      fc.property(dangerousText, (text) => {
        expect(JSON.parse(jsonString(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
