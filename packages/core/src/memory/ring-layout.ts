/**
 * Where each byte of the shared ring stands: header, thread table, segments. Facts only, no
 * behaviour; the writers, the readers and the black box all import this one file.
 *
 *   +--------------------+ 0
 *   | header, 8,192 B    |  geometry, record level, counters, who the process is
 *   +--------------------+ HEADER_BYTES
 *   | thread table       |  rowCount x ROW_BYTES; a row is written by its own thread
 *   +--------------------+ segmentsOffset(rowCount)
 *   | segment 0          |  SEGMENT_HEADER_BYTES, then records; written by its owner
 *   | ...                |
 *   | segment N-1        |
 *   +--------------------+
 *
 * All numbers are little-endian in the machine's own representation: ttlog supports no
 * big-endian platform. A `u64` is read and written as a BigInt64 element, so it never tears.
 * Offsets are bytes from the start of their structure; shift right by 2 (or 3) for an index
 * into an Int32Array (or BigInt64Array, Float64Array) over the buffer.
 */

/** "TTLG" as a little-endian word. */
export const RING_MAGIC = 0x474c5454;
/** Raised with every change of this file that an older reader would misunderstand. */
export const LAYOUT_VERSION = 1;

export const HEADER_BYTES = 8192;
export const HEADER_MAGIC = 0;
export const HEADER_VERSION = 4;
export const HEADER_ROW_COUNT = 8;
export const HEADER_SEGMENT_COUNT = 12;
export const HEADER_SEGMENT_BYTES = 16;
/** One of MODE_OVERWRITE, MODE_REFUSE. */
export const HEADER_MODE = 20;
/** Segments [0, warnSegments) are the home of POOL_WARN, the others of POOL_NORMAL. */
export const HEADER_WARN_SEGMENTS = 24;
/** u32: how many threads have ever joined; a row's incarnation is drawn from it. */
export const HEADER_INCARNATIONS = 28;
/**
 * i32: lowest severity the ring keeps. Read by a plain load on every log call, written once in
 * a while by `setLevel`, so it shares its cache lines with nothing that changes.
 */
export const HEADER_RECORD_LEVEL = 128;
/** u64: next seal ticket of each home pool; 128 bytes apart, since threads contend for them. */
export const HEADER_SEAL_TICKETS = 256;
export const HEADER_SEAL_TICKET_STRIDE = 128;
/** i32: RECORDER_* life of the recorder that owns the ring. */
export const HEADER_RECORDER_STATE = 512;
/** i32: `threadId` of the thread that the error of the last crash snapshot was last seen in. */
export const HEADER_CRASH_SENDER = 516;
/** i32: length in bytes of the path at HEADER_CRASH_PATH; 0 while there is none. */
export const HEADER_CRASH_PATH_LENGTH = 520;
/** i32: log calls made in this process before the recorder started. */
export const HEADER_BEFORE_START = 524;
/** i32: log calls of threads that found no free row in the thread table. */
export const HEADER_UNJOINED = 528;
/** i32 each: snapshots of all threads together. */
export const HEADER_SNAPSHOTS_WRITTEN = 532;
export const HEADER_SNAPSHOTS_FAILED = 536;
export const HEADER_SNAPSHOTS_SUPPRESSED = 540;
/** i32: `threadId` of the thread in which that crash was first seen. */
export const HEADER_CRASH_THREAD = 544;
/** i32: its kind of trigger, a small number. */
export const HEADER_CRASH_KIND = 548;
/** u64 each: what threads whose row was given to another thread had counted. */
export const HEADER_RETIRED_ATTEMPTED = 640;
export const HEADER_RETIRED_REFUSED = 648;
export const HEADER_RETIRED_TOO_LARGE = 656;
export const HEADER_RETIRED_CUT = 664;
export const HEADER_RETIRED_TORN = 672;
/** i32 a kind of trigger: second of the monotonic clock, plus 1, of its last automatic snapshot. */
export const HEADER_TRIGGER_LAST = 704;
export const HEADER_TRIGGER_KINDS = 16;
/** i32 each: the same of the last automatic snapshots of any kind, and which one is next. */
export const HEADER_TRIGGER_HOUR = 768;
export const HEADER_TRIGGER_HOUR_SLOTS = 20;
export const HEADER_TRIGGER_HOUR_NEXT = 848;
/** i32: one of BLACK_BOX_*: whether and how this memory also lives in a file. */
export const HEADER_BLACK_BOX = 556;
/** u64: raised every second while the process lives; what a black box shows of life. */
export const HEADER_HEARTBEAT = 560;
/** u64: monotonic nanoseconds of the watched event loop's last turn; 0 while nobody watches it. */
export const HEADER_LOOP_TURN = 896;
/** i32: 1 while an inspector is open on that thread. */
export const HEADER_LOOP_INSPECTED = 904;
/** u32: KiB of the heap of the watched loop's thread at its last turn, with room not used. */
export const HEADER_HEAP_KIB = 912;
/** i32: sessions that the recorder thread has with the main thread's inspector. */
export const HEADER_INSPECTING = 916;
/** i32: 1 once the main thread is ending, so that no more sessions begin. */
export const HEADER_INSPECTION_OVER = 920;
/** u64: events that what follows the ring has missed. */
export const HEADER_LAGGED = 928;
/** u64: warnings that were not written to the black box at once but left to the recorder thread. */
export const HEADER_WRITES_DEFERRED = 936;
/** u32, u32, bytes: length and CRC-32 of the CBOR map of who the process is; see black-box/. */
export const HEADER_IDENTITY_LENGTH = 4096;
export const HEADER_IDENTITY_CRC = 4100;
export const HEADER_IDENTITY = 4104;
export const HEADER_IDENTITY_BYTES = 4088;
/** UTF-8 path of the crash snapshot, so that the thread that exits last can write it again. */
export const HEADER_CRASH_PATH = 1024;
export const HEADER_CRASH_PATH_BYTES = 3072;

