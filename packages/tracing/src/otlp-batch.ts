/**
 * What both signals have around their records: the resource, the scopes by which records are
 * gathered, times and ids. Knows nothing of the records themselves.
 */

import type { Recording } from 'ttlog/reader';
import { type KeyValue, keyValues } from './otlp-value.ts';

export interface OtlpScope {
  readonly name: string;
  readonly version?: string;
}

export interface ScopedRecords<R> {
  readonly scope: OtlpScope;
  readonly records: R[];
}

const MAX_UINT64 = (1n << 64n) - 1n;

/** In the words of the semantic conventions. */
export function resourceOf({ header }: Recording): { attributes: KeyValue[] } {
  const attributes = keyValues({
    'service.name': header.service,
    'service.instance.id': header.runId,
    'host.name': header.host,
    'process.pid': header.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': header.node,
  });
  return { attributes };
}

/** Gathers records by scope and gives them out when there are `size` of them, and at the end. */
export class ScopeBatch<R> {
  #scopes: Map<string, ScopedRecords<R>> = new Map();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(name: string, version: string, record: R): void {
    const key = JSON.stringify([name, version]);
    let scoped = this.#scopes.get(key);
    if (scoped === undefined) {
      scoped = { scope: version === '' ? { name } : { name, version }, records: [] };
      this.#scopes.set(key, scoped);
    }
    scoped.records.push(record);
    this.#count++;
  }

  /** All of them; the batch is empty afterwards. */
  take(): ScopedRecords<R>[] {
    const taken = [...this.#scopes.values()];
    this.#scopes = new Map();
    this.#count = 0;
    return taken;
  }
}

/** Nanoseconds as `fixed64` in JSON. */
export function nanoText(ns: bigint): string {
  if (ns < 0n) return '0';
  return String(ns > MAX_UINT64 ? MAX_UINT64 : ns);
}

export function isTraceId(id: string | undefined): id is string {
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) && /[^0]/.test(id);
}

export function isSpanId(id: string | undefined): id is string {
  return id !== undefined && /^[0-9a-f]{16}$/.test(id) && /[^0]/.test(id);
}
