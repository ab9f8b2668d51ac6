/**
 * What an event carries besides its own fields: bindings of child loggers and of `withContext`,
 * and the active trace. Written once a segment as a definition, then referred to by number.
 */

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

export class Context {
  readonly parent: Context | null;
  readonly bindings: Bindings;
  readonly trace: TraceContext | null;
  readonly #chainLength: number;
  #derived: Map<Context | string, Context> | null = null;

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
    this.bindings = mergeBindings(isTooLong ? parent.flatBindings() : null, bindings);
    this.trace = trace ?? (isTooLong ? parent.nearestTrace() : null);
    this.#chainLength = this.parent === null ? 1 : this.parent.#chainLength + 1;
  }

  /** This context with the bindings of `inner`, a child logger's, on top. */
  around(inner: Context): Context {
    return this.#derive(inner, () => new Context(this, inner.flatBindings(), null));
  }

  /** This context with the ids of the active span. */
  traced(trace: TraceContext): Context {
    // Ids as bytes differ by identity only; those are not worth remembering.
    if (typeof trace.spanId !== 'string') return new Context(this, {}, trace);
    return this.#derive(trace.spanId, () => new Context(this, {}, trace));
  }

  flatBindings(): Bindings {
    if (this.parent === null) return this.bindings;
    return mergeBindings(this.parent.flatBindings(), this.bindings);
  }

  nearestTrace(): TraceContext | null {
    return this.trace ?? this.parent?.nearestTrace() ?? null;
  }

  #derive(key: Context | string, make: () => Context): Context {
    this.#derived ??= new Map();
    let derived = this.#derived.get(key);
    if (derived === undefined) {
      if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
      derived = make();
      this.#derived.set(key, derived);
    }
    return derived;
  }
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
