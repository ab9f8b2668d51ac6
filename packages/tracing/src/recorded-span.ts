/**
 * A span of the provider without an SDK: holds what its end will say, within the limits that
 * OpenTelemetry names, and records its start and its end itself.
 */

import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import type { Recorder } from 'ttlog';
import type { Scope, SdkEvent, SdkSpan } from './sdk-types.ts';
import { nowTime, toTime } from './span-time.ts';

/** Attributes, events and links of one span; the defaults of OpenTelemetry. */
const MAX_ITEMS = 128;

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: TimeInput | undefined;
  readonly attributes: Attributes | undefined;
  readonly links: readonly Link[] | undefined;
}

export class RecordedSpan implements Span, SdkSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  endTime: HrTime = [0, 0];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  readonly attributes: Attributes = {};
  readonly links: Link[] = [];
  readonly events: SdkEvent[] = [];
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  readonly instrumentationScope: Scope;
  readonly #spanContext: SpanContext;
  readonly #recorder: Recorder;
  #attributeCount = 0;
  #hasEnded = false;

  constructor(recorder: Recorder, scope: Scope, start: SpanStart) {
    this.#recorder = recorder;
    this.instrumentationScope = scope;
    this.name = start.name;
    this.kind = start.kind;
    this.#spanContext = start.spanContext;
    this.parentSpanContext = start.parentSpanContext;
    this.startTime = toTime(start.startTime);
    this.setAttributes(start.attributes ?? {});
    this.addLinks(start.links ?? []);
    recorder.record({ kind: 'span-start', span: this });
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.#hasEnded || value === undefined || value === null) return this;
    if (!Object.hasOwn(this.attributes, key)) {
      if (this.#attributeCount >= MAX_ITEMS) {
        this.droppedAttributesCount++;
        return this;
      }
      this.#attributeCount++;
    }
    // A list is copied, since the application may go on changing it.
    const kept = Array.isArray(value) ? value.slice() : value;
    Object.defineProperty(this.attributes, key, {
      value: kept,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    return this;
  }

  setAttributes(attributes: Attributes): this {
    quietly(() => {
      for (const [key, value] of Object.entries(attributes)) {
        if (value !== undefined) this.setAttribute(key, value);
      }
    });
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#hasEnded) return this;
    if (this.events.length >= MAX_ITEMS) {
      this.droppedEventsCount++;
      return this;
    }
    const hasTime = isTime(attributesOrTime);
    const attributes = hasTime ? undefined : (attributesOrTime as Attributes | undefined);
    const at = hasTime ? (attributesOrTime as TimeInput) : time;
    quietly(() => {
      this.events.push({
        name: String(name),
        time: toTime(at),
        attributes: attributes && { ...attributes },
      });
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.#hasEnded) return this;
    if (this.links.length < MAX_ITEMS) this.links.push(link);
    else this.droppedLinksCount++;
    return this;
  }

  addLinks(links: readonly Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** The first `OK` stands, as the specification wants it. */
  setStatus(status: SpanStatus): this {
    if (!this.#hasEnded && this.status.code !== SpanStatusCode.OK) this.status = { ...status };
    return this;
  }

  updateName(name: string): this {
    if (!this.#hasEnded) this.name = name;
    return this;
  }

  end(endTime?: TimeInput): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.endTime = toTime(endTime);
    this.#recorder.record({ kind: 'span-end', span: this });
  }

  isRecording(): boolean {
    return !this.#hasEnded;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    quietly(() => {
      const { name, code, message, stack } = (
        typeof exception === 'string' ? { message: exception } : exception
      ) as { name?: unknown; code?: unknown; message?: unknown; stack?: unknown };
      const attributes: Attributes = {};
      const type = code ?? name;
      if (type !== undefined) attributes['exception.type'] = String(type);
      if (message !== undefined) attributes['exception.message'] = String(message);
      if (stack !== undefined) attributes['exception.stacktrace'] = String(stack);
      this.addEvent('exception', attributes, time ?? nowTime());
    });
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value);
}

/** What the application hands in may throw when it is read. */
function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // What was readable is kept.
  }
}
