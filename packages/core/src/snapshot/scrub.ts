/**
 * Takes secrets out of what a recording holds: by key, by path and by form, as its recorder would
 * have done had it been told so. Also says where each was, never what it was. Binary values and the
 * names of loggers and threads are not searched. Reading and writing files is up to the caller.
 */

import { Mark } from '../record/marks.ts';
import { isPlainObject, setOwn } from '../record/own-property.ts';
import { REDACTED, REDACTED_TEXT, Redaction, type RedactionOptions } from '../record/redaction.ts';
import { restoreError } from '../record/restore-error.ts';
import type { SecretShape } from '../record/secret-shapes.ts';
import type { RecordedEvent, SnapshotHeader } from './recording.ts';

export interface ScrubOptions extends RedactionOptions {
  /** More keys, at any depth; compared like the default ones, ignoring case, `-` and `_`. */
  keys?: readonly string[];
}

export interface ScrubFinding {
  /** Where it was: `message`, `fields.user.url`, `error.stack`. */
  readonly field: string;
  /** By what it was found. */
  readonly kind: 'key' | 'path' | SecretShape;
}

export interface Scrubbed<T> {
  /** The same object where nothing was found. */
  readonly value: T;
  readonly findings: readonly ScrubFinding[];
}

export interface Scrubber {
  scrubEvent(event: RecordedEvent): Scrubbed<RecordedEvent>;
  scrubHeader(header: SnapshotHeader): Scrubbed<SnapshotHeader>;
}

/** Throws a TypeError for a path that is none. */
export function createScrubber(options: ScrubOptions = {}): Scrubber {
  const { keys = [], ...redact } = options;
  const redaction = new Redaction(redact);
  const moreKeys = new Set(keys.map(comparable));
  const scrub = <T extends object>(whole: T, visit: (cleaner: Cleaner) => T): Scrubbed<T> => {
    const cleaner = new Cleaner(redaction, moreKeys);
    const cleaned = visit(cleaner);
    const { findings } = cleaner;
    return { value: findings.length === 0 ? whole : cleaned, findings };
  };
  return {
    scrubEvent: (event) =>
      scrub(event, (cleaner) => ({
        ...event,
        message: cleaner.message(event, redaction.root),
        fields: cleaner.properties(event.fields, redaction.root, 'fields'),
        context: cleaner.properties(event.context, redaction.root, 'context'),
      })),
    scrubHeader: (header) =>
      scrub(header, (cleaner) => ({
        ...header,
        reason: cleaner.text(header.reason, 'reason'),
        error: cleaner.value(header.error, redaction.root, 'error'),
        trigger: cleaner.properties(header.trigger, redaction.root, 'trigger'),
        notes: header.notes.map((note, index) => cleaner.text(note, `notes[${index}]`)),
      })),
  };
}

/** Parts of an error that stand on it by the language's own rules. */
const ERROR_PARTS = ['name', 'message', 'stack', 'cause', 'errors'] as const;

/** What is redacted already; with its place where it is a key or an element of a Set. */
const REDACTED_BEFORE = /^\[Redacted\](?: \d+)?$/;

/** Of one event or header. */
class Cleaner {
  readonly findings: ScrubFinding[] = [];
  readonly #redaction: Redaction;
  readonly #moreKeys: ReadonlySet<string>;

  constructor(redaction: Redaction, moreKeys: ReadonlySet<string>) {
    this.#redaction = redaction;
    this.#moreKeys = moreKeys;
  }

  text(text: string, field: string, isCut = false): string {
    for (const { shape } of this.#redaction.secretsOf(text, isCut)) {
      this.findings.push({ field, kind: shape });
    }
    return this.#redaction.cleanText(text, isCut);
  }

  /** Where an event has the message of its error, what redacts the one redacts the other. */
  message({ message, fields: { err } }: RecordedEvent, root: number): string {
    const isOfError = err instanceof Error && err.message === message;
    const kind = isOfError
      ? (this.#kindAt(root, 'err') ?? this.#kindAt(this.#redaction.enter(root, 'err'), 'message'))
      : null;
    return kind === null ? this.text(message, 'message') : this.#redact(message, 'message', kind);
  }

  /** As deep as the decoder lets a value be. */
  value(value: unknown, node: number, field: string): unknown {
    if (typeof value === 'string') return this.text(value, field);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Mark) return this.#mark(value, node, field);
    if (value instanceof Error) return this.#error(value, node, field);
    if (Array.isArray(value)) return this.#elements(value, node, field);
    if (value instanceof Set) return this.#setOf([...value], node, field);
    if (value instanceof Map) return this.#entries(value, node, field);
    return isPlainObject(value) ? this.properties(value, node, field) : value;
  }

