/**
 * The form of each kind of secret, from the anchor at which it was found. Each function reads on
 * from there to where its form ends, so that it has read little where it says no.
 */

import { min } from './intrinsics.ts';

/** From `start` to before `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A secret; or the index before which there is none of this form, so that no text is read twice. */
export type Finding = Place | number;

const MIN_BEARER_UNITS = 8;
/** So many letters without a digit are no word any more. */
const LONG_BEARER_UNITS = 24;
const MAX_SEPARATORS = 8;
/** `eyJhbGciOiJub25lIn0`, the shortest header of use, has 19. */
const MIN_JWT_HEADER_UNITS = 17;
const MIN_JWT_PAYLOAD_UNITS = 10;
/** Signed ones have three parts, encrypted ones five. */
const MAX_JWT_PARTS = 5;
const PEM_DASHES = '-----';
const MIN_AWS_ID_UNITS = 20;
const MIN_AWS_SECRET_UNITS = 40;
/** As long a user name without a password is a token. */
const LONG_USER_UNITS = 20;

const DIGIT = 1;
const UPPER = 2;
const LOWER = 4;
/** `-` and `_`. */
const URL_SAFE = 8;
/** `+`, `/`, `=`, `.`, `~`. */
const TOKEN68 = 16;
const BLANK = 32;
/** What may stand between a name and its value. */
const SEPARATOR = 64;
/** Ends the authority of a URL. */
const AUTHORITY_END = 128;

const ALPHANUMERIC = DIGIT | UPPER | LOWER;
const BASE64_URL = ALPHANUMERIC | URL_SAFE;

const CLASSES = new Uint8Array(128);
for (const [units, bit] of [
  ['0123456789', DIGIT],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER],
  ['abcdefghijklmnopqrstuvwxyz', LOWER],
  ['-_', URL_SAFE],
  ['+/=.~', TOKEN68],
  [' \t\r\n', BLANK],
  [':="\'>\\+ \t', SEPARATOR],
  ['/?#\\"<>` \t\r\n', AUTHORITY_END],
] as const) {
  for (const unit of units) CLASSES[unit.charCodeAt(0)] |= bit;
}

/** `Bearer`, and a token that is no word of a sentence: it has a digit, or no end. */
export function bearerTokenAt(
  text: string,
  anchorStart: number,
  anchorEnd: number,
  isCut: boolean,
): Finding {
  const start = afterSeparators(text, anchorEnd);
  if (start === anchorEnd || !beginsWord(text, anchorStart)) return anchorEnd;
  let end = endOfRun(text, start, BASE64_URL | TOKEN68);
  if (isCut && end === text.length && end > start) return { start, end };
  // The full stop of a sentence.
  while (end > start && text[end - 1] === '.') end--;
  const units = end - start;
  const isToken =
    units >= LONG_BEARER_UNITS || (units >= MIN_BEARER_UNITS && hasDigit(text, start, end));
  return isToken ? { start, end } : anchorEnd;
}

/** Two parts at least, of which the first begins like an object of JSON in base64. */
export function jwtAt(text: string, start: number, anchorEnd: number, isCut: boolean): Finding {
  if (!beginsWord(text, start)) return anchorEnd;
  const headerEnd = endOfRun(text, anchorEnd, BASE64_URL);
  if (isCut && headerEnd === text.length) return { start, end: headerEnd };
  if (headerEnd - start < MIN_JWT_HEADER_UNITS || text[headerEnd] !== '.') return headerEnd;
  const payloadStart = headerEnd + 1;
  let end = endOfRun(text, payloadStart, BASE64_URL);
  // An encrypted one may have nothing here.
  const isEncrypted = end === payloadStart && text[end] === '.' && isOf(text, end + 1, BASE64_URL);
  const isEndCut = isCut && end === text.length;
  if (!isEncrypted && !isEndCut && end - payloadStart < MIN_JWT_PAYLOAD_UNITS) return headerEnd;
  for (let parts = 2; parts < MAX_JWT_PARTS && text[end] === '.'; parts++) {
    const partEnd = endOfRun(text, end + 1, BASE64_URL);
    // The full stop of a sentence.
    if (partEnd === end + 1) break;
    end = partEnd;
  }
  return { start, end };
}

