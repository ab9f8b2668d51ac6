// A recorder without files, and what it holds.

import { type Recorder, startRecorder } from 'ttlog';
import { openRecording, type RecordedEvent, type Recording } from 'ttlog/reader';

export function record(options: Parameters<typeof startRecorder>[0] = {}): Recorder {
  return startRecorder({ service: 'traced', snapshots: { onCrash: false }, ...options });
}

export async function recordingOf(recorder: Recorder): Promise<Recording> {
  return openRecording(await recorder.capture());
}

export async function eventsOf(recorder: Recorder): Promise<RecordedEvent[]> {
  return [...(await recordingOf(recorder)).events()];
}
