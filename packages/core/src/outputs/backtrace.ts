/**
 * Lines below the output's level, kept until something severe makes them worth reading. Bounded:
 * of each scope the last ones, and of all scopes those that were used last.
 */

import type { FollowedEvent } from '../follow/lane-tail.ts';
import type { EffectiveContext } from '../record/effective-context.ts';
import type { LineBatch } from './line-batch.ts';
import type { BacktraceOrder } from './output-order.ts';

/** Contexts or threads that lines are kept of. */
const MAX_SCOPES = 1024;
/** Of all lines that are kept. */
const MAX_BYTES = 8 << 20;

type ScopeKey = string | number | bigint;

interface Scope {
  readonly key: ScopeKey;
  /** Of the contexts around it. */
  readonly outer: readonly ScopeKey[];
  lines: Line[];
}

interface Line {
  readonly timeNs: number;
  readonly bytes: Uint8Array;
}

const PROCESS = 'process';

export class Backtrace {
  readonly #order: BacktraceOrder;
  /** Those used last at the end. */
  readonly #scopes = new Map<ScopeKey, Scope>();
  #bytes = 0;

  constructor(order: BacktraceOrder) {
    this.#order = order;
  }

  /** Keeps the line of an event, of which it makes a copy. */
  keep(event: FollowedEvent, context: EffectiveContext, line: Uint8Array): void {
    const scope = this.#scopeOf(event, context);
    scope.lines.push({ timeNs: event.timeNs, bytes: new Uint8Array(line) });
    this.#bytes += line.length;
    if (scope.lines.length > this.#order.events) {
      this.#bytes -= (scope.lines.shift() as Line).bytes.length;
    }
    while (this.#bytes > MAX_BYTES || this.#scopes.size > MAX_SCOPES) {
      const [oldest] = this.#scopes.values();
      this.#drop(oldest);
    }
  }

  /** Appends the lines that led to `event`, the earliest first. They are kept no longer. */
  release(event: FollowedEvent, context: EffectiveContext, batch: LineBatch): void {
    if (event.severity < this.#order.onSeverity || this.#scopes.size === 0) return;
    const { key, outer } = this.#placeOf(event, context);
    const lines: Line[] = [];
    for (const scope of this.#scopes.values()) {
      // In the same context, around it, or inside it.
      const leadsHere = scope.key === key || outer.includes(scope.key) || scope.outer.includes(key);
      if (!leadsHere) continue;
      lines.push(...scope.lines);
      this.#drop(scope);
    }
    lines.sort((a, b) => a.timeNs - b.timeNs);
    for (const { bytes } of lines.slice(-this.#order.events)) {
      batch.text.copy(bytes);
      batch.endEvent();
    }
  }

  #scopeOf(event: FollowedEvent, context: EffectiveContext): Scope {
    const { key, outer } = this.#placeOf(event, context);
    const scope = this.#scopes.get(key) ?? { key, outer, lines: [] };
    this.#scopes.delete(key);
    this.#scopes.set(key, scope);
    return scope;
  }

  /** What has neither context nor trace counts as its thread's. */
  #placeOf(event: FollowedEvent, context: EffectiveContext): Pick<Scope, 'key' | 'outer'> {
    if (this.#order.scope === 'process') return { key: PROCESS, outer: [] };
    const thread = `thread ${event.threadId}`;
    if (this.#order.scope === 'thread') return { key: thread, outer: [] };
    if (context.traceId !== undefined) return { key: `trace ${context.traceId}`, outer: [] };
    return { key: context.uid ?? thread, outer: uidsAround(context) };
  }

  #drop(scope: Scope): void {
    for (const { bytes } of scope.lines) this.#bytes -= bytes.length;
    this.#scopes.delete(scope.key);
  }
}

function uidsAround(context: EffectiveContext): ScopeKey[] {
  const uids: ScopeKey[] = [];
  for (let outer = context.outer; outer !== null; outer = outer.outer) {
    if (outer.uid !== undefined) uids.push(outer.uid);
  }
  return uids;
}
