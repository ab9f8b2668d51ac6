/**
 * Where the program has printed an event itself. The head of the event's shape says it, that of a
 * number or of an inline array: it is a size longer than need be, or two. Heads need not be the
 * shortest, so readers of recordings see no difference. It takes a byte or two of such an event and
 * nothing of any other. Only outputs ask, which follow the ring.
 *
 *   01         83         shape 1, and one that is inline
 *   18 01      98 03      the same of what the program has printed to stdout
 *   19 00 01   99 00 03   … to stderr
 */

export type PrintedTo = 'stdout' | 'stderr';

/** Numbers of shapes are below; a number has its mark added. */
const MARK_BIT = 28;
const FIRST_MARK = 1 << MARK_BIT;
/** Sizes of an argument: in the head itself, 1, 2, 4 and 8 bytes. */
const LAST_SIZE = 4;
const ONE_BYTE_ARGUMENT = 24;

/** To be added to the numbers of shapes, and to the count of an inline one. */
export function markOf(printedTo: PrintedTo | null): number {
  if (printedTo === null) return 0;
  return printedTo === 'stdout' ? FIRST_MARK : 2 * FIRST_MARK;
}

export function isMarked(value: number): boolean {
  return value >= FIRST_MARK;
}

/** Writes a head whose argument, below 2^28, may be marked. Returns the position after it. */
export function writeMarkedHead(
  u8: Uint8Array,
  position: number,
  major: number,
  marked: number,
): number {
  const value = marked & (FIRST_MARK - 1);
  const least = sizeOf(value);
  const wanted = least + (marked >>> MARK_BIT);
  // There is no longer one: then it is printed twice.
  const size = wanted > LAST_SIZE ? least : wanted;
  if (size === 0) {
    u8[position] = (major << 5) | value;
    return position + 1;
  }
  const lengthBytes = 1 << (size - 1);
  u8[position] = (major << 5) | (ONE_BYTE_ARGUMENT - 1 + size);
  let rest = value;
  for (let i = lengthBytes; i > 0; i--) {
    u8[position + i] = rest;
    rest >>>= 8;
  }
  return position + 1 + lengthBytes;
}

/** Of the whole event at `start`: an array of time, severity, shape and more. */
export function printedToOf(bytes: Uint8Array, start: number): PrintedTo | null {
  const time = afterHead(bytes, start);
  const shape = afterHead(bytes, afterHead(bytes, time));
  const longer = sizeAt(bytes, shape) - sizeOf(argumentAt(bytes, shape));
  if (longer === 0) return null;
  return longer === 1 ? 'stdout' : 'stderr';
}

function afterHead(bytes: Uint8Array, position: number): number {
  const size = sizeAt(bytes, position);
  return position + 1 + (size === 0 ? 0 : 1 << (size - 1));
}

function sizeAt(bytes: Uint8Array, position: number): number {
  const info = bytes[position] & 0x1f;
  return info < ONE_BYTE_ARGUMENT ? 0 : info - ONE_BYTE_ARGUMENT + 1;
}

function argumentAt(bytes: Uint8Array, position: number): number {
  const end = afterHead(bytes, position);
  if (end === position + 1) return bytes[position] & 0x1f;
  let value = 0;
  for (let i = position + 1; i < end; i++) value = value * 256 + bytes[i];
  return value;
}

/** The smallest that holds `value`. */
function sizeOf(value: number): number {
  if (value < ONE_BYTE_ARGUMENT) return 0;
  if (value < 0x100) return 1;
  return value < 0x10000 ? 2 : 3;
}
