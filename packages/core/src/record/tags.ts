/**
 * The CBOR tags that ttlog writes, which are also the only ones that its decoder takes. Numbers
 * below 2^16 are from the IANA registry; the private ones start at "Ttl" + 1. (Lower case would
 * put them past 0x70007000, where cbor-x takes a tag for packed CBOR and throws; a recording is
 * to be read by any library.)
 */

/** Date: float64 epoch seconds (RFC 8949, 3.4.2). */
export const TAG_EPOCH_DATE = 1;
/** Bignums: always used for a bigint, even a small one, so that it comes back as one. */
export const TAG_POSITIVE_BIGNUM = 2;
export const TAG_NEGATIVE_BIGNUM = 3;
/** Typed arrays, RFC 8746; the little-endian ones. Uint8Array is a plain byte string. */
export const TAG_UINT8_CLAMPED = 68;
export const TAG_UINT16_LE = 69;
export const TAG_UINT32_LE = 70;
export const TAG_UINT64_LE = 71;
export const TAG_INT8 = 72;
export const TAG_INT16_LE = 77;
export const TAG_INT32_LE = 78;
export const TAG_INT64_LE = 79;
export const TAG_FLOAT32_LE = 85;
export const TAG_FLOAT64_LE = 86;
/** Set: an array. */
export const TAG_SET = 258;
/** Map: a CBOR map with keys of any kind. */
export const TAG_MAP = 259;
/** Ill-formed text (lone surrogates): a byte string of WTF-8. */
export const TAG_WTF8 = 273;
/** Self-described CBOR, before the header map of a snapshot. */
export const TAG_SELF_DESCRIBED = 55799;

/** Error: map of `name`, `message`, `stack` (text), and, where present, `cause`, `errors`, `properties` (map). */
export const TAG_ERROR = 0x54746c01;
/** Shortened by a cap: `[what is kept, original size]`; the size in UTF-16 units, bytes or entries, or null. */
export const TAG_CUT = 0x54746c02;
/** The object that contains this place: null. */
export const TAG_CIRCULAR = 0x54746c03;
/** Reading the value threw: text of what was thrown. */
export const TAG_THREW = 0x54746c04;
/** Function: text, its name. */
export const TAG_FUNCTION = 0x54746c05;
/** Symbol: text, its description. */
export const TAG_SYMBOL = 0x54746c06;
/** Hole of a sparse array: null. */
export const TAG_HOLE = 0x54746c07;
/** Date that tag 1 cannot hold: epoch milliseconds, or null for an invalid one. */
export const TAG_WIDE_DATE = 0x54746c08;
/** A promise, or any other thing without content of its own: text, what it is. */
export const TAG_OPAQUE = 0x54746c09;
/** Lazy fields that were not asked for: text, the level below which they are not. */
export const TAG_NOT_EVALUATED = 0x54746c0a;