export const MODE_OVERWRITE = 0;
export const MODE_REFUSE = 1;

export const BLACK_BOX_OFF = 0;
export const BLACK_BOX_MIRRORED = 1;
export const BLACK_BOX_MAPPED = 2;

export const RECORDER_RUNNING = 1;
export const RECORDER_STOPPED = 2;

/** Severity below warn. */
export const POOL_NORMAL = 0;
/** Severity warn and above: a flood of debug lines does not evict the warnings before it. */
export const POOL_WARN = 1;
export const POOL_COUNT = 2;

export const MIN_ROWS = 2048;
export const ROW_BYTES = 256;
/** i32: one of ROW_FREE, ROW_CLAIMING, ROW_LIVE, ROW_DEAD. */
export const ROW_STATE = 0;
/** u32: the how-manieth thread of the process to join; tells a row's tenants apart. */
export const ROW_INCARNATION = 4;
/** i32: `worker_threads.threadId`, 0 on main. */
export const ROW_THREAD_ID = 8;
/** i32: row of the thread that created this one, -1 for none. */
export const ROW_PARENT = 12;
/** i32: thread id of the operating system, 0 where it is not known. */
export const ROW_OS_THREAD_ID = 16;
/** i32: one of END_*. */
export const ROW_END = 20;
/** i32: the worker's exit code once ROW_END says that it ended. */
export const ROW_EXIT_CODE = 24;
/** f64: start time of the operating system's thread, in its clock ticks; 0 if not known. */
export const ROW_OS_START = 32;
/** f64: epoch milliseconds. */
export const ROW_STARTED_AT_MS = 40;
/** u64 a pool: running number that the thread's next event in that pool will get. */
export const ROW_NEXT_EVENT = 48;
/** u64 each, written by the row's thread alone. */
export const ROW_REFUSED = 64;
export const ROW_TOO_LARGE = 72;
export const ROW_CUT = 80;
export const ROW_LAGGED = 88;
/** i32: 1 when the thread died with an uncommitted tail; written by whoever seals for it. */
export const ROW_TORN = 96;
/** i32: bytes of the name that follows. */
export const ROW_NAME_LENGTH = 128;
export const ROW_NAME = 132;
export const ROW_NAME_BYTES: number = ROW_BYTES - ROW_NAME;

export const ROW_FREE = 0;
export const ROW_CLAIMING = 1;
export const ROW_LIVE = 2;
export const ROW_DEAD = 3;

export const END_ALIVE = 0;
/** The worker's 'exit' event came: ROW_EXIT_CODE holds its code. */
export const END_EXITED = 1;
/** The thread is gone and nobody saw it go. */
export const END_VANISHED = 2;

