// One value through the encoder, between canaries, for the tests of this folder.

import { ByteViews } from '../../src/memory/byte-views.ts';
import { itemEnd } from '../../src/memory/cbor-item.ts';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { ValueEncoder } from '../../src/record/encode-value.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/record/limits.ts';
import { NO_NODE, Redaction, type RedactionOptions } from '../../src/record/redaction.ts';

export interface EncodeOptions {
  limits?: Partial<Limits>;
  redact?: RedactionOptions | false;
  /** Room for the item; the event's cap unless told otherwise. */
  roomBytes?: number;
  /** As for a field of this name. */
  key?: string;
}

const CANARY = 0xa5;
const START = 16;

/** The item's bytes. Throws where it is not exactly one item or the encoder left its room. */
export function encodeToBytes(value: unknown, options: EncodeOptions = {}): Uint8Array {
  return encodeCounting(value, options).bytes;
}

/** The same, with the number of values that were cut. */
export function encodeCounting(
  value: unknown,
  options: EncodeOptions = {},
): { bytes: Uint8Array; cuts: number } {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const redaction = new Redaction(options.redact);
  const encoder = new ValueEncoder(limits, redaction);
  const limit = START + (options.roomBytes ?? limits.eventBytes);
  const target = new ByteViews(new SharedArrayBuffer(limit + START));
  target.u8.fill(CANARY);
  const { key } = options;
  const node = key === undefined ? NO_NODE : redaction.enter(redaction.root, key);
  const end = encoder.encode(target, START, limit, value, node);
  if (end > limit) throw new Error(`${end - limit} bytes past the limit`);
  for (let i = 0; i < START; i++) {
    for (const at of [i, limit + i]) {
      if (target.u8[at] !== CANARY) throw new Error(`byte ${at} was overwritten`);
    }
  }
  if (itemEnd(target.u8, START, end) !== end) throw new Error('not exactly one item');
  return { bytes: target.u8.slice(START, end), cuts: encoder.cuts };
}

export function encodeToHex(value: unknown, options: EncodeOptions = {}): string {
  return Buffer.from(encodeToBytes(value, options)).toString('hex');
}

/** What a reader gets to see. */
export function throughBytes(value: unknown, options: EncodeOptions = {}): unknown {
  const bytes = encodeToBytes(value, options);
  const decoder = new ValueDecoder(bytes);
  const decoded = decoder.read();
  if (decoder.position !== bytes.length) throw new Error('the decoder did not read it all');
  return decoded;
}
