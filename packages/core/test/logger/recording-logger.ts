// A ring, a writer for this thread and what a recording of it says: the logger's rooms without a
// recorder around them.

import { EventWriter } from '../../src/logger/event-writer.ts';
import { attachWriter, detachWriter } from '../../src/logger/thread-state.ts';
import { MODE_OVERWRITE } from '../../src/memory/ring-layout.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/record/limits.ts';
import { Redaction, type RedactionOptions } from '../../src/record/redaction.ts';
import { recordLevels, setRecordLevel } from '../../src/ring/recorder-words.ts';
import { RingMemory, ringGeometry } from '../../src/ring/ring-memory.ts';
import { joinThread } from '../../src/ring/thread-table.ts';
import { storeFrame } from '../../src/snapshot/compress-frame.ts';
import { openRecording } from '../../src/snapshot/open-recording.ts';
import type { RecordedEvent, Recording } from '../../src/snapshot/recording.ts';
import { buildSnapshotBytes, type RecorderFacts } from '../../src/snapshot/take-snapshot.ts';

export interface RecordingLogger {
  readonly memory: RingMemory;
  /** Events so far; fails where the recording is damaged. */
  events(): RecordedEvent[];
  recording(): Recording;
  refusals(): number;
  stop(): void;
}

/** What the recordings say of the process. */
export const FACTS: RecorderFacts = {
  service: 'test',
  host: 'here',
  pid: 1,
  ppid: 0,
  runId: '0',
  node: process.version,
  platform: process.platform,
  arch: process.arch,
  startedAtMs: 0,
  clock: { monoNs: 0n, wallMs: 0 },
  directory: '/nowhere',
  isDefaultDirectory: false,
  fileMode: 0o600,
  keep: { files: 1, bytes: 1, ageMs: 1 },
  blackBox: { mode: 'off', reason: 'test' },
  box: null,
  notes: [],
};

export function recordHere(
  options: {
    bytes?: number;
    segmentBytes?: number;
    limits?: Partial<Limits>;
    redact?: RedactionOptions | false;
    lazySeverity?: number;
  } = {},
): RecordingLogger {
  const { bytes = 4 << 20, segmentBytes = 64 << 10 } = options;
  const memory = RingMemory.allocate(ringGeometry(bytes, segmentBytes, MODE_OVERWRITE, 2));
  setRecordLevel(memory, 1);
  const slot = joinThread(memory, {
    threadId: 0,
    name: 'main',
    parentRow: -1,
    os: { id: 0, startTicks: 0 },
    startedAtMs: 0,
  });
  if (slot === null) throw new Error('no row');
  let refused = 0;
  const writer = new EventWriter(
    memory,
    slot,
    { ...DEFAULT_LIMITS, ...options.limits },
    new Redaction(options.redact),
    () => {
      refused++;
    },
  );
  attachWriter(writer, recordLevels(memory), options.lazySeverity ?? 9);
  const recording = () =>
    openRecording(
      buildSnapshotBytes(
        memory,
        FACTS,
        {
          reason: 'test',
          trigger: { kind: 'request', thread: 0 },
          errorCbor: null,
          process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: null },
        },
        { compressor: { name: 'stored', compress: storeFrame } },
      ),
    );
  return {
    memory,
    recording,
    events() {
      const opened = recording();
      const events = [...opened.events()];
      if (opened.damage.length > 0) throw new Error(JSON.stringify(opened.damage));
      return events;
    },
    refusals: () => refused,
    stop: detachWriter,
  };
}
