/**
 * Contexts of one segment: where each is defined, and what is in force inside those that events
 * use. Which record defines a context is decode-segment.ts's affair.
 */

import {
  CONTEXT_FIELDS,
  readOwnContext,
  readParentUid,
  readUid,
  skipBehindParent,
} from './context-fields.ts';
import { DecodeError } from './decode-error.ts';
import { MAJOR_UNSIGNED } from './decode-head.ts';
import { DEFAULT_BUDGET, type ValueDecoder } from './decode-value.ts';
import {
  type ContextUid,
  type EffectiveContext,
  effectiveInside,
  keyListOf,
  type LateFields,
  mergedBindings,
  NO_CONTEXT,
  NO_KEYS,
  type OwnContext,
} from './effective-context.ts';
import type { PlainObject } from './own-property.ts';
import { type Resolved, ResolvedContexts } from './resolved-contexts.ts';

/**
 * Work on contexts for all events of a segment, in keys copied from parents: at least so much,
 * and so much for every byte. The smallest context that has a binding takes 43 bytes with an event
 * of its own, so that three hundred keys may be around each in a segment that is full of them.
 */
const LEAST_WORK = 1 << 19;
const WORK_PER_BYTE = 8;
/** Finding a parent, and making the object of a context. */
const STEP_WORK = 4;
/** Decoding a definition takes as long for so many bytes, or units, as copying one key. */
const BYTES_PER_WORK = 4;
const UNITS_PER_WORK = 2;
/** In the decoder's units of 16 bytes: a context without its bindings, and a key that is copied. */
const RESOLVED_COST = 12;
const COPIED_KEY_COST = 3;
/** Bytes of a text that become a unit, where each becomes two. */
const TEXT_BYTES_PER_UNIT = 8;
/** What a context and all around it may take: as much as one value of an event. */
const MAX_CHAIN_COST = DEFAULT_BUDGET;

/**
 * Keeps of a definition where it stands, since there may be one for every event, and decodes it
 * when an event uses it.
 */
export class ContextTable {
  private readonly decoder: ValueDecoder;
  /** Asked for only when a context is used: finding all late fields reads the whole recording. */
  private readonly lateFields: () => LateFields;
  /** By number less 1: where the six fields begin, and the number of the parent, 0 for none. */
  private readonly starts: number[] = [];
  private readonly parents: number[] = [];
  private readonly numberOf: Map<ContextUid, number> = new Map();
  private readonly resolved: ResolvedContexts = new ResolvedContexts();
  private workLeft: number;

  constructor(decoder: ValueDecoder, lateFields: () => LateFields) {
    this.decoder = decoder;
    this.lateFields = lateFields;
    this.workLeft = LEAST_WORK;
    this.grow(decoder.end - decoder.position);
  }

  /** What is kept of contexts that were used, in the decoder's units. */
  get keptCost(): number {
    return this.resolved.cost;
  }

  /** So many bytes more are to be read. */
  grow(addedBytes: number): void {
    this.workLeft += addedBytes * WORK_PER_BYTE;
    this.resolved.grow(addedBytes);
  }

  /** Goes past the six fields of a definition; the context gets the next number. */
  define(): void {
    const { decoder } = this;
    const start = decoder.position;
    const uid = readUid(decoder);
    const parentUid = readParentUid(decoder);
    skipBehindParent(decoder);
    this.starts.push(start);
    // Parents are defined before their children, so no circle can come about.
    this.parents.push(this.numberOfParent(parentUid));
    this.numberOf.set(uid, this.starts.length);
  }

  /** Reads what stands in an event for its context: 0, a number, or the context itself. */
  readEffective(): EffectiveContext {
    const { decoder } = this;
    const start = decoder.position;
    if (decoder.peekMajor() !== MAJOR_UNSIGNED) return this.readInline(start);
    const number = decoder.readUnsigned();
    if (number === 0) return NO_CONTEXT;
    const known = this.resolved.get(number);
    if (known !== undefined) return known.effective;
    if (number > this.starts.length) {
      throw new DecodeError(`context ${number} is not defined`, start);
    }
    const { position, budget } = decoder;
    const { effective } = this.resolve(number);
    decoder.position = position;
    decoder.budget = budget;
    return effective;
  }

