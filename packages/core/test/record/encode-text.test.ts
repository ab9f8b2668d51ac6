// How strings become CBOR text: whole, ill-formed, and cut.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteViews } from '../../src/memory/byte-views.ts';
import { itemEnd } from '../../src/memory/cbor-item.ts';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { encodeLabel, encodeText, isCut, MIN_TEXT_BYTES } from '../../src/record/encode-text.ts';
import { Mark } from '../../src/record/marks.ts';

const ROOM_BYTES = 4096;
const CANARY = 0xa5;

/** Any UTF-16, well-formed or not, dense in the interesting kinds of unit. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', '\0', '\x7f', 'ß', '\u07ff', '\u0800', '中', '\uffff', '😀'),
      fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

function encodeBytes(text: string, maxBytes = 8192, roomBytes = ROOM_BYTES): Uint8Array {
  const target = new ByteViews(new SharedArrayBuffer(roomBytes + 8));
  target.u8.fill(CANARY);
  const end = encodeText(target, 0, roomBytes, text, maxBytes);
  expect(end).toBeLessThanOrEqual(roomBytes);
  expect(itemEnd(target.u8, 0, end)).toBe(end);
  expect(target.u8.subarray(roomBytes).every((byte) => byte === CANARY)).toBe(true);
  return target.u8.slice(0, end);
}

function encodeHex(text: string, maxBytes?: number, roomBytes?: number): string {
  return Buffer.from(encodeBytes(text, maxBytes, roomBytes)).toString('hex');
}

function read(bytes: Uint8Array): unknown {
  return new ValueDecoder(bytes).read();
}

/** Bytes of UTF-8, a lone surrogate counting three as in WTF-8. */
function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}

describe('a text that fits', () => {
  it('has the bytes of RFC 8949 with the shortest head', () => {
    expect(encodeHex('')).toBe('60');
    expect(encodeHex('IETF')).toBe('6449455446');
    expect(encodeHex('ü')).toBe('62c3bc');
    expect(encodeHex('水')).toBe('63e6b0b4');
    expect(encodeHex('\u{10151}')).toBe('64f0908591');
    expect(encodeHex('a'.repeat(23))).toBe(`77${'61'.repeat(23)}`);
    expect(encodeHex('a'.repeat(24))).toBe(`7818${'61'.repeat(24)}`);
    expect(encodeHex('ü'.repeat(12))).toBe(`7818${'c3bc'.repeat(12)}`);
    expect(encodeHex('a'.repeat(256))).toBe(`790100${'61'.repeat(256)}`);
    expect(encodeHex('中'.repeat(100))).toBe(`79012c${'e4b8ad'.repeat(100)}`);
  });

  it('comes back unit by unit, ill-formed or not', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(read(encodeBytes(text))).toBe(text);
      }),
    );
  });

  it('stands as WTF-8 under tag 273 only if a surrogate stands alone', () => {
    expect(encodeHex('a\ud800b')).toBe('d901114561eda08062');
    expect(encodeHex('\udc00')).toBe('d9011143edb080');
    // A pair in an ill-formed text is one code point of four bytes.
    expect(encodeHex('\ud800😀')).toBe('d9011147eda080f09f9880');
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encodeBytes(text)[0] === 0xd9).toBe(!text.isWellFormed());
      }),
    );
  });

  it('takes exactly as many bytes as it needs when there are no more', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = encodeBytes(text);
        if (bytes.length < MIN_TEXT_BYTES) return;
        expect(encodeBytes(text, 8192, bytes.length)).toEqual(bytes);
      }),
    );
  });
});

describe('a text with too many bytes', () => {
  it('is cut between code points and says how long it was', () => {
    expect(encodeHex('abcdef', 3)).toBe('da54746c02826361626306');
    // Neither half of a character is kept.
    expect(encodeHex('aüü', 2)).toBe('da54746c0282616103');
    expect(encodeHex('😀😀', 7)).toBe('da54746c028264f09f988004');
    expect(encodeHex('\ud800\ud800', 3)).toBe('da54746c0282d9011143eda08002');
  });

  it('keeps as much as the cap allows', () => {
    fc.assert(
      fc.property(anyText, fc.nat(100), (text, maxBytes) => {
        const value = read(encodeBytes(text, maxBytes));
        if (utf8Bytes(text) <= maxBytes) {
          expect(value).toBe(text);
          return;
        }
        const { kind, value: kept, originalSize } = value as Mark;
        expect([kind, originalSize]).toEqual(['cut', text.length]);
        expect(text.startsWith(kept as string)).toBe(true);
        const next = String.fromCodePoint(text.codePointAt((kept as string).length) as number);
        expect(utf8Bytes(kept as string)).toBeLessThanOrEqual(maxBytes);
        expect(utf8Bytes((kept as string) + next)).toBeGreaterThan(maxBytes);
      }),
    );
  });

  it('is told by isCut', () => {
    expect(isCut(encodeBytes('abc'), 0)).toBe(false);
    expect(isCut(encodeBytes('\ud800'), 0)).toBe(false);
    expect(isCut(encodeBytes('abc', 2), 0)).toBe(true);
  });

  it('of 100 MB costs no more than its beginning, beside flattening it once', () => {
    const text = 'x'.repeat(100_000_000);
    encodeBytes(text, 1000);
    const startMs = performance.now();
    for (let i = 0; i < 100; i++) encodeBytes(text, 1000);
    expect(performance.now() - startMs).toBeLessThan(500);
    expect(read(encodeBytes(text, 1000))).toEqual(
      new Mark('cut', '', 'x'.repeat(1000), 100_000_000),
    );
  });
});

describe('a text in too little room', () => {
  it('is always one whole item within the room', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: MIN_TEXT_BYTES, max: 300 }), (text, roomBytes) => {
        const value = read(encodeBytes(text, 8192, roomBytes));
        if (value instanceof Mark) {
          const kept = value.value ?? '';
          expect(text.startsWith(kept as string)).toBe(true);
        } else {
          expect(value).toBe(text);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is said to be cut in eight bytes', () => {
    expect(encodeHex('abcdefgh', 8192, MIN_TEXT_BYTES)).toBe('da54746c02826008');
    expect(encodeHex('x'.repeat(1000), 8192, MIN_TEXT_BYTES)).toBe('da54746c0282f6f6');
  });
});

describe('a label', () => {
  function label(text: string, roomBytes: number): unknown {
    const target = new ByteViews(new ArrayBuffer(roomBytes));
    const end = encodeLabel(target, 0, roomBytes, text);
    expect(end).toBeLessThanOrEqual(roomBytes);
    return new ValueDecoder(target.u8, 0, end).read();
  }

  it('is a plain text, shortened to its room and to 256 bytes', () => {
    expect(label('handler', 100)).toBe('handler');
    expect(label('handler', 4)).toBe('han');
    expect(label('handler', 1)).toBe('');
    expect(label('ü'.repeat(1000), 1000)).toBe('ü'.repeat(128));
  });

  it('is well-formed whatever it is given', () => {
    expect(label('a\ud800', 100)).toBe('a\ufffd');
  });
});
