/**
 * What every event begins with: array head, time, severity, and the numbers of its shape and of its
 * context.
 */

import { isMarked, writeMarkedHead } from '../record/printed-mark.ts';
import { MAJOR_UNSIGNED } from '../record/write-head.ts';
import type { Lane } from '../ring/lane.ts';
import { hrtimeNs, type ThreadClock } from './clock.ts';
import type { Context } from './context.ts';
import { writeUnsigned } from './write-plain.ts';

const UNDEFINED_CONTEXT = -1;
const UINT32_HEAD = 0x1a;
const UINT64_HEAD = 0x1b;

/**
 * Writes array head, time of now, severity (below 24), shape and context at the lane's position,
 * and returns their end. Nearly always that is three words, with one byte of garbage behind.
 */
export function writeEventHead(
  view: DataView,
  lane: Lane,
  clock: ThreadClock,
  headByte: number,
  severity: number,
  shapeId: number,
  contextId: number,
): number {
  const { words, reading } = clock;
  const lastLow = words[0];
  const lastHigh = words[1];
  reading[0] = hrtimeNs();
  const low = words[0];
  const isCommon =
    words[1] === lane.baseHigh && low >>> 0 > lastLow >>> 0 && (shapeId | contextId) < 24;
  if (!isCommon) {
    clock.keepLater(lastLow, lastHigh);
    const p = writeReading(view, lane, clock, headByte);
    const { u8 } = lane.memory.bytes;
    u8[p] = severity;
    const shapeEnd = isMarked(shapeId)
      ? writeMarkedHead(u8, p + 1, MAJOR_UNSIGNED, shapeId)
      : writeUnsigned(u8, p + 1, shapeId);
    return writeUnsigned(u8, shapeEnd, contextId);
  }
  const p = lane.position;
  const dt = low - lane.baseLow;
  lane.lastDtNs = dt >>> 0;
  view.setInt16(p, (headByte << 8) | UINT32_HEAD);
  view.setInt32(p + 2, dt);
  view.setInt32(p + 6, (severity << 24) | (shapeId << 16) | (contextId << 8));
  return p + 9;
}

/** Only array head and time. */
export function writeEventTime(
  view: DataView,
  lane: Lane,
  clock: ThreadClock,
  headByte: number,
): number {
  clock.tick();
  return writeReading(view, lane, clock, headByte);
}

function writeReading(view: DataView, lane: Lane, clock: ThreadClock, headByte: number): number {
  const p = lane.position;
  const dt = clock.sinceNs(lane.baseLow, lane.baseHigh);
  lane.lastDtNs = dt;
  if (dt < 0x100000000) {
    view.setInt16(p, (headByte << 8) | UINT32_HEAD);
    view.setUint32(p + 2, dt);
    return p + 6;
  }
  view.setInt16(p, (headByte << 8) | UINT64_HEAD);
  view.setUint32(p + 2, dt / 0x100000000);
  view.setUint32(p + 6, dt);
  return p + 10;
}

/** The context's number in the lane's open segment; below 0 where it has none there. */
export function contextIdIn(lane: Lane, context: Context): number {
  return context.serials[lane.pool] === lane.serial ? context.ids[lane.pool] : UNDEFINED_CONTEXT;
}
