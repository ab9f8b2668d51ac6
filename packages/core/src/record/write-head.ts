/**
 * The head of a CBOR item (RFC 8949, 3): major type and argument in the fewest bytes. Knows
 * nothing of what follows a head; the caller sees to it that there is room.
 */

export const MAJOR_UNSIGNED = 0;
export const MAJOR_NEGATIVE = 1;
export const MAJOR_BYTES = 2;
export const MAJOR_TEXT = 3;
export const MAJOR_ARRAY = 4;
export const MAJOR_MAP = 5;
export const MAJOR_TAG = 6;

/** No head is longer. */
export const MAX_HEAD_BYTES = 9;
/** The ttlog tags lie between 2^16 and 2^32, so their heads have this length. */
export const PRIVATE_TAG_BYTES = 5;

export const CBOR_FALSE = 0xf4;
export const CBOR_TRUE = 0xf5;
export const CBOR_NULL = 0xf6;
export const CBOR_UNDEFINED = 0xf7;
export const CBOR_FLOAT64 = 0xfb;

/**
 * Writes the head of major type `major` with the argument `value`, an integer from 0 to
 * 2^53-1. Returns the position after it.
 */
export function writeHead(u8: Uint8Array, position: number, major: number, value: number): number {
  const type = major << 5;
  if (value < 24) {
    u8[position] = type | value;
    return position + 1;
  }
  if (value < 0x100) {
    u8[position] = type | 24;
    u8[position + 1] = value;
    return position + 2;
  }
  if (value < 0x10000) {
    u8[position] = type | 25;
    u8[position + 1] = value >> 8;
    u8[position + 2] = value;
    return position + 3;
  }
  if (value < 0x100000000) {
    u8[position] = type | 26;
    writeUint32(u8, position + 1, value);
    return position + 5;
  }
  u8[position] = type | 27;
  writeUint32(u8, position + 1, value / 0x100000000);
  writeUint32(u8, position + 5, value);
  return position + 9;
}

/** Bytes that `writeHead` takes for this argument. */
export function headLength(value: number): number {
  if (value < 24) return 1;
  if (value < 0x100) return 2;
  if (value < 0x10000) return 3;
  return value < 0x100000000 ? 5 : 9;
}

/** Big-endian; takes the lower 32 bits of the integer part. */
function writeUint32(u8: Uint8Array, position: number, value: number): void {
  u8[position] = value >>> 24;
  u8[position + 1] = value >>> 16;
  u8[position + 2] = value >>> 8;
  u8[position + 3] = value;
}
