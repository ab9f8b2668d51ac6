/**
 * What of `redact` may be said, and what it means where nothing is said. How values are redacted is
 * not known here.
 */

import { boolean, isOneOf, record, wrong } from './option-values.ts';
import { SECRET_SHAPES, type SecretShape } from './record/secret-shapes.ts';

export interface RedactOptions {
  /** Paths from the fields or bindings on, such as `user.email` or `**.ssn`. Default none. */
  paths?: string[];
  /** Whether the values of the keys of the README are redacted. Default true. */
  defaults?: boolean;
  /**
   * Secrets that are looked for in messages, in texts of fields and in stacks: bearer tokens, JWT,
   * private keys in PEM, AWS keys, credentials in URLs. Default true: all of them.
   */
  shapes?: boolean | SecretShape[];
}

export interface ResolvedRedact {
  paths: string[];
  defaults: boolean;
  shapes: boolean | SecretShape[];
}

export function resolveRedact(value: unknown): ResolvedRedact | false {
  if (value === false) return false;
  const given = record(value, 'redact', ['paths', 'defaults', 'shapes']);
  const paths = given.paths ?? [];
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
    throw wrong('redact.paths', paths, "a list of paths such as ['user.email']");
  }
  return {
    paths,
    defaults: boolean(given.defaults, 'redact.defaults') ?? true,
    shapes: resolveShapes(given.shapes),
  };
}

function resolveShapes(value: unknown): boolean | SecretShape[] {
  if (value === undefined) return true;
  if (typeof value === 'boolean') return value;
  if (!Array.isArray(value) || !value.every((name) => isOneOf(name, SECRET_SHAPES))) {
    const names = SECRET_SHAPES.map((name) => `'${name}'`).join(', ');
    throw wrong('redact.shapes', value, `true, false or a list of ${names}`);
  }
  return value;
}
