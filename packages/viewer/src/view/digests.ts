/**
 * What panes tell of many events at once, gathered in slices between keys: patterns of the shown
 * events, and the spans as trees. Kept until other events are shown, or another pane asks.
 */

import { type RecordedEvent, type Recording, readSpans } from 'ttlog/reader';
import { type Pattern, PatternCollector } from '../digest/patterns.ts';
import { type FoundSpan, growTrees, type TraceTree } from '../digest/trace-tree.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { EventIndex } from './event-index.ts';
import type { EventSet } from './event-set.ts';

/** Something that is worked out step by step. */
export interface Digest<T> {
  /** null until it is complete. */
  result: T | null;
  /** From 0 to 1. */
  progress: number;
  readonly steps: Generator<void>;
}

export function patternDigest(index: EventIndex, shown: EventSet): Digest<readonly Pattern[]> {
  const digest: Digest<readonly Pattern[]> = { result: null, progress: 0, steps: steps() };
  return digest;

  function* steps(): Generator<void> {
    const collector = new PatternCollector();
    for (const walked of index.walk(0, { minLevel: 0 })) {
      if (walked === undefined) yield;
      else if (shown.has(walked.index)) collector.add(walked.event);
      if (walked !== undefined) digest.progress = walked.index / index.count;
    }
    const { patterns } = yield* collector.groupSteps();
    digest.result = patterns;
  }
}

/** The newest ones; each has two events at most. */
const MAX_SPANS = 20_000;

export function spanDigest(index: EventIndex): Digest<readonly TraceTree[]> {
  const digest: Digest<readonly TraceTree[]> = { result: null, progress: 0, steps: steps() };
  return digest;

  function* steps(): Generator<void> {
    const events = new Map<RecordingFile, RecordedEvent[]>();
    const query = { minLevel: 0, title: ({ kind }: { readonly kind: string }) => kind !== 'log' };
    for (const walked of index.walk(0, query)) {
      if (walked === undefined) yield;
      else {
        digest.progress = walked.index / index.count;
        if (walked.event.kind !== 'log') addTo(events, walked.file, walked.event);
      }
    }
    digest.result = growTrees(spansOf(events));
  }
}

function addTo(
  events: Map<RecordingFile, RecordedEvent[]>,
  file: RecordingFile,
  event: RecordedEvent,
): void {
  let ofFile = events.get(file);
  if (ofFile === undefined) {
    ofFile = [];
    events.set(file, ofFile);
  }
  ofFile.push(event);
  if (ofFile.length > 4 * MAX_SPANS) ofFile.splice(0, 2 * MAX_SPANS);
}

function spansOf(events: ReadonlyMap<RecordingFile, readonly RecordedEvent[]>): FoundSpan[] {
  return Array.from(events, ([{ recording }, ofFile]) => {
    const gathered: Recording = Object.create(recording, {
      events: { value: () => ofFile.values() },
    });
    const spans = readSpans(gathered, { limit: MAX_SPANS });
    return spans.map((span) => ({ span, recordingEndNs: recording.endNs }));
  }).flat();
}
