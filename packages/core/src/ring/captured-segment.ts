/**
 * A segment as it was copied out of the ring: what the snapshot compresses. Its records are a
 * private copy that no writer touches any more.
 */
export interface CapturedSegment extends SegmentFacts {
  /** The committed bytes: whole CBOR items. */
  readonly records: Uint8Array;
  /**
   * Whether `records` has ITEM_FRONT_BYTES before it and ITEM_BACK_BYTES behind it in its buffer,
   * free for whoever makes one item of it all: a copy of every segment less.
   */
  readonly hasItemRoom?: boolean;
}

/** Whose it is and what it has, without its bytes. Plain data. */
export interface SegmentFacts {
  /** Its place in the ring. */
  readonly segment: number;
  readonly row: number;
  /** Incarnation of the row's tenant that wrote it. */
  readonly incarnation: number;
  readonly threadId: number;
  readonly pool: number;
  readonly generation: number;
  readonly ticket: bigint;
  /** Running number, in this pool, of the thread's first event here. */
  readonly firstEvent: bigint;
  readonly eventCount: number;
  readonly baseNs: bigint;
  readonly wallMs: number;
  /** Highest severity inside, or more. */
  readonly maxSeverity: number;
  /** `dt` of the last event, or more, in nanoseconds. */
  readonly lastDtNs: number;
}

export const ITEM_FRONT_BYTES = 256;
export const ITEM_BACK_BYTES = 1;
