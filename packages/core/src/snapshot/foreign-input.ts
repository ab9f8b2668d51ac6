/**
 * Says what a file is that is no recording, so that whoever mixed up two files sees it at once.
 */

/** How the usual kinds of files begin. */
const BEGINNINGS: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], 'is gzip data; decompress it first'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is zstd data; decompress it first'],
  [[0x42, 0x5a, 0x68], 'is bzip2 data; decompress it first'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'is xz data; decompress it first'],
  [[0x04, 0x22, 0x4d, 0x18], 'is LZ4 data without the descriptors of a recording'],
  [[0x7f, 0x45, 0x4c, 0x46], 'is an ELF program or core dump'],
  [[0x5d, 0x2a, 0x4d, 0x18], 'begins like one, but no whole part of it is there'],
  [[0xd9, 0xd9, 0xf7], 'is bare CBOR, as `lz4 -dc` makes it of a recording'],
];

/** A sentence for the beginning of something that is no recording. */
export function describeForeignInput(beginning: Uint8Array): string {
  if (beginning.length === 0) return 'it is empty';
  for (const [bytes, what] of BEGINNINGS) {
    if (bytes.every((byte, index) => beginning[index] === byte)) return `it ${what}`;
  }
  if (beginning.every((byte) => byte === 0)) return 'it is all zeros';
  const hasMark = beginning[0] === 0xef && beginning[1] === 0xbb && beginning[2] === 0xbf;
  const text = hasMark ? beginning.subarray(3) : beginning;
  if (!text.every(isTextByte)) return 'it does not begin like one, nor is one inside';
  return text[0] === 0x7b || text[0] === 0x5b ? 'it is JSON text' : 'it is text';
}

function isTextByte(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f : byte >= 0x09 && byte <= 0x0d;
}
