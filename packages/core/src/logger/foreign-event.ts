/**
 * Events that another tool has made, such as a tracing library: of any severity number, of a
 * span, with a trace of their own, and with attributes whose dotted names are redacted by their
 * parts. Their names and values come from outside and are bounded like those of any event.
 */

import { MAX_SEVERITY, SEVERITY } from '../record/level.ts';
import { KIND_LOG, KIND_SPAN_END, KIND_SPAN_START } from '../record/record-layout.ts';
import { REDACTED_TEXT, type Redaction } from '../record/redaction.ts';
import type { TraceContext } from './context.ts';
import type { Fields } from './fields.ts';
import { recordEvent } from './logger.ts';
import type { ExtraField } from './long-way.ts';
import { threadState } from './thread-state.ts';

export interface ForeignEvent {
  /** What it tells of; `'log'` by default. */
  readonly kind?: 'log' | 'span-start' | 'span-end';
  /** OpenTelemetry severity number, 1 to 24; anything else is taken for 9, info. */
  readonly severity: number;
  /** Name of the logger or of the instrumentation. */
  readonly logger?: string;
  /** Message, or name of the span. */
  readonly message: string;
  /** Fields that the tool itself adds; they come first, whatever is cut. */
  readonly facts?: { readonly [name: string]: unknown };
  /** Fields of the application, with dotted names. Of a span they stand in the field `attributes`. */
  readonly attributes?: object;
  /** Further fields, lists of what may have `attributes` of its own: links and events of a span. */
  readonly lists?: { readonly [name: string]: readonly { readonly attributes?: object }[] };
  /** The span that it belongs to; by default the active one. */
  readonly trace?: TraceContext;
}

const KINDS: { readonly [kind: string]: number | undefined } = {
  'span-start': KIND_SPAN_START,
  'span-end': KIND_SPAN_END,
};
/** A name stands in every definition, so it cannot be of any length. */
const MAX_SPAN_NAME_UNITS = 256;

/** Records `event` as an event of this thread. Never throws. */
export function recordForeign(event: ForeignEvent): void {
  try {
    const { kind = 'log', severity, logger = '', message, facts, attributes, lists } = event;
    const isKnown = Number.isInteger(severity) && severity >= 1 && severity <= MAX_SEVERITY;
    const number = isKnown ? severity : SEVERITY.info;
    if (threadState.levels[0] > number) return;
    const { writer } = threadState;
    if (writer === null) {
      threadState.beforeStart++;
      return;
    }
    const kindNumber = KINDS[kind] ?? KIND_LOG;
    const cleaned = attributes && redactAttributes(writer.redaction, attributes);
    const extras: ExtraField[] = Object.entries(facts ?? {});
    const isSpan = kindNumber !== KIND_LOG;
    if (isSpan && cleaned !== undefined) extras.push(['attributes', cleaned]);
    for (const [name, list] of Object.entries(lists ?? {})) {
      extras.push([name, list.map((item) => redactItem(writer.redaction, item))]);
    }
    recordEvent({
      kind: kindNumber,
      severity: number,
      logger: String(logger),
      message: isSpan ? shortName(String(message)) : String(message),
      fields: isSpan ? undefined : cleaned,
      extras,
      trace: event.trace,
    });
  } catch {
    // A getter of the tool's that throws; there is no event to count.
  }
}

/**
 * A copy in which the value of `http.request.header.authorization` is redacted as that of
 * `authorization` would be, and that of `user.email` as the path says.
 */
function redactAttributes(redaction: Redaction, attributes: object): Fields {
  const cleaned: { [name: string]: unknown } = Object.create(null);
  for (const name of Object.keys(attributes)) {
    cleaned[name] = redaction.isRedactedName(name)
      ? REDACTED_TEXT
      : (attributes as { [name: string]: unknown })[name];
  }
  return cleaned;
}

function redactItem(redaction: Redaction, item: { readonly attributes?: object }): object {
  const { attributes } = item;
  return attributes ? { ...item, attributes: redactAttributes(redaction, attributes) } : item;
}

function shortName(name: string): string {
  return name.length > MAX_SPAN_NAME_UNITS ? `${name.slice(0, MAX_SPAN_NAME_UNITS)}…` : name;
}