  properties<T extends { readonly [key: string]: unknown }>(
    object: T,
    node: number,
    field: string,
  ): T {
    const cleaned: { [key: string]: unknown } = {};
    Object.keys(object).forEach((key, index) => {
      const name = this.#key(key, index, field);
      setOwn(cleaned, name, this.#property(object[key], node, key, fieldOf(field, name)));
    });
    return cleaned as T;
  }

  #key(key: string, index: number, field: string): string {
    const name = this.#redaction.cleanKey(key, index);
    if (name !== key) this.text(key, `a key of ${field}`);
    return name;
  }

  #property(value: unknown, node: number, key: string, field: string): unknown {
    const kind = this.#kindAt(node, key);
    if (kind !== null) return this.#redact(value, field, kind);
    return this.value(value, this.#redaction.enter(node, key), field);
  }

  /** By what the value at `key` is redacted; null where it is not. */
  #kindAt(node: number, key: string): 'key' | 'path' | null {
    const redaction = this.#redaction;
    // Only names of several parts begin at the root wherever they stand.
    const isNamed = key.includes('.') ? redaction.isRedactedName(key) : redaction.isRedacted(key);
    if (isNamed || this.#moreKeys.has(comparable(key))) return 'key';
    return redaction.enter(node, key) === REDACTED ? 'path' : null;
  }

  #redact<T>(value: T, field: string, kind: 'key' | 'path'): T | string {
    const isBefore = typeof value === 'string' && REDACTED_BEFORE.test(value);
    if (isBefore || value === undefined || value === null) return value;
    this.findings.push({ field, kind });
    return REDACTED_TEXT;
  }

  #elements(elements: readonly unknown[], node: number, field: string): unknown[] {
    const cleaned: unknown[] = new Array(elements.length);
    // Holes stay holes.
    elements.forEach((element, index) => {
      const child = this.#redaction.enterIndex(node, index);
      const place = `${field}[${index}]`;
      if (child !== REDACTED) cleaned[index] = this.value(element, child, place);
      else cleaned[index] = this.#property(element, node, String(index), place);
    });
    return cleaned;
  }

  /** Texts that are changed get their place appended, so that no two become one. */
  #setOf(values: readonly unknown[], node: number, field: string): Set<unknown> {
    const cleaned = this.#elements(values, node, field);
    return new Set(
      cleaned.map((value, i) =>
        typeof value === 'string' && value !== values[i] ? `${value} ${i}` : value,
      ),
    );
  }

  #entries(map: ReadonlyMap<unknown, unknown>, node: number, field: string): Map<unknown, unknown> {
    const cleaned = new Map<unknown, unknown>();
    let index = 0;
    for (const [key, value] of map) {
      if (typeof key === 'string') {
        const name = this.#key(key, index, field);
        cleaned.set(name, this.#property(value, node, key, fieldOf(field, name)));
      } else {
        const place = `${field}[${index}]`;
        const child = this.#redaction.enterKey(node, key);
        const isRedacted = child === REDACTED;
        const name = isRedacted
          ? this.#redactedKey(key, index, place)
          : this.value(key, child, place);
        cleaned.set(
          name,
          isRedacted ? this.#redact(value, place, 'path') : this.value(value, child, place),
        );
      }
      index++;
    }
    return cleaned;
  }

  /** A key whose entry a path takes out: only what has no content of its own stays. */
  #redactedKey(key: unknown, index: number, field: string): unknown {
    if (typeof key !== 'object' || key === null) return key;
    return `${this.#redact(key, field, 'path')} ${index}`;
  }

  #mark(mark: Mark, node: number, field: string): Mark {
    const { kind, text, value, originalSize } = mark;
    const isText = typeof value === 'string';
    const kept = isText ? this.text(value, field, true) : this.value(value, node, field);
    return new Mark(kind, this.text(text, field), kept, originalSize);
  }

  #error(error: Error, node: number, field: string): Error {
    const before = this.findings.length;
    const map: { [part: string]: unknown } = {};
    for (const part of ERROR_PARTS) {
      if (!(part in error)) continue;
      const value = (error as { [part: string]: unknown } & Error)[part];
      // The stack repeats the message.
      const kind = part === 'stack' ? this.#kindAt(node, 'message') : null;
      const place = fieldOf(field, part);
      map[part] =
        kind === null ? this.#property(value, node, part, place) : this.#redact(value, place, kind);
    }
    map.properties = this.properties({ ...error }, node, field);
    return this.findings.length === before ? error : restoreError(map);
  }
}

/** As the default keys are compared. */
function comparable(key: string): string {
  return key.replace(/[-_]/g, '').toLowerCase();
}

function fieldOf(field: string, key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)
    ? `${field}.${key}`
    : `${field}[${JSON.stringify(key)}]`;
}
