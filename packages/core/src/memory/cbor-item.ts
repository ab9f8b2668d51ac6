/**
 * Where a CBOR item ends (RFC 8949), without looking at what it means. Pure offset arithmetic:
 * one counter of items still to come replaces a stack, so no input can exhaust anything.
 */

/** Returned where the bytes end before the item does, or are no definite-length CBOR. */
export const MALFORMED = -1;

/**
 * Offset just past the item at `start`, or MALFORMED. Reads only below `end`. Indefinite
 * lengths and reserved additional information are malformed: the ring never holds them.
 */
export function itemEnd(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  let pending = 1;
  while (pending > 0) {
    if (position >= end) return MALFORMED;
    const head = bytes[position++];
    const major = head >> 5;
    const info = head & 0x1f;
    let argument = info;
    if (info >= 24) {
      if (info > 27) return MALFORMED;
      const size = 1 << (info - 24);
      if (position + size > end) return MALFORMED;
      argument = 0;
      for (let i = 0; i < size; i++) argument = argument * 256 + bytes[position++];
    }
    pending--;
    if (major === 2 || major === 3) {
      if (argument > end - position) return MALFORMED;
      position += argument;
    } else if (major === 4) {
      // Every item takes a byte at least, so a count beyond the bytes left cannot be true.
      if (argument > end - position) return MALFORMED;
      pending += argument;
    } else if (major === 5) {
      if (argument * 2 > end - position) return MALFORMED;
      pending += argument * 2;
    } else if (major === 6) {
      pending += 1;
    }
  }
  return position;
}

/**
 * Whether the item at `start` is an event of a log ring (an array that begins with an unsigned
 * integer) or an entry of a bare ring (a byte string), as opposed to a definition.
 */
export function isEntry(bytes: Uint8Array, start: number, end: number): boolean {
  const head = bytes[start];
  const major = head >> 5;
  if (major === 2) return true;
  if (major !== 4 || head === 0x80) return false;
  const info = head & 0x1f;
  const first = info < 24 ? start + 1 : start + 1 + (1 << (info - 24));
  return first < end && bytes[first] >> 5 === 0;
}

/** Entries among the whole items of [start, end). Stops at the first malformed one. */
export function countEntries(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let position = start;
  while (position < end) {
    const next = itemEnd(bytes, position, end);
    if (next === MALFORMED) break;
    if (isEntry(bytes, position, end)) count++;
    position = next;
  }
  return count;
}

/**
 * The events of [start, end) up to a moment: those whose first number, the time, is at most
 * `limit`. How many they are, and where the last of them ends.
 */
export function eventsUpTo(
  bytes: Uint8Array,
  start: number,
  end: number,
  limit: number,
): { count: number; end: number } {
  let count = 0;
  let position = start;
  let lastEnd = start;
  while (position < end) {
    const next = itemEnd(bytes, position, end);
    if (next === MALFORMED) break;
    if (isEntry(bytes, position, end)) {
      if (firstNumber(bytes, position) > limit) break;
      count++;
      lastEnd = next;
    }
    position = next;
  }
  return { count, end: lastEnd };
}

/** The unsigned integer that an array begins with. */
function firstNumber(bytes: Uint8Array, arrayStart: number): number {
  const arrayInfo = bytes[arrayStart] & 0x1f;
  let position = arrayStart + 1;
  if (arrayInfo >= 24) position += 1 << (arrayInfo - 24);
  const info = bytes[position++] & 0x1f;
  if (info < 24) return info;
  let value = 0;
  for (let size = 1 << (info - 24); size > 0; size--) value = value * 256 + bytes[position++];
  return value;
}
