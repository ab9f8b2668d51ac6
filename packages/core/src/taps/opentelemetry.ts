/**
 * Spans of OpenTelemetry, and the active one on every event, where nothing but an SDK is set up.
 * The copies of its API in a process find each other by an object at the global scope; what an SDK
 * registers there is followed by its public methods, and nothing of OpenTelemetry is loaded.
 */

import type { TraceContext } from '../logger/context.ts';
import { endOf, type ForeignSpan, type SpanEvent, startOf } from '../logger/span-event.ts';
import { quiet, type TapTools } from './tap.ts';

/** As all versions 1 of the API have them. */
const API_KEY = Symbol.for('opentelemetry.js.api.1');
const ACTIVE_SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const INVALID_TRACE_ID = '00000000000000000000000000000000';

interface Api {
  readonly context?: { active(): { getValue(key: symbol): ForeignSpan | undefined } };
}

/** What an SDK gives. Those that nobody records, or that are of no SDK that is known, have only this. */
interface ApiSpan extends Partial<Omit<ForeignSpan, 'spanContext'>> {
  spanContext: ForeignSpan['spanContext'];
  isRecording(): boolean;
}

/** An object of an SDK's or of the API's, of which a method is followed. */
type Followed = { readonly [method: string]: unknown };

export function tapOpenTelemetry({ record, setTraceContext }: TapTools): void {
  const watchSpan = (span: ApiSpan & Followed): void => {
    if (!isRecorded(span)) return;
    record(withoutQuery(startOf(span)));
    const leave = follow(span, 'end', () => {
      // A second end is no end.
      leave();
      record(withoutQuery(endOf(span)));
    });
  };
  const watchTracer = once((tracer: Followed) => {
    follow(tracer, 'startSpan', watchSpan);
  });
  const watchProvider = once((provider: Followed) => {
    follow(provider, 'getTracer', watchTracer);
  });
  whenSet(globalThis, API_KEY, (api) => {
    // It is registered first, and then told of the SDK's.
    whenSet(api, 'trace', (proxy) => {
      follow(proxy as Followed, 'setDelegate', (_result, [provider]) => {
        watchProvider(provider as Followed);
      });
    });
    whenSet(api, 'context', () => setTraceContext(() => activeTrace(api)));
  });
}

function isRecorded(span: ApiSpan): span is ApiSpan & ForeignSpan {
  return span.isRecording() && span.name !== undefined && span.startTime !== undefined;
}

/** What instrumentations say of a request, without its query, as the other taps have it. */
function withoutQuery(event: SpanEvent): SpanEvent {
  const attributes: { [name: string]: unknown } = { ...event.attributes };
  delete attributes['url.query'];
  for (const name of ['url.full', 'http.url', 'http.target']) {
    const url = attributes[name];
    if (typeof url === 'string') attributes[name] = url.split('?', 1)[0];
  }
  return { ...event, attributes };
}

function activeTrace({ context }: Api): TraceContext | undefined {
  const span = context?.active().getValue(ACTIVE_SPAN_KEY);
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return traceId === INVALID_TRACE_ID ? undefined : { traceId, spanId, flags: traceFlags };
}

/** Calls `onSet` with what the property is, or with what it is set to first. It is as it was then. */
function whenSet(target: object, key: PropertyKey, onSet: (value: object) => void): void {
  const tell = quiet(onSet);
  const given = (target as { [key: PropertyKey]: unknown })[key];
  if (typeof given === 'object' && given !== null) {
    tell(given);
    return;
  }
  Object.defineProperty(target, key, {
    configurable: true,
    // So that nobody who lists what there is finds what there is not.
    enumerable: false,
    get: () => undefined,
    set(value: unknown) {
      Object.defineProperty(target, key, {
        ...{ configurable: true, enumerable: true, writable: true, value },
      });
      if (typeof value === 'object' && value !== null) tell(value);
    },
  });
}

/**
 * Calls `onCall` after each call of this object's method, with what it gave and was given, until the
 * function that it returns is called. Who looks at the object sees no difference.
 */
function follow<Result>(
  target: Followed,
  name: string,
  onCall: (result: Result, args: readonly unknown[]) => void,
): () => void {
  const method = target[name];
  if (typeof method !== 'function') return () => {};
  const tell = quiet(onCall);
  const { [name]: followed } = {
    [name](this: unknown, ...args: unknown[]): Result {
      const result: Result = Reflect.apply(method, this, args);
      tell(result, args);
      return result;
    },
  };
  const own = Object.getOwnPropertyDescriptor(target, name);
  const isShown = own?.enumerable ?? false;
  Object.defineProperty(target, name, {
    ...{ configurable: true, enumerable: isShown, writable: true, value: followed },
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, own);
  };
}

/** Calls `visit` for each object once. */
function once<T extends object>(visit: (value: T) => void): (value: T) => void {
  const seen = new WeakSet<T>();
  return (value) => {
    if (seen.has(value)) return;
    seen.add(value);
    visit(value);
  };
}
