// Any value that an application may log, for properties.

import fc from 'fast-check';

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('\ud800', 'a\udfffb', '', '__proto__', 'toString', 'password', 'x'.repeat(300)),
);

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, Number.NaN, 2 ** 53, -(2 ** 53), 2 ** 32, -(2 ** 32) - 1),
);

const date = fc.date({ noInvalidDate: false }).map((value) => new Date(value.getTime()));

const binary = fc.uint8Array({ maxLength: 40 }).chain((bytes) =>
  fc.constantFrom<ArrayBufferView>(
    bytes,
    Buffer.from(bytes),
    Uint8ClampedArray.from(bytes),
    Int8Array.from(bytes),
    Uint16Array.from(bytes, (byte) => byte * 257),
    Int32Array.from(bytes, (byte) => byte * -16_843_009),
    Float32Array.from(bytes, (byte) => byte / 7),
    Float64Array.from(bytes, (byte) => byte / 7),
    BigInt64Array.from(bytes, (byte) => -(BigInt(byte) ** 7n)),
    BigUint64Array.from(bytes, (byte) => BigInt(byte) ** 8n),
  ),
);

/** Values that come back equal to themselves. */
export const recordableValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(text, number, fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined)),
    fc.oneof(date, binary),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6 }).map((value) => ({ ...value })),
    fc.array(tie('value'), { maxLength: 5 }).map((values) => new Set(values)),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 5 })
      .map((entries) => new Map(entries)),
    fc
      .record({ message: text, cause: tie('value'), code: number })
      .map(({ message, cause, code }) => Object.assign(new Error(message, { cause }), { code })),
    fc.array(tie('value'), { maxLength: 4 }).map((errors) => new AggregateError(errors, 'many')),
  ),
})).value;

/** These, and what is only marked. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  recordableValue,
  fc
    .tuple(
      recordableValue,
      fc.oneof(
        fc.func(fc.integer()),
        fc.constantFrom<unknown>(
          Symbol('s'),
          Promise.resolve(1),
          new WeakMap(),
          /x/u,
          new URL('http://a/b'),
          new Number(1),
          { toJSON: () => ({ a: 1 }) },
          Object.defineProperty({ a: 1 }, 'b', {
            enumerable: true,
            get: () => {
              throw new Error('thrown by a getter');
            },
          }),
        ),
        fc.array(recordableValue, { maxLength: 3 }).map((array) => {
          array.length += 2;
          return array;
        }),
      ),
    )
    .map(([value, odd]) => ({ odd, value, list: [odd, value, odd] })),
);
