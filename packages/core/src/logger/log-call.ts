/**
 * The forms that a log call takes, sorted out: message, fields, errors, lazy fields, anything
 * else. Off the fast path; nothing that is passed is dropped, and nothing here throws.
 *
 *   (msg)  (msg, fields)  (msg, () => fields)  (msg, error)  (msg, error, fields)
 *   (error)  (error, msg)  (fields, msg)  (msg, anything else, ...)
 */

import types from 'node:util/types';
import { describeThrown } from '../record/encode-error.ts';
import { levelOfSeverity } from '../record/level.ts';
import { ignoreRejection, objectKeys, opaqueName } from '../record/object-kind.ts';
import { OwnMark } from '../record/own-mark.ts';
import { REDACTED, REDACTED_TEXT, type Redaction } from '../record/redaction.ts';
import { TAG_NOT_EVALUATED, TAG_THREW } from '../record/tags.ts';
import type { Fields } from './fields.ts';
import type { ExtraField } from './long-way.ts';

export interface LogCall {
  message: string;
  fields: Fields | undefined;
  extras: ExtraField[];
}

const ERROR_KEY = 'err';
const ARGS_KEY = 'args';
/** Under this key stands what became of lazy fields that gave no object. */
const LAZY_KEY = 'fields';

export function resolveCall(
  args: readonly unknown[],
  severity: number,
  lazySeverity: number,
  redaction: Redaction,
): LogCall {
  const call: LogCall = { message: '', fields: undefined, extras: [] };
  const [first, second] = args;
  let rest: readonly unknown[];
  if (typeof first === 'string') {
    call.message = first;
    rest = args.slice(1);
  } else if (isError(first)) {
    call.extras.push([ERROR_KEY, first]);
    const hasMessage = typeof second === 'string';
    call.message = hasMessage ? second : shownMessage(first, redaction);
    rest = args.slice(hasMessage ? 2 : 1);
  } else if (isFields(first)) {
    call.fields = first;
    const hasMessage = typeof second === 'string';
    if (hasMessage) call.message = second;
    rest = args.slice(hasMessage ? 2 : 1);
  } else if (args.length > 0) {
    // What a `catch` got that is no Error: `throw 'text'` is a message, the rest is shown as one.
    call.extras.push([ERROR_KEY, first]);
    const hasMessage = typeof second === 'string';
    call.message = hasMessage ? second : shownMessage(first, redaction);
    rest = args.slice(hasMessage ? 2 : 1);
  } else {
    rest = [];
  }
  addRest(call, rest, severity, lazySeverity);
  return call;
}

function addRest(
  call: LogCall,
  rest: readonly unknown[],
  severity: number,
  lazySeverity: number,
): void {
  let next = 0;
  if (next < rest.length && call.extras.length === 0 && isError(rest[next])) {
    call.extras.push([ERROR_KEY, rest[next++]]);
  }
  if (next < rest.length && call.fields === undefined) {
    const candidate = rest[next];
    if (isFields(candidate)) {
      call.fields = candidate;
      next++;
    } else if (typeof candidate === 'function') {
      addLazy(call, candidate as () => unknown, severity, lazySeverity);
      next++;
    }
  }
  if (next < rest.length) call.extras.push([ARGS_KEY, rest.slice(next)]);
}

function addLazy(call: LogCall, lazy: () => unknown, severity: number, lazySeverity: number): void {
  if (severity < lazySeverity) {
    const below = `below ${levelOfSeverity(lazySeverity)}`;
    call.extras.push([LAZY_KEY, new OwnMark(TAG_NOT_EVALUATED, below)]);
    return;
  }
  try {
    const fields = lazy();
    // An async function: nobody but us has its promise.
    ignoreRejection(fields);
    if (isFields(fields)) call.fields = fields;
    else call.extras.push([LAZY_KEY, fields]);
  } catch (error) {
    call.extras.push([LAZY_KEY, new OwnMark(TAG_THREW, describeThrown(error))]);
  }
}

/** An Error of this realm or another, or a subclass that a proxy stands for. */
function isError(value: unknown): value is Error {
  if (types.isNativeError(value)) return true;
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/**
 * Any object whose own keys are its content; not what has a type of its own in the ring, and not
 * what keeps its content elsewhere, such as a `URL`.
 */
function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return !hasOwnType(value) && (objectKeys(value).length > 0 || isPlain(value));
  } catch {
    // A revoked proxy, or one whose trap throws.
    return false;
  }
}

function hasOwnType(object: object): boolean {
  return (
    Array.isArray(object) ||
    ArrayBuffer.isView(object) ||
    isError(object) ||
    types.isDate(object) ||
    types.isMap(object) ||
    types.isSet(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isBoxedPrimitive(object) ||
    opaqueName(object) !== ''
  );
}

/** An object of no class, also of another realm. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The message of an event that has none but what was thrown, unless a path redacts it there. */
function shownMessage(thrown: unknown, redaction: Redaction): string {
  const node = redaction.enter(redaction.root, ERROR_KEY);
  if (node === REDACTED) return REDACTED_TEXT;
  if (!isError(thrown)) return describe(thrown);
  return redaction.enter(node, 'message') === REDACTED ? REDACTED_TEXT : messageOf(thrown);
}

function messageOf(error: Error): string {
  try {
    const { message } = error;
    return typeof message === 'string' ? message : describe(message);
  } catch {
    return '';
  }
}

function describe(value: unknown): string {
  try {
    return typeof value === 'object' && value !== null
      ? Object.prototype.toString.call(value)
      : String(value);
  } catch {
    return '';
  }
}
