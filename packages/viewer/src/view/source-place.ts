/**
 * Where in the source an event was logged, as far as its fields and its stack tell. All of it is foreign
 * text: whether there is such a file is for others to find out.
 */

import { fileURLToPath } from 'node:url';
import { Mark, type RecordedEvent } from 'ttlog/reader';

export interface SourcePlace {
  /** As the event tells it, absolute or not. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** The place that logged it: what a field says of its caller, else the first frame of its own code. */
export function sourcePlaceOf({ fields }: RecordedEvent): SourcePlace | null {
  return callerOf(fields) ?? stackPlaceOf(fields.err) ?? firstOf(Object.values(fields));
}

/** The place that a line of a stack names; null for what runs inside Node, or is of a dependency. */
export function framePlace(line: string): SourcePlace | null {
  const frame = line.trim();
  if (!frame.startsWith('at ') || frame.length > MAX_FRAME_UNITS) return null;
  const open = frame.indexOf(' (');
  const place =
    open >= 0 && frame.endsWith(')')
      ? frame.slice(open + 2, -1)
      : frame.replace(/^at (?:async )?/, '');
  const isFile = /^(?:file:\/\/|\/|[A-Za-z]:[\\/])/.test(place);
  return isFile && !/[\\/]node_modules[\\/]/.test(place) ? placeAt(place) : null;
}

/** `caller` as zap and pino-caller write it, `src` and `source` of bunyan and slog. */
function callerOf(fields: RecordedEvent['fields']): SourcePlace | null {
  for (const name of ['caller', 'src', 'source']) {
    const value: unknown = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string') {
      const place = framePlace(`at ${value}`) ?? placeAt(value);
      if (place !== null) return place;
    } else if (typeof value === 'object' && value !== null) {
      const { file, line } = value as { readonly file?: unknown; readonly line?: unknown };
      const place = typeof file === 'string' ? placeAt(`${file}:${Number(line) || 1}`) : null;
      if (place !== null) return place;
    }
  }
  return null;
}

/** Lines of a stack that are looked at, and how long one may be. */
const MAX_FRAMES = 200;
const MAX_FRAME_UNITS = 4096;
/** Causes of causes. */
const MAX_CAUSES = 8;

function stackPlaceOf(value: unknown): SourcePlace | null {
  let from: unknown = value;
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    if (from instanceof Mark) from = from.value;
    if (typeof from !== 'object' || from === null) return null;
    const { stack, cause } = from as { readonly stack?: unknown; readonly cause?: unknown };
    const found = typeof stack === 'string' ? placeInStack(stack) : null;
    if (found !== null) return found;
    from = cause;
  }
  return null;
}

function placeInStack(stack: string): SourcePlace | null {
  for (const line of stack.split('\n', MAX_FRAMES)) {
    const place = framePlace(line);
    if (place !== null) return place;
  }
  return null;
}

/** Any other field that holds an error, or a stack as a text. */
function firstOf(values: readonly unknown[]): SourcePlace | null {
  for (const value of values) {
    const isStack = typeof value === 'string' && value.includes('\n');
    const place = isStack ? placeInStack(value) : stackPlaceOf(value);
    if (place !== null) return place;
  }
  return null;
}

/** `path:line` or `path:line:column`; null for another text, or a URL that is no file. */
function placeAt(text: string): SourcePlace | null {
  const told = text.length > MAX_FRAME_UNITS ? null : /^(.+?):(\d{1,9})(?::\d{1,9})?$/.exec(text);
  if (told === null) return null;
  const [, path, line] = told;
  try {
    return { path: path.startsWith('file:') ? fileURLToPath(path) : path, line: Number(line) || 1 };
  } catch {
    return null;
  }
}
