/**
 * Opens a recording for reading: finds its chunks, decodes header and footer, places the segments
 * in time. Shows whatever is whole of a damaged file, and says what is not.
 */

import type { LateFields } from '../record/effective-context.ts';
import { type ByteSource, bytesSource, fileSource } from './byte-source.ts';
import { KIND_FOOTER, KIND_HEADER, KIND_SEGMENT } from './container-layout.ts';
import { RecordingError } from './damage-error.ts';
import { DamageList } from './damage-list.ts';
import { type Decoded, decodeFooter, decodeHeader } from './decode-map.ts';
import { describeForeignInput } from './foreign-input.ts';
import { InflatedSegments } from './inflated-segments.ts';
import { findLastTime } from './last-time.ts';
import { collectLateFields } from './late-fields.ts';
import { nameOfThread, replaceLostHeader } from './lost-header.ts';
import { decodeLz4Frame } from './lz4-frame.ts';
import { MergedWalk, mergeEvents } from './merge-events.ts';
import { type Chunk, checksumOf, readChunks, readFrame } from './read-chunks.ts';
import type {
  Damage,
  EventQuery,
  EventWalk,
  Losses,
  RecordedEvent,
  Recording,
  SnapshotFooter,
  SnapshotHeader,
  ThreadInfo,
} from './recording.ts';
import {
  baseTimeOf,
  chunkBytes,
  readSegmentPreamble,
  type SegmentChunk,
  type UnplacedSegment,
} from './segment-chunk.ts';
import type { CursorSurroundings } from './segment-cursor.ts';
import { finish, type Steps } from './steps.ts';

/** Enough of a file to tell what it is if it is no recording. */
const BEGINNING_BYTES = 64;
/** One takes some 15 µs. */
const PREAMBLES_PER_STEP = 64;

/**
 * Opens a snapshot, given as the path of its file or as its bytes. Throws RecordingError where
 * nothing can be shown: no such file, no recording, a newer format. Damage is no error; it is
 * listed in `damage`.
 *
 * @example
 * for (const event of openRecording('crash.bin').events({ minLevel: 'warn' })) { ... }
 */
export function openRecording(pathOrBytes: string | Uint8Array): Recording {
  return finish(openRecordingSteps(pathOrBytes));
}

/** The same with pauses. */
export function* openRecordingSteps(pathOrBytes: string | Uint8Array): Steps<Recording> {
  const source =
    typeof pathOrBytes === 'string' ? yield* fileSource(pathOrBytes) : bytesSource(pathOrBytes);
  const damage = new DamageList();
  const chunks = yield* readChunks(source, damage);
  if (chunks.length === 0) {
    const what = describeForeignInput(source.read(0, BEGINNING_BYTES));
    const name = typeof pathOrBytes === 'string' ? pathOrBytes : 'this';
    throw new RecordingError(`${name} is no ttlog recording: ${what}`);
  }
  const header = readHeader(source, chunks, damage);
  const unplaced = yield* readPreambles(source, chunks, damage);
  const footer = yield* readFooter(source, chunks, damage);
  return new OpenedRecording({ source, damage, header, footer, unplaced });
}

/** Walks over the events of an opened recording; null where it is not one of `openRecording`. */
export function walkEvents(recording: Recording, query: EventQuery = {}): EventWalk | null {
  // A view of one, with events of its own, is another recording.
  const isOwn = recording.events === OpenedRecording.prototype.events;
  return isOwn ? (recording as OpenedRecording).walk(query) : null;
}

/** What is read of a file before anything of its events. */
interface RecordingParts {
  readonly source: ByteSource;
  readonly damage: DamageList;
  readonly header: SnapshotHeader | null;
  readonly footer: SnapshotFooter | null;
  readonly unplaced: readonly UnplacedSegment[];
}

class OpenedRecording implements Recording {
  readonly header: SnapshotHeader;
  readonly footer: SnapshotFooter | null;
  readonly threads: readonly ThreadInfo[];
  readonly losses: Losses;
  readonly damage: readonly Damage[];

  private readonly segments: readonly SegmentChunk[];
  private readonly around: CursorSurroundings;
  private lastTimeNs: bigint | undefined;
  private late: LateFields | undefined;

