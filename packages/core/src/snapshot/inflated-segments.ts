/**
 * The segments of a recording that were inflated last, kept for whoever asks for single events: those
 * shown together mostly stand together. What a walk holds meanwhile is merge-events.ts's affair.
 */

import type { ByteSource } from './byte-source.ts';
import type { DamageList } from './damage-list.ts';
import { inflateSegment, type SegmentChunk } from './segment-chunk.ts';

/** Some thirty segments of the usual size; inflating one takes longer than finding an event in it. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

type Inflated = ReturnType<typeof inflateSegment>;

export class InflatedSegments {
  private readonly source: ByteSource;
  private readonly damage: DamageList;
  /** The one asked for longest ago is the first. */
  private readonly kept = new Map<SegmentChunk, Inflated>();
  private keptBytes = 0;

  constructor(source: ByteSource, damage: DamageList) {
    this.source = source;
    this.damage = damage;
  }

  /** Nobody may write to it. Throws if it is broken. */
  contentOf(segment: SegmentChunk): Inflated {
    const known = this.kept.get(segment);
    if (known !== undefined) {
      this.kept.delete(segment);
      this.kept.set(segment, known);
      return known;
    }
    const inflated = inflateSegment(this.source, segment, this.damage);
    this.kept.set(segment, inflated);
    this.keptBytes += inflated.content.length;
    this.dropOldest();
    return inflated;
  }

  private dropOldest(): void {
    for (const [segment, { content }] of this.kept) {
      if (this.keptBytes <= MAX_KEPT_BYTES) return;
      this.kept.delete(segment);
      this.keptBytes -= content.length;
    }
  }
}
