/**
 * What the taps of `ttlog/register` saw begin and not end: the requests, child processes and workers
 * in the midst of which a recording ends. Each is two events, `… begun` and `… ended`, with an id.
 */

import type { RecordedEvent } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';

const BEGUN = ' begun';
const ENDED = ' ended';

/** By logger of a tap: the id by which begin and end find each other. */
const ID_OF: { readonly [logger: string]: (event: RecordedEvent) => unknown } = {
  http: ({ context }) => context.request,
  'http.client': ({ fields }) => fields.clientRequest,
  undici: ({ fields }) => fields.clientRequest,
  child_process: ({ fields }) => fields.child,
  worker_threads: ({ fields }) => fields.worker,
};

export interface InFlight {
  /** What it is: `request`, `worker`. */
  readonly what: string;
  readonly begin: RecordedEvent;
  /** The end of the recording, up to which it had not ended. */
  readonly untilNs: bigint;
}

/** By their begins. Of recordings of one process the one that saw an end counts. */
export function findInFlight(files: readonly RecordingFile[]): InFlight[] {
  const begun = new Map<string, InFlight>();
  const ended = new Set<string>();
  for (const { recording } of files) {
    const events = recording.events({
      title: ({ logger, message }) =>
        Object.hasOwn(ID_OF, logger) && (message.endsWith(BEGUN) || message.endsWith(ENDED)),
    });
    for (const event of events) {
      const id = ID_OF[event.logger](event);
      if (typeof id !== 'string' && typeof id !== 'number') continue;
      const key = `${recording.header.runId} ${event.logger} ${id}`;
      if (event.message.endsWith(ENDED)) ended.add(key);
      else {
        const what = event.message.slice(0, -BEGUN.length);
        const knownNs = begun.get(key)?.untilNs ?? 0n;
        if (recording.endNs < knownNs) continue;
        begun.set(key, { what, begin: event, untilNs: recording.endNs });
      }
    }
  }
  return Array.from(begun)
    .filter(([key]) => !ended.has(key))
    .map(([, inFlight]) => inFlight)
    .sort((a, b) => (a.begin.timeNs < b.begin.timeNs ? -1 : 1));
}

/** How long it had taken by the end of the recording. */
export function takenNs({ begin, untilNs }: InFlight): bigint {
  return untilNs > begin.timeNs ? untilNs - begin.timeNs : 0n;
}
