/**
 * Contexts of one segment and what is in force inside each: bindings of the parents, its own,
 * and the fields that came late. Which record defines a context is decode-segment.ts's affair.
 */

import { DecodeError } from './decode-error.ts';
import type { ValueDecoder } from './decode-value.ts';
import { Mark } from './marks.ts';
import { assignOwn, isPlainObject, type PlainObject, REST_KEY, setOwn } from './own-property.ts';

/** Identifies a context in the whole process. */
export type ContextUid = number | bigint | string;

/** What is in force for an event. Shared by the events of a context, and therefore frozen. */
export interface EffectiveContext {
  /** undefined where there is no context. */
  readonly uid: ContextUid | undefined;
  /** The one around it, as far as that is known. */
  readonly outer: EffectiveContext | null;
  readonly bindings: PlainObject;
  /** Lower-case hex. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly traceFlags: number | undefined;
}

/** Fields by uid that `late` records of the whole recording add, in the order they came. */
export type LateFields = ReadonlyMap<ContextUid, PlainObject>;

export const NO_CONTEXT: EffectiveContext = Object.freeze({
  uid: undefined,
  outer: null,
  bindings: Object.freeze({}),
  traceId: undefined,
  spanId: undefined,
  traceFlags: undefined,
});

/** Fields of the array that defines a context, its name not counted. */
export const CONTEXT_FIELDS = 6;

const MAX_ID_BYTES = 32;
/** Contexts whose effect is kept at hand; there may be one for every event. */
const MAX_RESOLVED = 256;
/**
 * Steps to parents and keys copied from them, for all events of a segment: at least so many, and
 * one for every four bytes, which is twenty for each context of a segment full of them.
 */
const LEAST_INHERITANCE = 1 << 19;
const BYTES_PER_INHERITANCE = 4;

interface Context {
  readonly uid: ContextUid;
  readonly parentUid: ContextUid | null;
  readonly parent: Context | undefined;
  readonly bindings: PlainObject;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly traceFlags: number | undefined;
  effective: EffectiveContext | undefined;
}

export class ContextTable {
  private readonly decoder: ValueDecoder;
  /** Asked for only when a context is used: finding all late fields reads the whole recording. */
  private readonly lateFields: () => LateFields;
  private readonly contexts: Context[] = [];
  private readonly byUid: Map<ContextUid, Context> = new Map();
  /** Those that have `effective`, oldest first from `nextResolved` on. */
  private readonly resolved: Context[] = [];
  private nextResolved = 0;
  private inheritanceLeft: number;

  constructor(decoder: ValueDecoder, lateFields: () => LateFields) {
    this.decoder = decoder;
    this.lateFields = lateFields;
    const bytes = decoder.end - decoder.position;
    this.inheritanceLeft = LEAST_INHERITANCE + bytes / BYTES_PER_INHERITANCE;
  }

  /** Reads the six fields of a definition; the context gets the next number. */
  define(): void {
    const context = this.readContext();
    this.contexts.push(context);
    this.byUid.set(context.uid, context);
  }

  /** Reads what stands in an event for its context: 0, a number, or the context itself. */
  readEffective(): EffectiveContext {
    const { decoder } = this;
    const start = decoder.position;
    let context: Context;
    if (decoder.peekMajor() === 0) {
      const number = decoder.readUnsigned();
      if (number === 0) return NO_CONTEXT;
      context = this.contexts[number - 1];
      if (context === undefined) throw new DecodeError(`context ${number} is not defined`, start);
    } else {
      if (decoder.readArrayHead() !== CONTEXT_FIELDS) {
        throw new DecodeError('an inline context is not six fields', start);
      }
      context = this.readContext();
    }
    return context.effective ?? this.resolve(context, start);
  }

  private readContext(): Context {
    const { decoder } = this;
    const uid = readUid(decoder);
    const parentUid = readParentUid(decoder);
    const bindings = readFields(decoder);
    const traceId = readHexId(decoder);
    const spanId = readHexId(decoder);
    const traceFlags = readFlags(decoder);
    // Parents are defined before their children, so no circle can come about.
    const parent = parentUid === null ? undefined : this.byUid.get(parentUid);
    return { uid, parentUid, parent, bindings, traceId, spanId, traceFlags, effective: undefined };
  }

  private resolve(context: Context, start: number): EffectiveContext {
    const unresolved: Context[] = [];
    let outer: Context | undefined = context;
    while (outer !== undefined && outer.effective === undefined) {
      unresolved.push(outer);
      outer = outer.parent;
    }
    let effective: EffectiveContext = outer?.effective ?? NO_CONTEXT;
    for (let i = unresolved.length - 1; i >= 0; i--) {
      effective = this.extend(effective, unresolved[i], start);
      this.keep(unresolved[i], effective);
    }
    return effective;
  }

  private keep(context: Context, effective: EffectiveContext): void {
    const oldest = this.resolved[this.nextResolved];
    if (oldest !== undefined) oldest.effective = undefined;
    this.resolved[this.nextResolved] = context;
    this.nextResolved = (this.nextResolved + 1) % MAX_RESOLVED;
    context.effective = effective;
  }

  private extend(outer: EffectiveContext, context: Context, start: number): EffectiveContext {
    const bindings: PlainObject = {};
    const late = this.lateFields();
    assignOwn(bindings, outer.bindings);
    this.inheritanceLeft -= 1 + Object.keys(bindings).length;
    if (this.inheritanceLeft < 0) {
      throw new DecodeError('contexts are nested beyond measure', start);
    }
    if (context.parentUid !== null && context.parent === undefined) {
      assignOwn(bindings, late.get(context.parentUid) ?? {});
    }
    assignOwn(bindings, context.bindings);
    assignOwn(bindings, late.get(context.uid) ?? {});
    // Flags belong to a span; a context that names none has 0 there.
    const hasIds = context.traceId !== undefined || context.spanId !== undefined;
    return Object.freeze({
      uid: context.uid,
      outer: outer === NO_CONTEXT ? null : outer,
      bindings: Object.freeze(bindings),
      traceId: context.traceId ?? outer.traceId,
      spanId: context.spanId ?? outer.spanId,
      traceFlags: hasIds ? (context.traceFlags ?? outer.traceFlags) : outer.traceFlags,
    });
  }
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

function readParentUid(decoder: ValueDecoder): ContextUid | null {
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
