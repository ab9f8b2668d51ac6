/**
 * The segments of a recording that were inflated last, kept for whoever asks for single events: those
 * shown together mostly stand together. What a walk holds meanwhile is merge-events.ts's affair.
 *
 * Room is used again: of memory outside its heap V8 lets 64 MiB become garbage before it looks.
 */

import type { ByteSource } from './byte-source.ts';
import type { DamageList } from './damage-list.ts';
import { inflateSegment, type SegmentChunk } from './segment-chunk.ts';
import { SpareRoom } from './spare-room.ts';

/** Some thirty segments of the usual size; inflating one takes longer than finding an event in it. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

/** The content of a segment, lent to somebody. Nobody may write to it. */
export interface LentSegment {
  readonly content: Uint8Array;
  readonly recordsEnd: number;
}

interface Inflated extends LentSegment {
  /** Whoever has it and has not given it back. A walk that is broken off never does. */
  users: number;
  isKept: boolean;
}

export class InflatedSegments {
  private readonly source: ByteSource;
  private readonly damage: DamageList;
  /** The one asked for longest ago is the first. */
  private readonly kept = new Map<SegmentChunk, Inflated>();
  private readonly spare = new SpareRoom();
  private keptBytes = 0;

  constructor(source: ByteSource, damage: DamageList) {
    this.source = source;
    this.damage = damage;
  }

  /** Throws if it is broken. */
  borrow(segment: SegmentChunk): LentSegment {
    const inflated = this.kept.get(segment) ?? this.inflate(segment);
    inflated.users++;
    this.kept.delete(segment);
    this.kept.set(segment, inflated);
    this.dropOldest();
    return inflated;
  }

  /** Whoever had it reads no byte of it from now on. */
  giveBack(lent: LentSegment): void {
    const inflated = lent as Inflated;
    inflated.users--;
    this.reuse(inflated);
  }

  private inflate(segment: SegmentChunk): Inflated {
    const takeRoom = (lengthBytes: number): Uint8Array => this.spare.take(lengthBytes);
    const lent = inflateSegment(this.source, segment, this.damage, takeRoom);
    this.keptBytes += lent.content.length;
    return { ...lent, users: 0, isKept: true };
  }

  private dropOldest(): void {
    for (const [segment, inflated] of this.kept) {
      if (this.keptBytes <= MAX_KEPT_BYTES) return;
      this.kept.delete(segment);
      this.keptBytes -= inflated.content.length;
      inflated.isKept = false;
      this.reuse(inflated);
    }
  }

  private reuse({ content, users, isKept }: Inflated): void {
    if (users === 0 && !isKept) this.spare.give(content);
  }
}
