// A small ring in which played threads log numbered events, and a black box in memory that notes
// every write, so that a death at any byte of any write can be played.

import zlib from 'node:zlib';
import { expect } from 'vitest';
import { boxIdentity, writeIdentity } from '../../src/black-box/box-identity.ts';
import { ownIdentity } from '../../src/black-box/identity.ts';
import { readBox } from '../../src/black-box/read-box.ts';
import { EventWriter } from '../../src/logger/event-writer.ts';
import { LogSource } from '../../src/logger/log-source.ts';
import { MODE_OVERWRITE } from '../../src/memory/ring-layout.ts';
import { SEVERITY } from '../../src/record/level.ts';
import { DEFAULT_LIMITS } from '../../src/record/limits.ts';
import { Redaction } from '../../src/record/redaction.ts';
import { RingMemory } from '../../src/ring/ring-memory.ts';
import type { MirrorFile } from '../../src/ring/segment-mirror.ts';
import { joinThread } from '../../src/ring/thread-table.ts';
import { openRecording } from '../../src/snapshot/open-recording.ts';
import type { Recording } from '../../src/snapshot/recording.ts';
import type { RecorderFacts } from '../../src/snapshot/take-snapshot.ts';

export const SEGMENT_BYTES = 4096;

export const FACTS: RecorderFacts = {
  service: 'boxed',
  host: 'here',
  pid: 4711,
  ppid: 1,
  runId: 'run',
  node: 'v20',
  platform: 'linux',
  arch: 'x64',
  startedAtMs: 1,
  clock: { monoNs: 0n, wallMs: 0 },
  directory: '',
  isDefaultDirectory: false,
  fileMode: 0o600,
  keep: { files: 1, bytes: 1, ageMs: 1 },
  blackBox: { mode: 'mirrored', reason: 'test' },
  box: null,
  notes: [],
};

export function makeRing(segmentCount = 8): RingMemory {
  const memory = RingMemory.allocate({
    segmentCount,
    segmentBytes: SEGMENT_BYTES,
    warnSegments: Math.floor(segmentCount / 4),
    mode: MODE_OVERWRITE,
  });
  writeIdentity(memory.u8, boxIdentity(FACTS, ownIdentity(), 'mirrored'));
  return memory;
}

/** A thread that logs events which say who they are. */
export class PlayedThread {
  readonly writer: EventWriter;
  readonly #source = new LogSource('played');
  readonly #threadId: number;
  #last = 0;

  constructor(memory: RingMemory, threadId: number) {
    this.#threadId = threadId;
    const slot = joinThread(memory, {
      threadId,
      name: `thread ${threadId}`,
      parentRow: -1,
      os: { id: 0, startTicks: 0 },
      startedAtMs: 1,
    });
    if (slot === null) throw new Error('no row');
    this.writer = new EventWriter(memory, slot, DEFAULT_LIMITS, new Redaction({}), () => {});
  }

  /** Logs one event and returns its name, such as `2:17`. */
  log(level: 'info' | 'warn' = 'info', paddingUnits = 40): string {
    const n = ++this.#last;
    const fields = { t: this.#threadId, n, text: paddingOf(this.#threadId, n, paddingUnits) };
    this.writer.write(SEVERITY[level], this.#source, null, 'numbered', fields);
    return `${this.#threadId}:${n}`;
  }
}

/** A file in memory. */
export class NotedFile implements MirrorFile {
  readonly bytes: Uint8Array;
  readonly writes: { bytes: Uint8Array; offset: number }[] = [];
  /** Called before each write, as what other threads do meanwhile. */
  meanwhile: (write: number) => void = () => {};

  constructor(memory: RingMemory) {
    this.bytes = new Uint8Array(memory.buffer.byteLength);
  }

  write(bytes: Uint8Array, offset: number): void {
    this.meanwhile(this.writes.length);
    this.writes.push({ bytes: bytes.slice(), offset });
    this.bytes.set(bytes, offset);
  }

  crc32(bytes: Uint8Array, crc: number): number {
    return zlib.crc32(bytes, crc);
  }
}

/** Names of the events in a box; fails for one that was never logged as it is shown. */
export function eventsIn(box: Uint8Array): string[] {
  return eventsOf(recordingOf(box));
}

export function recordingOf(box: Uint8Array): Recording {
  return openRecording(readBox(box, { isAlive: false, takenAtMs: Date.now() }).snapshot);
}

export function eventsOf(recording: Recording): string[] {
  const names: string[] = [];
  for (const event of recording.events()) {
    const { t, n, text } = event.fields as { t: number; n: number; text: string };
    expect(text).toBe(paddingOf(t, n, text.length));
    expect(event).toMatchObject({ message: 'numbered', logger: 'played', thread: { id: t } });
    names.push(`${t}:${n}`);
  }
  expect(recording.damage).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  return names.sort();
}

function paddingOf(t: number, n: number, units: number): string {
  return `${t}:${n}:`.padEnd(units, String.fromCharCode(97 + ((t * 7 + n) % 26)));
}
