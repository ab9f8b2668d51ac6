/**
 * What an event carries besides its own fields: bindings of child loggers and of `withContext`,
 * and the active trace. Written once a segment as a definition, then referred to by number.
 */

import { RecentlyUsed } from './recently-used.ts';

export type Bindings = { readonly [key: string]: unknown };

/** Ids of the active span; bytes as in W3C Trace Context: 16 and 8. */
export interface TraceContext {
  /** 32 hex digits, or 16 bytes. */
  traceId: string | Uint8Array;
  /** 16 hex digits, or 8 bytes. */
  spanId: string | Uint8Array;
  flags: number;
}

/** The parents above which bindings are merged into one context instead of chained. */
const MAX_CHAIN = 8;
/** Derived contexts that one context remembers, for each logger that is used inside it. */
const MAX_DERIVED = 64;
/** Spans that one context remembers; as many as may be under way at once, and their contexts small. */
const MAX_TRACED = 256;
const NO_BINDINGS: Bindings = {};

export class Context {
  readonly parent: Context | null;
  readonly bindings: Bindings;
  readonly trace: TraceContext | null;
  /** Nothing but the ids of a span on top of the parent: these are defined in place. */
  readonly isSpanOnly: boolean;
  readonly #chainLength: number;
  #derived: Map<Context, Context> | null = null;
  #traced: RecentlyUsed<string, Context> | null = null;
  #lastTraced: Context | null = null;

  /** The record that defines it, encoded by `writer` for its own ring; uid is process-wide. */
  writer: object | null = null;
  definition: Uint8Array | null = null;
  uid = 0;
  /** By pool: the lane's segment in which it is defined, and as which number. */
  readonly serials: number[] = [0, 0];
  readonly ids: number[] = [0, 0];

  constructor(parent: Context | null, bindings: Bindings, trace: TraceContext | null) {
    const isTooLong = parent !== null && parent.#chainLength >= MAX_CHAIN;
    this.parent = isTooLong ? null : parent;
    // A copy, since the application may go on changing its object.
    this.bindings =
      bindings === NO_BINDINGS && !isTooLong
        ? bindings
        : mergeBindings(isTooLong ? parent.flatBindings() : null, bindings);
    this.trace = trace ?? (isTooLong ? parent.nearestTrace() : null);
    this.isSpanOnly = trace !== null && !hasKeys(this.bindings);
    this.#chainLength = this.parent === null ? 1 : this.parent.#chainLength + 1;
  }

  /** This context with the bindings of `inner`, a child logger's, on top. */
  around(inner: Context): Context {
    this.#derived ??= new Map();
    let derived = this.#derived.get(inner);
    if (derived === undefined) {
      if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
      derived = new Context(this, inner.flatBindings(), null);
      this.#derived.set(inner, derived);
    }
    return derived;
  }

  /** This context with the ids of the active span. */
  traced(trace: TraceContext): Context {
    const last = this.#lastTraced;
    if (last !== null && isSame(last.trace as TraceContext, trace)) return last;
    this.#lastTraced = this.#findTraced(trace);
    return this.#lastTraced;
  }

  #findTraced(trace: TraceContext): Context {
    // A copy, since the object may be used again for another span.
    const ids = {
      traceId: toHex(trace.traceId),
      spanId: toHex(trace.spanId),
      flags: toFlags(trace.flags),
    };
    // Most contexts see one span only, and do without a map.
    if (this.#lastTraced !== null) this.#traced ??= new RecentlyUsed(MAX_TRACED);
    const known = this.#traced?.get(ids.spanId) ?? this.#lastTraced;
    // A span id says nothing without its trace: those of remote parents come from anybody.
    if (known !== null && isSame(known.trace as TraceContext, ids)) return known;
    const traced = new Context(this === NO_CONTEXT ? null : this, NO_BINDINGS, ids);
    this.#traced?.set(ids.spanId, traced);
    return traced;
  }

  flatBindings(): Bindings {
    if (this.parent === null) return this.bindings;
    return mergeBindings(this.parent.flatBindings(), this.bindings);
  }

  nearestTrace(): TraceContext | null {
    return this.trace ?? this.parent?.nearestTrace() ?? null;
  }
}

/** What the spans of events without bindings hang at. */
export const NO_CONTEXT: Context = new Context(null, NO_BINDINGS, null);

function isSame(known: TraceContext, trace: TraceContext): boolean {
  return (
    known.spanId === trace.spanId && known.traceId === trace.traceId && known.flags === trace.flags
  );
}

function toHex(id: unknown): string {
  if (typeof id === 'string') return id;
  return ArrayBuffer.isView(id)
    ? Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')
    : '';
}

function toFlags(flags: unknown): number {
  return typeof flags === 'number' && flags >= 0 && flags <= 0xff ? Math.trunc(flags) : 0;
}

function hasKeys(bindings: Bindings): boolean {
  for (const _key in bindings) return true;
  return false;
}

/** Own enumerable properties of both, read now, the later ones winning. */
function mergeBindings(outer: Bindings | null, inner: Bindings): Bindings {
  try {
    return { ...outer, ...inner };
  } catch {
    const merged: Bindings = {};
    for (const bindings of [outer, inner]) copyOneByOne(merged, bindings);
    return merged;
  }
}

/** A property that cannot be read stays one that throws, which the encoder says in its place. */
function copyOneByOne(target: Bindings, bindings: Bindings | null): void {
  let keys: string[] = [];
  try {
    keys = Object.keys(bindings ?? {});
  } catch (error) {
    defineThrowing(target, 'bindings', error);
  }
  for (const key of keys) {
    try {
      const value = bindings?.[key];
      Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
    } catch (error) {
      defineThrowing(target, key, error);
    }
  }
}

function defineThrowing(target: Bindings, key: string, error: unknown): void {
  const get = (): never => {
    throw error;
  };
  Object.defineProperty(target, key, { get, enumerable: true, configurable: true });
}
