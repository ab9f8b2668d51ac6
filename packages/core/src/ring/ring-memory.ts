/**
 * A ring's memory and its geometry: allocated once a process, attached by every thread. Owns the
 * views; what is read and written through them is the business of the other files of this room.
 */

import { ByteViews } from '../memory/byte-views.ts';
import {
  HEADER_MAGIC,
  HEADER_MODE,
  HEADER_RECORD_LEVEL,
  HEADER_RECORDER_STATE,
  HEADER_ROW_COUNT,
  HEADER_SEGMENT_BYTES,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  HEADER_WARN_SEGMENTS,
  LAYOUT_VERSION,
  MAX_SEGMENT_BYTES,
  MIN_SEGMENT_BYTES,
  MIN_SEGMENTS,
  POOL_NORMAL,
  POOL_WARN,
  RECORDER_RUNNING,
  RING_MAGIC,
  ringBytes,
  rowCountFor,
  SEGMENT_ALIGNMENT,
  segmentsOffset,
} from '../memory/ring-layout.ts';
import { MAX_ROWS } from '../memory/segment-word.ts';

/** A buffer that a file can be mapped over is so many bytes long, or a multiple of that. */
export const PAGED_BUFFER_UNIT_BYTES = 65_536;

export interface RingGeometry {
  readonly segmentCount: number;
  readonly segmentBytes: number;
  /** How many of the segments are the home of the warn pool; 0 for a ring of one pool. */
  readonly warnSegments: number;
  /** MODE_OVERWRITE or MODE_REFUSE. */
  readonly mode: number;
}

export class RingMemory {
  readonly buffer: ArrayBufferLike;
  readonly bytes: ByteViews;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f64: Float64Array;
  readonly rowCount: number;
  readonly segmentCount: number;
  readonly segmentBytes: number;
  readonly warnSegments: number;
  readonly mode: number;
  readonly #segmentsStart: number;

