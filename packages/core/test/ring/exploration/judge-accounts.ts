// Whether a capture has all that stood in the ring, and whether its accounts of what was logged,
// overwritten and refused are right. Both are told by how the ring was before it and after it.

import { STATE_FREE, STATE_OPEN, STATE_SEALED } from '../../../src/memory/segment-word.ts';
import type { CapturedRing } from '../../../src/ring/capture.ts';
import { NOTE_ACCEPTED, NOTE_REFUSED, NOTES_PER_WRITER, type World } from './world.ts';

/** A segment at a moment. */
export interface SegmentSight {
  readonly state: number;
  readonly row: number;
  readonly generation: number;
  readonly committed: number;
  readonly firstEvent: number;
}

/** The ring at a moment, with what the judge has noted of the writers. */
export interface Sight {
  readonly segments: readonly SegmentSight[];
  readonly notes: readonly number[];
}

/** What stood in the ring before the capture and after it is in the capture. */
export function checkKept(captured: CapturedRing, before: Sight, after: Sight): void {
  let reused = 0;
  for (const [segment, { state, generation, committed }] of before.segments.entries()) {
    const now = after.segments[segment];
    if (now.generation !== generation) reused++;
    if (state !== STATE_OPEN && state !== STATE_SEALED) continue;
    const stands = now.generation === generation && now.state !== STATE_FREE;
    if (!stands) continue;
    const copy = captured.segments.find((one) => one.segment === segment);
    if (copy?.generation !== generation || copy.records.length < committed) {
      throw new Error(`segment ${segment} stood all the time and is not shown`);
    }
  }
  if (captured.lapped > reused) throw new Error('more segments are lapped than were reused');
}

export function checkAccounts(
  world: World,
  captured: CapturedRing,
  shown: number[][],
  before: Sight,
  after: Sight,
): void {
  const accounts = world.ring.accountThreads(captured);
  for (const [index, { slot, stored }] of world.writers.entries()) {
    const row = captured.rows.find(({ incarnation }) => incarnation === slot.incarnation);
    if (row === undefined) throw new Error('a thread is not in the table');
    const { attempted, inRing, overwritten, refused } = accounts.get(row)!;
    const noted = (sight: Sight, note: number) => sight.notes[index * NOTES_PER_WRITER + note];
    const acceptedBefore = BigInt(stored + noted(before, NOTE_ACCEPTED));
    const acceptedAfter = BigInt(stored + noted(after, NOTE_ACCEPTED));
    const accepted = attempted - refused;
    const isRight =
      inRing === BigInt(shown[index].length) &&
      overwritten >= 0n &&
      accepted >= acceptedBefore &&
      accepted <= acceptedAfter &&
      refused >= BigInt(noted(before, NOTE_REFUSED)) &&
      refused <= BigInt(noted(after, NOTE_REFUSED)) &&
      accepted >= BigInt(shown[index].at(-1) ?? 0);
    checkGone(world, slot.row, Number(accepted), shown[index], after);
    if (isRight) continue;
    const account = `${attempted} = ${inRing} + ${overwritten} + ${refused}`;
    const range = `${acceptedBefore} to ${acceptedAfter} accepted`;
    throw new Error(`thread ${slot.threadId}: ${account}, with ${range}`);
  }
}

/** What is said to be overwritten does not stand in the ring. */
function checkGone(
  world: World,
  row: number,
  accepted: number,
  shown: readonly number[],
  after: Sight,
): void {
  for (const { row: owner, committed, firstEvent } of after.segments) {
    if (owner !== row) continue;
    const next = Math.min(firstEvent + committed / world.entryBytes, accepted + 1);
    for (let number = firstEvent; number < next; number++) {
      if (!shown.includes(number)) throw new Error(`entry ${number} stands and is not shown`);
    }
  }
}
