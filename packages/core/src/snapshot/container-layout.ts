/**
 * Where each byte of a snapshot file stands, above the level of CBOR. A file is a sequence of
 * chunks, each an LZ4 *skippable* frame (which `lz4 -dc` skips) followed by a standard LZ4
 * frame with content checksum:
 *
 *   [descriptor][frame: header map] [descriptor][frame: segment] ... [descriptor][frame: footer map]
 *
 * The frames' contents joined are a CBOR sequence (RFC 8742): the header map under tag 55799,
 * one indefinite array a segment, the footer map. The descriptor, little-endian throughout:
 *
 *    0  u32  0x184D2A5D, magic of a skippable frame
 *    4  u32  length of what follows in this frame: 48
 *    8  u32  "TTLG"
 *   12  u16  descriptor version: 1
 *   14  u16  kind: 1 header, 2 segment, 3 footer
 *   16  u32  ordinal: 0 for the header, then one more a chunk
 *   20  u32  compressed length: bytes of the LZ4 frame that follows
 *   24  u32  raw length: bytes of its content
 *   28  i64  first time: epoch nanoseconds of the segment's base; 0 in header and footer
 *   36  i64  last time: epoch nanoseconds of its last event, or later
 *   44  u32  highest severity of its events, or more; 0 in header and footer
 *   48  u32  CRC-32 of the LZ4 frame that follows
 *   52  u32  CRC-32 of bytes 0 to 51
 *
 * A reader checks before it inflates, skips what a query cannot need, and after damage looks for
 * the next magic + "TTLG" + valid CRC.
 */

export const FORMAT_VERSION = 1;

export const SKIPPABLE_MAGIC = 0x184d2a5d;
export const LZ4_FRAME_MAGIC = 0x184d2204;
/** "TTLG" as a little-endian word. */
export const CHUNK_MAGIC = 0x474c5454;
export const DESCRIPTOR_VERSION = 1;
/** The descriptor with the skippable frame's own eight bytes. */
export const DESCRIPTOR_BYTES = 56;

export const CHUNK_SKIPPABLE_MAGIC = 0;
export const CHUNK_SKIPPABLE_LENGTH = 4;
export const CHUNK_TTLG = 8;
export const CHUNK_VERSION = 12;
export const CHUNK_KIND = 14;
export const CHUNK_ORDINAL = 16;
export const CHUNK_COMPRESSED_LENGTH = 20;
export const CHUNK_RAW_LENGTH = 24;
export const CHUNK_FIRST_TIME = 28;
export const CHUNK_LAST_TIME = 36;
export const CHUNK_MAX_SEVERITY = 44;
export const CHUNK_FRAME_CRC = 48;
export const CHUNK_CRC = 52;

export const KIND_HEADER = 1;
export const KIND_SEGMENT = 2;
export const KIND_FOOTER = 3;

/**
 * Larger chunks are refused before anything is allocated. A segment holds at most 16 MiB
 * (MAX_SEGMENT_BYTES of the ring) and its preamble; a header of 16,384 threads stays below too.
 */
export const MAX_CHUNK_RAW_BYTES: number = 17 * 1024 * 1024;