  private constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer;
    this.bytes = new ByteViews(buffer);
    this.u8 = this.bytes.u8;
    const usable = buffer.byteLength & ~7;
    this.i32 = new Int32Array(buffer, 0, usable >> 2);
    this.i64 = new BigInt64Array(buffer, 0, usable >> 3);
    this.f64 = new Float64Array(buffer, 0, usable >> 3);
    this.rowCount = this.i32[HEADER_ROW_COUNT >> 2];
    this.segmentCount = this.i32[HEADER_SEGMENT_COUNT >> 2];
    this.segmentBytes = this.i32[HEADER_SEGMENT_BYTES >> 2];
    this.warnSegments = this.i32[HEADER_WARN_SEGMENTS >> 2];
    this.mode = this.i32[HEADER_MODE >> 2];
    this.#segmentsStart = segmentsOffset(this.rowCount);
  }

  /** A new ring in a SharedArrayBuffer of its own. */
  static allocate(geometry: RingGeometry): RingMemory {
    const rowCount = rowCountFor(geometry.segmentCount);
    const buffer = new SharedArrayBuffer(
      ringBytes(rowCount, geometry.segmentCount, geometry.segmentBytes),
    );
    return RingMemory.initialize(buffer, geometry);
  }

  /** Makes a ring of zeroed memory, which may be a mapped file. */
  static initialize(buffer: ArrayBufferLike, geometry: RingGeometry): RingMemory {
    const header = new Int32Array(buffer, 0, HEADER_RECORDER_STATE);
    header[HEADER_ROW_COUNT >> 2] = rowCountFor(geometry.segmentCount);
    header[HEADER_SEGMENT_COUNT >> 2] = geometry.segmentCount;
    header[HEADER_SEGMENT_BYTES >> 2] = geometry.segmentBytes;
    header[HEADER_WARN_SEGMENTS >> 2] = geometry.warnSegments;
    header[HEADER_MODE >> 2] = geometry.mode;
    header[HEADER_RECORD_LEVEL >> 2] = 1;
    header[HEADER_RECORDER_STATE >> 2] = RECORDER_RUNNING;
    header[HEADER_VERSION >> 2] = LAYOUT_VERSION;
    // Last, since `attach` takes a buffer with the magic for a whole ring.
    Atomics.store(header, HEADER_MAGIC >> 2, RING_MAGIC);
    return new RingMemory(buffer);
  }

  /** The ring that another thread made in `buffer`. Throws a TypeError that says what is wrong. */
  static attach(buffer: ArrayBufferLike): RingMemory {
    if (!isBuffer(buffer)) {
      throw new TypeError('ttlog: a ring is attached to a SharedArrayBuffer, such as ring.buffer');
    }
    if (buffer.byteLength < ringBytes(1, 1, MIN_SEGMENT_BYTES)) {
      throw new TypeError(`ttlog: ${buffer.byteLength} bytes are too few to be a ring`);
    }
    const header = new Int32Array(buffer, 0, HEADER_RECORDER_STATE);
    if (Atomics.load(header, HEADER_MAGIC >> 2) !== RING_MAGIC) {
      throw new TypeError('ttlog: this buffer holds no ring');
    }
    const version = header[HEADER_VERSION >> 2];
    if (version !== LAYOUT_VERSION) {
      throw new TypeError(
        `ttlog: the ring has layout version ${version}, this copy of ttlog takes ${LAYOUT_VERSION}`,
      );
    }
    const memory = new RingMemory(buffer);
    const expected = ringBytes(memory.rowCount, memory.segmentCount, memory.segmentBytes);
    const paged = Math.ceil(expected / PAGED_BUFFER_UNIT_BYTES) * PAGED_BUFFER_UNIT_BYTES;
    if (buffer.byteLength !== expected && buffer.byteLength !== paged) {
      throw new TypeError(
        `ttlog: the ring's header speaks of ${expected} bytes, the buffer has ${buffer.byteLength}`,
      );
    }
    return memory;
  }

  /** Byte offset of a segment's header. */
  segmentOffset(segment: number): number {
    return this.#segmentsStart + segment * this.segmentBytes;
  }

  /** The pool that a segment belongs to when it is not lent. */
  homePool(segment: number): number {
    return segment < this.warnSegments ? POOL_WARN : POOL_NORMAL;
  }
}

/**
 * Geometry for `bytes` of segments. Throws a TypeError that names the option, what it got and
 * what it takes.
 */
export function ringGeometry(
  bytes: number,
  segmentBytes: number,
  mode: number,
  pools: 1 | 2,
  optionPrefix = '',
): RingGeometry {
  if (
    !Number.isInteger(segmentBytes) ||
    segmentBytes < MIN_SEGMENT_BYTES ||
    segmentBytes > MAX_SEGMENT_BYTES ||
    segmentBytes % SEGMENT_ALIGNMENT !== 0
  ) {
    throw new TypeError(
      `ttlog: ${optionPrefix}segmentBytes is ${String(segmentBytes)}; it takes a multiple of ` +
        `${SEGMENT_ALIGNMENT} from ${MIN_SEGMENT_BYTES} to ${MAX_SEGMENT_BYTES}`,
    );
  }
  const segmentCount = Math.floor(bytes / segmentBytes);
  const maxBytes = Math.min(MAX_ROWS * segmentBytes, 2 ** 31 - MAX_SEGMENT_BYTES);
  if (!Number.isInteger(bytes) || segmentCount < MIN_SEGMENTS || bytes > maxBytes) {
    throw new TypeError(
      `ttlog: ${optionPrefix}bytes is ${String(bytes)}; it takes a whole number from ` +
        `${MIN_SEGMENTS} segments (${MIN_SEGMENTS * segmentBytes}) to ${maxBytes}`,
    );
  }
  const warnSegments = pools === 1 ? 0 : Math.floor(segmentCount / 4);
  return { segmentCount, segmentBytes, warnSegments, mode };
}

function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object SharedArrayBuffer]' || tag === '[object ArrayBuffer]';
}
