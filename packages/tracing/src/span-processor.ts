/**
 * A span processor for the tracing SDKs: every span's start and end, at once, so that those in
 * flight when the process dies are in the recording.
 */

import type { Recorder } from 'ttlog';
import type { SdkSpan } from './sdk-types.ts';

/**
 * Records the start and the end of every span that the SDK records, beside whatever exports it.
 * Fits `spanProcessors` of the SDKs 1 to 3. Never throws and never waits.
 */
export class FlightRecorderSpanProcessor {
  readonly #recorder: Recorder;

  /** `recorder`: that of this thread, from `startRecorder`. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  onStart(span: SdkSpan, _parentContext: unknown): void {
    this.#recorder.record({ kind: 'span-start', span });
  }

  onEnd(span: SdkSpan): void {
    this.#recorder.record({ kind: 'span-end', span });
  }

  /** Nothing is held back, so there is nothing to flush. */
  async forceFlush(): Promise<void> {}

  /** Does nothing: the recorder goes on until it is stopped itself. */
  async shutdown(): Promise<void> {}
}
