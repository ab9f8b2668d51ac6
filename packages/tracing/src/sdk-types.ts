/**
 * What the SDKs hand to processors, by its form: so much of it as is read here, in the words of
 * version 3 of the SDKs and of the two before. Nothing of an SDK is imported.
 */

import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api';

/** Name and version of what made a span or a log record. */
export interface Scope {
  readonly name?: string;
  readonly version?: string | undefined;
}

export interface SdkSpan {
  readonly name: string;
  readonly kind: number;
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  /** In version 1 of the SDK. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: Attributes;
  readonly links: readonly SdkLink[];
  readonly events: readonly SdkEvent[];
  readonly droppedAttributesCount?: number;
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
  readonly instrumentationScope?: Scope;
  /** In version 1 of the SDK. */
  readonly instrumentationLibrary?: Scope;
}

export interface SdkLink {
  readonly context: SpanContext;
  readonly attributes?: Attributes | undefined;
}

export interface SdkEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: Attributes | undefined;
}

export interface SdkLogRecord {
  readonly hrTime: HrTime;
  readonly hrTimeObserved?: HrTime;
  readonly spanContext?: SpanContext | undefined;
  readonly severityText?: string | undefined;
  readonly severityNumber?: number | undefined;
  readonly body?: unknown;
  readonly eventName?: string | undefined;
  readonly instrumentationScope?: Scope;
  readonly attributes: object;
}
