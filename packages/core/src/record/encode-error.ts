/**
 * How an error becomes CBOR, whatever its kind: name, message, stack, cause, errors and own
 * properties, each as the value that it has. Reading them can run code of the application:
 * `stack` calls `Error.prepareStackTrace`. Also how anything thrown is said in a line.
 */

import { ContainerEncoder, MAX_WHOLE_LABEL_UNITS } from './encode-container.ts';
import type { EncodeRun } from './encode-run.ts';
import { encodeSimple, MIN_VALUE_BYTES, openCut } from './encode-scalar.ts';
import { encodeLabel, encodeText } from './encode-text.ts';
import { max } from './intrinsics.ts';
import { objectKeys } from './object-kind.ts';
import { NO_NODE, REDACTED } from './redaction.ts';
import { TAG_ERROR } from './tags.ts';
import { MAJOR_MAP, MAJOR_TAG, writeHead } from './write-head.ts';

/** In the order in which they are written; each is stored as the value that it has. */
const PARTS = ['name', 'message', 'stack', 'cause', 'errors'];
/** The key under which an error's own enumerable properties stand. */
const PROPERTIES_PART = 'properties';

/** Too much of a message to be of use in a mark. */
const MAX_DESCRIPTION_LENGTH = MAX_WHOLE_LABEL_UNITS;
/** With less room an error is cut away: its keys and the least of values take 133. */
const MIN_ERROR_BYTES = 160;

export abstract class ErrorEncoder extends ContainerEncoder {
  protected writeError(
    run: EncodeRun,
    position: number,
    limit: number,
    error: object,
    depth: number,
    node: number,
  ): number {
    if (limit - position < MIN_ERROR_BYTES || depth > this.limits.depth) {
      return this.#writeCutError(run, position, limit, error, node);
    }
    const parts = errorParts(error);
    const propertyKeys = errorPropertyKeys(error);
    run.enter(error, depth);
    const hasProperties = propertyKeys.length > 0;
    let reserved = hasProperties ? PROPERTIES_PART.length + 1 + MIN_VALUE_BYTES : 0;
    for (let i = 0; i < parts.length; i++) reserved += parts[i].length + 1 + MIN_VALUE_BYTES;
    let next = writeHead(run.u8, position, MAJOR_TAG, TAG_ERROR);
    next = writeHead(run.u8, next, MAJOR_MAP, parts.length + (hasProperties ? 1 : 0));
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      next = encodeText(run.target, next, limit, part, part.length);
      reserved -= part.length + 1 + MIN_VALUE_BYTES;
      const most = limit - reserved;
      // Each part leaves half of the room to what comes after it.
      const half = max(next + ((most - next) >> 1), next + MIN_VALUE_BYTES);
      const partLimit = reserved === 0 ? most : half;
      const child = this.#childOfError(node, part);
      next = this.writeProperty(run, next, partLimit, error, part, depth + 1, child);
    }
    if (!hasProperties) return next;
    next = encodeText(run.target, next, limit, PROPERTIES_PART, PROPERTIES_PART.length);
    return this.writeEntries(run, next, limit, error, propertyKeys, depth, node);
  }

  /** Of an error that has no place here, the line that says most; none if a path may redact it. */
  #writeCutError(
    run: EncodeRun,
    position: number,
    limit: number,
    error: object,
    node: number,
  ): number {
    if (node !== NO_NODE) return this.writeCutAway(run, position, limit, null);
    const description = this.cleanLabel(describeThrown(error));
    this.cuts++;
    const next = openCut(run.u8, position);
    return encodeSimple(run.target, encodeLabel(run.target, next, limit - 1, description), null);
  }

  /** The stack repeats the message, so a path that redacts one redacts the other. */
  #childOfError(node: number, part: string): number {
    const child = this.redaction.enter(node, part);
    if (part !== 'stack' || child === REDACTED) return child;
    return this.redaction.enter(node, 'message') === REDACTED ? REDACTED : child;
  }
}

/** `name: message` of an error, or a thrown primitive as text, with its secrets. Never throws. */
export function describeThrown(thrown: unknown): string {
  try {
    if (typeof thrown === 'object' && thrown !== null) {
      const { name, message } = thrown as { name: unknown; message: unknown };
      const text = typeof message === 'string' ? message.slice(0, MAX_DESCRIPTION_LENGTH) : '';
      return typeof name === 'string' ? `${name.slice(0, MAX_DESCRIPTION_LENGTH)}: ${text}` : text;
    }
    if (typeof thrown === 'function') return 'a function';
    return String(thrown).slice(0, MAX_DESCRIPTION_LENGTH);
  } catch {
    return '';
  }
}

/** Those parts that this error has, inherited ones too. */
function errorParts(error: object): string[] {
  const parts: string[] = [];
  for (let i = 0; i < PARTS.length; i++) {
    if (PARTS[i] in error) parts[parts.length] = PARTS[i];
  }
  return parts;
}

/** Own enumerable keys that are not stored as parts. */
function errorPropertyKeys(error: object): string[] {
  const keys = objectKeys(error);
  let kept = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (!isPart(key)) keys[kept++] = key;
  }
  keys.length = kept;
  return keys;
}

function isPart(key: string): boolean {
  for (let i = 0; i < PARTS.length; i++) if (PARTS[i] === key) return true;
  return false;
}