  private readInline(start: number): EffectiveContext {
    const { decoder } = this;
    if (decoder.readArrayHead() !== CONTEXT_FIELDS) {
      throw new DecodeError('an inline context is not six fields', start);
    }
    const context = readOwnContext(decoder);
    const { position, budget } = decoder;
    const parent = this.numberOfParent(context.parentUid);
    const outer = parent === 0 ? null : (this.resolved.get(parent) ?? this.resolve(parent));
    decoder.position = position;
    decoder.budget = budget;
    this.work(STEP_WORK, start);
    return this.inside(outer, context, start);
  }

  private numberOfParent(parentUid: ContextUid | null): number {
    return parentUid === null ? 0 : (this.numberOf.get(parentUid) ?? 0);
  }

  /** The context that is defined as `number`. Leaves the decoder anywhere. */
  private resolve(number: number): Resolved {
    const unresolved: number[] = [];
    let outer: Resolved | undefined;
    for (let next = number; next !== 0; next = this.parents[next - 1]) {
      outer = this.resolved.get(next);
      if (outer !== undefined) break;
      unresolved.push(next);
      this.work(STEP_WORK, this.starts[next - 1]);
    }
    for (let i = unresolved.length - 1; i >= 0; i--) {
      outer = this.resolveInside(outer ?? null, unresolved[i]);
    }
    return outer as Resolved;
  }

  private resolveInside(outer: Resolved | null, number: number): Resolved {
    const { decoder } = this;
    const start = this.starts[number - 1];
    const budget = MAX_CHAIN_COST - RESOLVED_COST - (outer?.chainCost ?? 0);
    if (budget < 0) throw nestedTooMuch(start);
    decoder.position = start;
    decoder.budget = budget;
    let context: OwnContext;
    try {
      context = readOwnContext(decoder);
    } finally {
      // Also where it cannot be decoded, since every event of it will try.
      this.workLeft -= (decoder.position - start) / BYTES_PER_WORK;
      this.workLeft -= (budget - decoder.budget) / UNITS_PER_WORK;
    }
    const textCost = (decoder.position - start) / TEXT_BYTES_PER_UNIT;
    const ownCost = RESOLVED_COST + budget - decoder.budget + textCost;
    const effective = this.inside(outer, context, start);
    const { bindings } = effective;
    const isShared = bindings === context.bindings || bindings === outer?.effective.bindings;
    const copiedCost = isShared ? 0 : Object.keys(bindings).length * COPIED_KEY_COST;
    return this.resolved.keep(number, effective, outer, ownCost + copiedCost);
  }

  /** Copies bindings only where there are some of more than one origin. */
  private inside(outer: Resolved | null, context: OwnContext, start: number): EffectiveContext {
    const around = outer?.effective ?? null;
    const added = this.addedBindings(context, around);
    if (added.length === 0) {
      return effectiveInside(around, context, (around ?? NO_CONTEXT).bindings);
    }
    if (outer === null && added.length === 1 && added[0] === context.bindings) {
      return effectiveInside(around, context, Object.freeze(context.bindings));
    }
    if (outer !== null) outer.keyList ??= keyListOf(outer.effective.bindings);
    const keyList = outer?.keyList ?? NO_KEYS;
    let keyCount = keyList.keys.length;
    for (const fields of added) keyCount += Object.keys(fields).length;
    this.work(keyCount, start);
    const chainCost = (outer?.chainCost ?? 0) + keyCount * COPIED_KEY_COST;
    if (chainCost > MAX_CHAIN_COST) throw nestedTooMuch(start);
    const outerBindings = (around ?? NO_CONTEXT).bindings;
    return effectiveInside(around, context, mergedBindings(outerBindings, keyList, added));
  }

  /** What the context has on top of the one around it, the later winning. */
  private addedBindings(context: OwnContext, around: EffectiveContext | null): PlainObject[] {
    const late = this.lateFields();
    const { uid, parentUid, bindings } = context;
    const ofParent = parentUid !== null && around === null ? late.get(parentUid) : undefined;
    const added: PlainObject[] = [];
    for (const fields of [ofParent, bindings, late.get(uid)]) {
      if (fields !== undefined && Object.keys(fields).length > 0) added.push(fields);
    }
    return added;
  }

  private work(amount: number, start: number): void {
    this.workLeft -= amount;
    if (this.workLeft < 0) throw nestedTooMuch(start);
  }
}

function nestedTooMuch(start: number): DecodeError {
  return new DecodeError('contexts are nested beyond measure', start);
}
