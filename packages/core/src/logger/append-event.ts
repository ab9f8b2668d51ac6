/**
 * The second step of the long way: what an event defines, its head and its values, which are encoded
 * already, are appended to the open segment and committed as one. Runs no code of the application.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import { ROW_TOO_LARGE } from '../memory/ring-layout.ts';
import { writeMarkedHead } from '../record/printed-mark.ts';
import { MAJOR_ARRAY, MAJOR_UNSIGNED, writeHead } from '../record/write-head.ts';
import type { Lane } from '../ring/lane.ts';
import { countInRow, type ThreadSlot } from '../ring/thread-table.ts';
import type { CallShape } from './call-shape.ts';
import type { Context } from './context.ts';
import type { ShapeOwner } from './shape-table.ts';

/** Head of an event at its longest: 3 + 9 + 2 + 9 + 5 bytes, rounded up. */
const MAX_EVENT_HEAD_BYTES = 32;
/** No segment has it, so everything has to be defined. */
const NO_SERIAL = -1;

type Room = typeof ROOM | typeof NO_ROOM | typeof TOO_LARGE;
const ROOM = 0;
const NO_ROOM = 1;
const TOO_LARGE = 2;

/** An event's values in scratch memory, and what names them. */
export interface EncodedEvent {
  readonly target: ByteViews;
  readonly keys: readonly string[];
  readonly end: number;
  /** `[logger, message, keys]` where the event has no shape. */
  readonly inline: Uint8Array | null;
  readonly shape: CallShape | null;
}

/** Of the thread's writer, what appending needs. */
export interface EventLanes extends ShapeOwner {
  readonly thread: ThreadSlot;
  readonly normal: Lane;
  /** Time of the next event, from the base of the lane's open segment. */
  nextDtNs(lane: Lane): number;
}

/** False where there is no room to be had; an event that fits no segment is counted and done with. */
export function appendEvent(
  writer: EventLanes,
  lane: Lane,
  severity: number,
  context: Context | null,
  encoded: EncodedEvent,
): boolean {
  const room = findRoom(lane, context, encoded);
  if (room !== ROOM) return room === TOO_LARGE;
  const { u8 } = lane.memory;
  const { shape } = encoded;
  let p = lane.position;
  const definesShape = shape !== null && shape.serial !== lane.serial;
  if (definesShape) {
    u8.set(shape.definition, p);
    p += shape.definition.length;
  }
  const defined = context === null ? [] : undefinedContexts(context, lane.pool, lane.serial);
  for (const one of defined) {
    const definition = one.definition as Uint8Array;
    u8.set(definition, p);
    p += definition.length;
  }
  const shapeId = definesShape ? lane.shapeCount + 1 + shape.mark : (shape?.id ?? 0);
  const contextId =
    context === null
      ? 0
      : defined.length > 0
        ? lane.contextCount + defined.length
        : context.ids[lane.pool];

  const dt = writer.nextDtNs(lane);
  p = writeHead(u8, p, MAJOR_ARRAY, 4 + encoded.keys.length);
  p = writeHead(u8, p, MAJOR_UNSIGNED, dt);
  p = writeHead(u8, p, MAJOR_UNSIGNED, severity);
  if (encoded.inline !== null) {
    u8.set(encoded.inline, p);
    p += encoded.inline.length;
  } else {
    p = writeMarkedHead(u8, p, MAJOR_UNSIGNED, shapeId);
  }
  p = writeHead(u8, p, MAJOR_UNSIGNED, contextId);
  p = copyBytes(encoded.target.u8, encoded.end, u8, p);
  lane.lastDtNs = dt;
  if (severity > lane.maxSeverity) lane.maxSeverity = severity;
  lane.isDefining = definesShape || defined.length > 0;
  lane.commit(p);

  // Only now: a definition counts as made once a commit covers it.
  if (definesShape) {
    shape.id = ++lane.shapeCount + shape.mark;
    shape.serial = lane.serial;
  }
  for (const one of defined) {
    one.ids[lane.pool] = ++lane.contextCount;
    one.serials[lane.pool] = lane.serial;
  }
  lane.isDefining = false;
  return true;
}

/** Opens a new segment where the event and what it defines do not fit into the open one. */
function findRoom(lane: Lane, context: Context | null, encoded: EncodedEvent): Room {
  const inlineBytes = encoded.inline?.length ?? 0;
  const fixedBytes = MAX_EVENT_HEAD_BYTES + inlineBytes + encoded.end;
  const neededBytes = (serial: number): number =>
    fixedBytes + shapeBytes(encoded.shape, serial) + contextBytes(context, lane.pool, serial);
  // A `vm` timeout cut a call off between its commit and the numbers of what it defined: from
  // here on this segment's numbers cannot be trusted.
  if (lane.isDefining) lane.seal();
  if (lane.position + neededBytes(lane.serial) > lane.limit) {
    const allBytes = neededBytes(NO_SERIAL);
    if (allBytes > lane.capacityBytes) {
      countInRow(lane.memory, lane.thread.row, ROW_TOO_LARGE);
      return TOO_LARGE;
    }
    if (!lane.renew()) return NO_ROOM;
  }
  return ROOM;
}

/** The first `lengthBytes` of `source`; for few bytes a loop is faster than a view and `set`. */
export function copyBytes(
  source: Uint8Array,
  lengthBytes: number,
  target: Uint8Array,
  position: number,
): number {
  if (lengthBytes > 128) target.set(source.subarray(0, lengthBytes), position);
  else for (let i = 0; i < lengthBytes; i++) target[position + i] = source[i];
  return position + lengthBytes;
}

function shapeBytes(shape: CallShape | null, serial: number): number {
  return shape === null || shape.serial === serial ? 0 : shape.definition.length;
}

function contextBytes(context: Context | null, pool: number, serial: number): number {
  let bytes = 0;
  for (let one = context; one !== null; one = one.parent) {
    if (one.serials[pool] !== serial) bytes += one.definition?.length ?? 0;
  }
  return bytes;
}

/** Those of the chain that the open segment does not know, outermost first. */
function undefinedContexts(context: Context, pool: number, serial: number): Context[] {
  const contexts: Context[] = [];
  for (let one: Context | null = context; one !== null; one = one.parent) {
    if (one.serials[pool] !== serial) contexts.unshift(one);
  }
  return contexts;
}