export const MIN_SEGMENTS = 8;
export const MIN_SEGMENT_BYTES = 4096;
export const MAX_SEGMENT_BYTES: number = 16 * 1024 * 1024;
export const SEGMENT_HEADER_BYTES = 128;
/** u64: the segment word, see segment-word.ts. */
export const SEGMENT_WORD = 0;
/** i32: bytes of records that readers may look at. */
export const SEGMENT_COMMITTED = 8;
/** i32: events in the segment, COUNT_UNKNOWN until its owner seals it. */
export const SEGMENT_EVENT_COUNT = 12;
/** u64: seal ticket; the lowest among the sealed segments of a home pool is reused first. */
export const SEGMENT_TICKET = 16;
/** u64: the owner's running number, in this pool, of the first event here. */
export const SEGMENT_FIRST_EVENT = 24;
/** u64: monotonic nanoseconds that the events' `dt` count from. */
export const SEGMENT_BASE_NS = 32;
/** f64: epoch milliseconds at SEGMENT_BASE_NS, with its fraction. */
export const SEGMENT_WALL_MS = 40;
/** i32: POOL_* of what is in it, which a borrowed segment's home pool is not. */
export const SEGMENT_POOL = 48;
/** i32: `threadId` of the owner. */
export const SEGMENT_THREAD_ID = 52;
/** u32: incarnation of the owner's row. */
export const SEGMENT_INCARNATION = 56;
/** i32: highest severity inside; valid once SEGMENT_EVENT_COUNT is known. */
export const SEGMENT_MAX_SEVERITY = 60;
/** f64: `dt` of the last event in nanoseconds; valid once SEGMENT_EVENT_COUNT is known. */
export const SEGMENT_LAST_DT_NS = 64;
/** u64, refuse mode only: generation (upper 32 bits) and drained bytes (lower 32 bits). */
export const SEGMENT_DRAINED = 72;

/** i32: who may write the segment to the black box now, one of MIRROR_*. */
export const SEGMENT_MIRROR_LOCK = 80;
/** u32 each, written under the lock: what of which tenant the file has, and its CRC-32. */
export const SEGMENT_MIRRORED_BYTES = 84;
export const SEGMENT_MIRRORED_GENERATION = 88;
export const SEGMENT_MIRRORED_CRC = 92;
/** u32: SEGMENT_MAGIC_WORD; with the next, what makes a segment readable without any header. */
export const SEGMENT_MAGIC = 96;
/** u32: bytes of this segment, header included. */
export const SEGMENT_LENGTH = 100;
/** u32, in a mirrored file only: CRC-32 of the committed records. */
export const SEGMENT_RECORDS_CRC = 104;
/** u32, in a mirrored file only: CRC-32 of the header's bytes before this. */
export const SEGMENT_HEADER_CRC = 108;

/** "TSEG" as a little-endian word. */
export const SEGMENT_MAGIC_WORD = 0x47455354;
/**
 * Segments begin at a multiple of this many bytes and are as long: a header of 128 bytes then never
 * crosses a page, and no death can leave half of one that was being written to a file.
 */
export const SEGMENT_ALIGNMENT = 128;

export const MIRROR_FREE = 0;
/** The recorder thread is writing. */
export const MIRROR_RECORDER = 1;
/** The owner of an open segment writes its events through, each at once. */
export const MIRROR_OWNER = 2;

export const COUNT_UNKNOWN = -1;

/** Byte offset of row `row` from the start of the ring. */
export function rowOffset(row: number): number {
  return HEADER_BYTES + row * ROW_BYTES;
}

/** Byte offset of segment 0 from the start of the ring. */
export function segmentsOffset(rowCount: number): number {
  return HEADER_BYTES + rowCount * ROW_BYTES;
}

/** Bytes that a ring of this geometry takes. */
export function ringBytes(rowCount: number, segmentCount: number, segmentBytes: number): number {
  return segmentsOffset(rowCount) + segmentCount * segmentBytes;
}

/**
 * Rows of the thread table. Every segment may hold the last words of another dead thread and
 * none of those rows may be given away, so there are always more rows than segments.
 */
export function rowCountFor(segmentCount: number): number {
  return Math.max(MIN_ROWS, segmentCount + 1024);
}
