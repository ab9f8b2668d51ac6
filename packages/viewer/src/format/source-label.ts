/** What processes and threads are called on the screen, so that two different ones never look alike. */

import type { EventSource, RecordingFile } from '../recording-file.ts';
import { printable } from './escape.ts';

export interface NamedThread {
  readonly id: number;
  readonly name: string;
}

/** `main`, `image-worker`, `worker#3`; the number is left out only where the name is enough. */
export function threadLabel(thread: NamedThread, all: readonly NamedThread[]): string {
  const { id, name } = thread;
  if (name === '') return id === 0 ? 'main' : `thread#${id}`;
  const isShared = all.some((other) => other.name === name && other.id !== id);
  const isClaimed = name === 'main' && id !== 0;
  return isShared || isClaimed ? `${printable(name)}#${id}` : printable(name);
}

/** `payments[4242]`. */
export function processLabel({ recording: { header } }: RecordingFile): string {
  return sourceLabel(header);
}

export function sourceLabel({ service, pid }: EventSource): string {
  return `${printable(service)}[${pid}]`;
}

/**
 * The same for several recordings, with the host or, failing that, the run where two processes
 * would look alike: in containers every pid is 1.
 */
export function processLabels(files: readonly RecordingFile[]): Map<RecordingFile, string> {
  const labels = new Map(files.map((file) => [file, processLabel(file)]));
  for (const part of ['host', 'runId'] as const) {
    const isShared = new Set(
      files.filter((file) => files.some((other) => isConfused(labels, file, other))),
    );
    for (const file of isShared) {
      const text = printable(String(file.recording.header[part])).slice(0, 12);
      labels.set(file, `${labels.get(file)}@${text}`);
    }
  }
  return labels;
}

function isConfused(
  labels: ReadonlyMap<RecordingFile, string>,
  file: RecordingFile,
  other: RecordingFile,
): boolean {
  const isSameProcess = file.recording.header.runId === other.recording.header.runId;
  return !isSameProcess && labels.get(file) === labels.get(other);
}
