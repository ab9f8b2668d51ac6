/**
 * A recorded error in full, as lines: stack, own properties, causes and collected errors. A stack
 * is the one text whose line breaks are kept; each of its lines is printable by itself and
 * indented by the caller, so that none can pass for an event.
 */

import { printable } from './escape.ts';
import { errorTitle, keyText, valueText } from './value.ts';

/** Causes of causes, and errors of errors, beyond which the chain is cut. */
const MAX_CHAIN = 16;
/** Errors shown of an AggregateError. */
const MAX_COLLECTED = 10;

const OWN_BY_DEFINITION = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Lines without their line breaks. */
export function errorLines(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error)) return [valueText(error)];
  const lines = stackLines(error);
  const properties = Object.entries(error).filter(([key]) => !OWN_BY_DEFINITION.has(key));
  if (properties.length > 0) {
    lines.push(
      `  ${properties.map(([key, value]) => `${keyText(key)}=${valueText(value)}`).join(' ')}`,
    );
  }
  if (Object.hasOwn(error, 'cause')) addLinked(lines, 'caused by: ', error.cause, depth);
  const collected = (error as { errors?: unknown }).errors;
  if (Array.isArray(collected)) {
    for (const [index, item] of collected.slice(0, MAX_COLLECTED).entries()) {
      addLinked(lines, `error ${index + 1} of ${collected.length}: `, item, depth);
    }
    const hidden = collected.length - MAX_COLLECTED;
    if (hidden > 0) lines.push(`  … and ${hidden} more`);
  }
  return lines;
}

function addLinked(lines: string[], label: string, linked: unknown, depth: number): void {
  if (depth >= MAX_CHAIN) {
    lines.push(`${label}…`);
    return;
  }
  const [first, ...rest] = errorLines(linked, depth + 1);
  lines.push(`${label}${first}`, ...rest);
}

function stackLines(error: Error): string[] {
  const title = errorTitle(error);
  const stack = typeof error.stack === 'string' ? error.stack.replace(/\s+$/, '') : '';
  // A stack written by V8 starts with the title; one that was replaced or cleared does not.
  const whole = stack.startsWith(title) ? stack : stack === '' ? title : `${title}\n${stack}`;
  return whole.split(/\r\n|\n/).map(printable);
}