/** A block of PEM with a private key, to its last line; to the end of the text where it has none. */
export function privateKeyAt(
  text: string,
  start: number,
  anchorEnd: number,
  isCut: boolean,
): Finding {
  const labelEnd = endOfRun(text, anchorEnd, UPPER | DIGIT | BLANK);
  if (isCut && labelEnd === text.length) return { start, end: labelEnd };
  const isKey = text.slice(anchorEnd, labelEnd).includes('PRIVATE KEY');
  if (!isKey || !text.startsWith(PEM_DASHES, labelEnd)) return anchorEnd;
  const footer = text.indexOf('-----END ', labelEnd);
  const footerEnd = footer < 0 ? -1 : text.indexOf(PEM_DASHES, footer + PEM_DASHES.length);
  return { start, end: footerEnd < 0 ? text.length : footerEnd + PEM_DASHES.length };
}

/** An access key id, which has a form of its own, or a secret key, which has but its name. */
export function awsKeyAt(
  text: string,
  anchorStart: number,
  anchorEnd: number,
  isCut: boolean,
): Finding {
  if (anchorEnd - anchorStart === 4) return awsIdAt(text, anchorStart, isCut);
  const start = afterSeparators(text, anchorEnd);
  if (start === anchorEnd) return anchorEnd;
  const end = endOfRun(text, start, ALPHANUMERIC | TOKEN68);
  const isEndCut = isCut && end === text.length;
  return end - start >= MIN_AWS_SECRET_UNITS || isEndCut ? { start, end } : anchorEnd;
}

function awsIdAt(text: string, start: number, isCut: boolean): Finding {
  if (!beginsWord(text, start)) return start + 1;
  const end = endOfRun(text, start, DIGIT | UPPER);
  if (isCut && end === text.length) return { start, end };
  return end - start >= MIN_AWS_ID_UNITS && !isOf(text, end, LOWER) ? { start, end } : end;
}

/** What stands before the last `@` of the authority: user and password, or a token for a user. */
export function urlCredentialsAt(
  text: string,
  anchorStart: number,
  start: number,
  isCut: boolean,
): Finding {
  if (!isOf(text, anchorStart - 1, ALPHANUMERIC)) return start;
  let authorityEnd = start;
  while (authorityEnd < text.length && !isOf(text, authorityEnd, AUTHORITY_END)) authorityEnd++;
  const authority = text.slice(start, authorityEnd);
  const isEndCut = isCut && authorityEnd === text.length;
  const userUnits = isEndCut ? authority.length : authority.lastIndexOf('@');
  const colon = authority.indexOf(':');
  const hasPassword = colon >= 0 && colon < userUnits - 1;
  return hasPassword || userUnits >= LONG_USER_UNITS ? { start, end: start + userUnits } : start;
}

/** Whether no letter or digit precedes, but as the end of an escape: `\n`, `%3D`. */
function beginsWord(text: string, index: number): boolean {
  if (!isOf(text, index - 1, ALPHANUMERIC)) return true;
  return text[index - 2] === '\\' || text[index - 3] === '%';
}

function afterSeparators(text: string, from: number): number {
  const limit = min(from + MAX_SEPARATORS, text.length);
  let index = from;
  while (index < limit && isOf(text, index, SEPARATOR)) index++;
  // A blank in a URL.
  return index === from && text.startsWith('%20', from) ? from + 3 : index;
}

/** The first index from `from` on whose unit is of none of `classes`. */
function endOfRun(text: string, from: number, classes: number): number {
  let index = from;
  while (index < text.length && isOf(text, index, classes)) index++;
  return index;
}

function hasDigit(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (isOf(text, index, DIGIT)) return true;
  return false;
}

/** Past the ends of the text, and past ASCII, units are of no class. */
function isOf(text: string, index: number, classes: number): boolean {
  const unit = text.charCodeAt(index);
  return unit < 128 && (CLASSES[unit] & classes) !== 0;
}