  constructor({ source, damage, header, footer, unplaced }: RecordingParts) {
    this.damage = damage.entries;
    this.header = header ?? replaceLostHeader(unplaced);
    this.footer = footer;
    this.threads = this.header.threads;
    this.losses = this.header.losses;
    const { clock } = this.header;
    this.segments = unplaced.map((segment) => {
      return { ...segment, baseTimeNs: baseTimeOf(segment.preamble, clock) };
    });
    this.around = {
      inflated: new InflatedSegments(source, damage),
      damage,
      lateFields: () => {
        this.late ??= collectLateFields(source, this.segments, damage);
        return this.late;
      },
      threadOf: threadFinder(this.threads),
    };
  }

  get endNs(): bigint {
    this.lastTimeNs ??= findLastTime(this.segments, this.around, this.header);
    return this.lastTimeNs;
  }

  events(query: EventQuery = {}): IterableIterator<RecordedEvent> {
    return mergeEvents(this.walk(query));
  }

  walk(query: EventQuery): EventWalk {
    return new MergedWalk(this.segments, this.around, query, (eventCount) => {
      this.checkCount(query, eventCount);
    });
  }

  private checkCount(query: EventQuery, eventCount: number): void {
    const isWhole = Object.values(query).every((limit) => limit === undefined);
    const { footer, damage } = this;
    // With damage found, a difference is its consequence and tells nothing new.
    if (!isWhole || damage.length > 0 || footer === null || footer.events === eventCount) return;
    const what = `the footer counts ${footer.events} events, but ${eventCount} are there`;
    this.around.damage.report(footer.bytes, 0, what);
  }
}

function readHeader(
  source: ByteSource,
  chunks: readonly Chunk[],
  damage: DamageList,
): SnapshotHeader | null {
  const chunk = chunks.find(({ kind }) => kind === KIND_HEADER);
  if (chunk === undefined) {
    damage.report(0, 0, 'the header is lost');
    return null;
  }
  return readMap(source, chunk, 'header', decodeHeader, damage);
}

function* readPreambles(
  source: ByteSource,
  chunks: readonly Chunk[],
  damage: DamageList,
): Steps<UnplacedSegment[]> {
  const unplaced: UnplacedSegment[] = [];
  for (const chunk of chunks) {
    if (chunk.kind !== KIND_SEGMENT) continue;
    const segment = readSegmentPreamble(source, chunk, damage);
    if (segment !== null) unplaced.push(segment);
    if (unplaced.length % PREAMBLES_PER_STEP === 0) yield;
  }
  return unplaced;
}

function* readFooter(
  source: ByteSource,
  chunks: readonly Chunk[],
  damage: DamageList,
): Steps<SnapshotFooter | null> {
  const chunk = chunks.find(({ kind }) => kind === KIND_FOOTER);
  if (chunk === undefined) return null;
  const footer = readMap(source, chunk, 'footer', decodeFooter, damage);
  if (footer === null || damage.entries.length > 0) return footer;
  const segmentCount = chunks.length - 2;
  if (
    footer.segments !== segmentCount ||
    footer.bytes !== chunk.offset ||
    footer.checksum !== (yield* checksumOf(source, chunk.offset))
  ) {
    damage.report(0, chunk.offset, 'the footer does not match what comes before it');
  }
  return footer;
}

function readMap<T>(
  source: ByteSource,
  chunk: Chunk,
  name: string,
  decode: (untrustedBytes: Uint8Array) => Decoded<T>,
  damage: DamageList,
): T | null {
  try {
    const { value, complaint } = decode(decodeLz4Frame(readFrame(source, chunk), chunk.rawLength));
    if (complaint !== null) damage.report(chunk.offset, chunkBytes(chunk), complaint);
    return value;
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    const why = (error as Error).message;
    damage.report(chunk.offset, chunkBytes(chunk), `the ${name} cannot be read: ${why}`);
    return null;
  }
}

/** Threads as events show them; shared by all events of a thread, and therefore frozen. */
function threadFinder(
  threads: readonly ThreadInfo[],
): (segment: SegmentChunk) => RecordedEvent['thread'] {
  const found = new Map<string, RecordedEvent['thread']>();
  for (const { row, id, name } of threads) {
    found.set(`${row}/${id}`, Object.freeze({ id, name }));
  }
  return ({ preamble }) => {
    const key = `${preamble.row}/${preamble.thread}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const id = preamble.thread;
    const thread = Object.freeze({ id, name: nameOfThread(id) });
    found.set(key, thread);
    return thread;
  };
}
