/**
 * What the beginning of a JSON object says of it, where the object is cut off: the members that are whole,
 * and the last one as far as it goes. For lines of a log too long to be read as a whole.
 */

import { Mark } from 'ttlog/reader';

const [QUOTE, BACKSLASH, COLON, COMMA] = Array.from('"\\:,', (sign) => sign.charCodeAt(0));
const OPENING = new Set(Array.from('{[', (sign) => sign.charCodeAt(0)));
const CLOSING = new Set(Array.from('}]', (sign) => sign.charCodeAt(0)));
/** Of an escape (`\u0041`) or of a character that is cut. */
const MAX_REST_UNITS = 6;

/** The member that is cut is a Mark, which holds what there is of a text. null where no object begins. */
export function cutObject(text: string): { [key: string]: unknown } | null {
  const places = lastMember(text);
  if (places === null) return null;
  const { start, colon } = places;
  try {
    const members = JSON.parse(`${text.slice(0, Math.max(1, start))}}`);
    if (colon > start) {
      const key: string = JSON.parse(text.slice(start + 1, colon));
      const value = new Mark('cut', '', cutText(text.slice(colon + 1).trimStart()));
      Object.defineProperty(members, key, { value, enumerable: true, configurable: true });
    }
    return members;
  } catch {
    return null;
  }
}

/** Where the brace or comma before the last member is, and its colon; 0 for no colon. */
function lastMember(text: string): { start: number; colon: number } | null {
  if (!text.startsWith('{')) return null;
  let start = 0;
  let colon = 0;
  let depth = 1;
  let isInText = false;
  for (let at = 1; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (isInText) {
      if (sign === BACKSLASH) at++;
      else if (sign === QUOTE) isInText = false;
    } else if (sign === QUOTE) isInText = true;
    else if (OPENING.has(sign)) depth++;
    else if (CLOSING.has(sign)) {
      if (--depth === 0) return null;
    } else if (depth === 1 && sign === COMMA) [start, colon] = [at, 0];
    else if (depth === 1 && sign === COLON) colon = at;
  }
  return { start, colon };
}

/** What there is of a text; undefined of a value of another kind, which means nothing in parts. */
function cutText(json: string): string | undefined {
  if (!json.startsWith('"')) return undefined;
  for (let rest = 0; rest <= MAX_REST_UNITS; rest++) {
    try {
      return JSON.parse(`${json.slice(0, json.length - rest)}"`);
    } catch {
      // One unit less, then.
    }
  }
  return undefined;
}
