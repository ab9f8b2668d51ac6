/**
 * A snapshot together with what followed it: one recording, from before and after its trigger, also
 * where the ring has by then been overwritten.
 */

import type { CapturedRing } from '../ring/capture.ts';
import type { CapturedSegment } from '../ring/captured-segment.ts';
import type { RowState } from '../ring/thread-table.ts';

/** Everything that the first capture has, as far as the second one has not more of it. */
export function joinCaptures(first: CapturedRing, second: CapturedRing): CapturedRing {
  const segments = new Set(second.segments.map(segmentKey));
  const rows = new Set(second.rows.map(rowKey));
  return {
    segments: [
      ...first.segments.filter((segment) => !segments.has(segmentKey(segment))),
      ...second.segments,
    ],
    rows: [...first.rows.filter((row) => !rows.has(rowKey(row))), ...second.rows],
    lapped: second.lapped,
  };
}

/** The same segment with the same tenant, who has only added to it since. */
function segmentKey({ segment, generation }: CapturedSegment): string {
  return `${segment}:${generation}`;
}

function rowKey({ row, incarnation }: RowState): string {
  return `${row}:${incarnation}`;
}
