// CBOR made by hand, apart from the product's own encoder, so that tests can also write what no
// encoder would.

/** Bytes of CBOR that are taken as they are. */
export class Cbor {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A head of the shortest form, or with an argument of `width` bytes. */
export function head(major: number, argument: number | bigint, width?: number): number[] {
  const value = BigInt(argument);
  const needed =
    value < 24n ? 0 : value < 256n ? 1 : value < 65536n ? 2 : value < 2n ** 32n ? 4 : 8;
  const size = width ?? needed;
  if (size === 0) return [(major << 5) | Number(value)];
  const bytes = [(major << 5) | (24 + Math.log2(size))];
  for (let i = size - 1; i >= 0; i--) bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
  return bytes;
}

export function join(...parts: (Uint8Array | number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Many items, one after another. */
export function sequence(items: readonly unknown[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(items.map(cbor)));
}

/** CBOR given as hexadecimal. */
export function hex(text: string): Cbor {
  return new Cbor(Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex')));
}

export function tag(number: number, content: unknown): Cbor {
  return new Cbor(join(head(6, number), cbor(content)));
}

/** A map whose keys need not be texts, nor different. */
export function map(...entries: [key: unknown, value: unknown][]): Cbor {
  return new Cbor(join(head(5, entries.length), sequence(entries.flat())));
}

export function float64(value: number): Cbor {
  const bytes = new Uint8Array(9);
  bytes[0] = 0xfb;
  new DataView(bytes.buffer).setFloat64(1, value);
  return new Cbor(bytes);
}

/** An unsigned integer with the argument in `width` bytes. */
export function wide(value: number | bigint, width: number): Cbor {
  return new Cbor(Uint8Array.from(head(0, value, width)));
}

/** One item: integers, text, bytes, bignums, arrays, plain objects, and Cbor as it is. */
export function cbor(value: unknown): Uint8Array {
  if (value instanceof Cbor) return value.bytes;
  if (value === false) return Uint8Array.of(0xf4);
  if (value === true) return Uint8Array.of(0xf5);
  if (value === null) return Uint8Array.of(0xf6);
  if (value === undefined) return Uint8Array.of(0xf7);
  if (typeof value === 'string') {
    const utf8 = Buffer.from(value);
    return join(head(3, utf8.length), utf8);
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return float64(value).bytes;
    return Uint8Array.from(value < 0 ? head(1, -1 - value) : head(0, value));
  }
  if (typeof value === 'bigint') {
    const magnitude = value < 0n ? -1n - value : value;
    const digits = magnitude === 0n ? '' : magnitude.toString(16);
    const bytes = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
    return tag(value < 0n ? 3 : 2, Uint8Array.from(bytes)).bytes;
  }
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  if (Array.isArray(value)) return join(head(4, value.length), sequence(value));
  return map(...Object.entries(value as object)).bytes;
}
