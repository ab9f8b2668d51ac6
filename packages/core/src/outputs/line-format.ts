/** What makes a line of an event; there is one for each format. */

import type { FollowedEvent } from '../follow/lane-tail.ts';
import type { EventHead } from '../record/event-head.ts';
import type { LineBytes } from '../text/line-bytes.ts';

export interface LineFormat {
  /** When the follower's origin was, in epoch nanoseconds. */
  setOrigin(originNs: bigint): void;
  /** Appends one line. Throws where the event is damaged; what it has appended is then no line. */
  add(event: FollowedEvent, head: EventHead, target: LineBytes): void;
  /** Appends a line that says why events before `timeNs` are not printed, and how many if that is known. */
  addGap(count: number | null, reason: string, timeNs: number, target: LineBytes): void;
}
