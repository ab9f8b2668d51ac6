/**
 * The six fields that define a context, one after another: read, or gone past where only their kind
 * is looked at. What they are put together to is decode-context.ts's affair.
 */

import { DecodeError } from './decode-error.ts';
import { MAJOR_BYTES, MAJOR_MAP, MAJOR_SIMPLE, MAJOR_TAG, MAJOR_TEXT } from './decode-head.ts';
import type { ValueDecoder } from './decode-value.ts';
import type { ContextUid, OwnContext } from './effective-context.ts';
import { Mark } from './marks.ts';
import { isPlainObject, type PlainObject, REST_KEY, setOwn } from './own-property.ts';

/** Fields of the array that defines a context, its name not counted. */
export const CONTEXT_FIELDS = 6;

const MAX_ID_BYTES = 32;
/** The longest head of a byte string. */
const MAX_HEAD_BYTES = 9;

/** All six fields. */
export function readOwnContext(decoder: ValueDecoder): OwnContext {
  const uid = readUid(decoder);
  const parentUid = readParentUid(decoder);
  const bindings = readFields(decoder);
  const traceId = readHexId(decoder);
  const spanId = readHexId(decoder);
  const traceFlags = readFlags(decoder);
  return { uid, parentUid, bindings, traceId, spanId, traceFlags };
}

/** Goes past the four fields behind the uids. What is in them is looked at when they are read. */
export function skipBehindParent(decoder: ValueDecoder): void {
  skipFields(decoder);
  skipId(decoder);
  skipId(decoder);
  skipFlags(decoder);
}

/** The uid that is next. */
export function readUid(decoder: ValueDecoder): ContextUid {
  const start = decoder.position;
  const uid = decoder.read();
  if (typeof uid === 'number' || typeof uid === 'bigint' || typeof uid === 'string') return uid;
  throw new DecodeError('a context has no uid', start);
}

/** Fields of a context: a map, cut or whole, or null for none. */
export function readFields(decoder: ValueDecoder): PlainObject {
  const start = decoder.position;
  const fields = decoder.read();
  if (fields === null || fields === undefined) return {};
  if (isPlainObject(fields)) return fields;
  if (!(fields instanceof Mark)) {
    throw new DecodeError('fields of a context are not a map', start);
  }
  const kept = isPlainObject(fields.value) ? fields.value : {};
  setOwn(kept, REST_KEY, new Mark(fields.kind, fields.text, null, fields.originalSize));
  return kept;
}

/** The uid of the context around; null for none. */
/** The uid of the context around; null where there is none. */
export function readParentUid(decoder: ValueDecoder): ContextUid | null {
  const start = decoder.position;
  const uid = decoder.read();
  if (uid === null || uid === undefined || uid === 0) return null;
  if (typeof uid === 'number' || typeof uid === 'bigint' || typeof uid === 'string') return uid;
  throw new DecodeError('a context has a parent that is no uid', start);
}

function readHexId(decoder: ValueDecoder): string | undefined {
  const start = decoder.position;
  const id = decoder.read();
  if (id === null || id === undefined) return undefined;
  if (id instanceof Uint8Array && id.length <= MAX_ID_BYTES) {
    return Buffer.from(id.buffer, id.byteOffset, id.length).toString('hex');
  }
  throw new DecodeError('a trace or span id is not a few bytes', start);
}

function readFlags(decoder: ValueDecoder): number | undefined {
  const start = decoder.position;
  const flags = decoder.read();
  if (flags === null || flags === undefined) return undefined;
  if (typeof flags === 'number') return flags;
  throw new DecodeError('trace flags are not a number', start);
}

function skipFields(decoder: ValueDecoder): void {
  const start = decoder.position;
  const major = decoder.peekMajor();
  if (major !== MAJOR_MAP && major !== MAJOR_TAG && major !== MAJOR_SIMPLE) {
    throw new DecodeError('fields of a context are not a map', start);
  }
  decoder.skip();
}

function skipId(decoder: ValueDecoder): void {
  const start = decoder.position;
  const major = decoder.peekMajor();
  decoder.skip();
  const isShort = decoder.position - start <= MAX_HEAD_BYTES + MAX_ID_BYTES;
  if (isShort && (major === MAJOR_BYTES || major === MAJOR_SIMPLE)) return;
  throw new DecodeError('a trace or span id is not a few bytes', start);
}

function skipFlags(decoder: ValueDecoder): void {
  const start = decoder.position;
  if (decoder.peekMajor() === MAJOR_TEXT)
    throw new DecodeError('trace flags are not a number', start);
  decoder.skip();
}
