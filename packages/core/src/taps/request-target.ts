/**
 * What of a request's target is recorded: where it goes, and the path. Secrets stand in the rest.
 * Without regular expressions, whose matches the application could see (`RegExp.$1`).
 */

/** Of a path or an origin, in characters. */
const MAX_LENGTH = 1024;

/** The path without query and fragment; of an absolute target without scheme and authority. */
export function pathOf(target: unknown): string {
  const text = String(target ?? '').slice(0, MAX_LENGTH);
  const path = text.slice(0, Math.min(endBefore(text, '?'), endBefore(text, '#')));
  const authority = authorityStart(path);
  return authority === 0 ? path : path.slice(endBefore(path, '/', authority));
}

/** `origin` without a user's name and password. */
export function describeTarget(origin: unknown, path: unknown): { origin: string; path: string } {
  const text = String(origin ?? '').slice(0, MAX_LENGTH);
  return { origin: withoutUser(text), path: pathOf(path) };
}

function withoutUser(origin: string): string {
  for (let at = origin.indexOf('//'); at >= 0; at = origin.indexOf('//', at + 1)) {
    const start = at + 2;
    const user = origin.slice(start, endBefore(origin, '/', start)).lastIndexOf('@') + 1;
    if (user > 0) return origin.slice(0, start) + origin.slice(start + user);
  }
  return origin;
}

/** Where `text` has the host of `scheme://host`; 0 where it does not begin like that. */
function authorityStart(text: string): number {
  const colon = text.indexOf('://');
  if (colon < 1 || !isLetter(text.charCodeAt(0))) return 0;
  for (let i = 1; i < colon; i++) {
    const unit = text.charCodeAt(i);
    const isDigit = unit >= 0x30 && unit <= 0x39;
    if (!isDigit && !isLetter(unit) && !'+.-'.includes(text[i])) return 0;
  }
  return colon + 3;
}

function isLetter(unit: number): boolean {
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Where `mark` stands at or after `from`; the end where it does not. */
function endBefore(text: string, mark: string, from = 0): number {
  const index = text.indexOf(mark, from);
  return index < 0 ? text.length : index;
}
