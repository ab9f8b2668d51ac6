/**
 * Collects what `late` records add to contexts, from all segments of a recording: the context
 * may stand in another segment than what was said about it later.
 */

import { type EventBounds, SegmentDecoder } from '../record/decode-segment.ts';
import type { ContextUid, LateFields } from '../record/effective-context.ts';
import { assignOwn, type PlainObject } from '../record/own-property.ts';
import { RECORD_LATE } from '../record/record-layout.ts';
import type { ByteSource } from './byte-source.ts';
import type { DamageList } from './damage-list.ts';
import { inflateSegment, type SegmentChunk } from './segment-chunk.ts';
import { SpareRoom } from './spare-room.ts';

/** Fields kept in all; more only a hostile file has. */
const MAX_FIELDS = 1 << 18;

const LATE_BYTES: Buffer = Buffer.from(RECORD_LATE);
/** The byte before the name: as the head of a text, or as the length after one. */
const SHORT_TEXT_HEAD: number = 0x60 | LATE_BYTES.length;
const LONG_TEXT_LENGTH: number = LATE_BYTES.length;

const NO_EVENT: EventBounds = { minSeverity: Infinity, minDtNs: 0, maxDtNs: 0 };
const NO_FIELDS: LateFields = new Map();

/** All late fields by the context that they belong to. Damage is left to whoever walks events. */
export function collectLateFields(
  source: ByteSource,
  segments: readonly SegmentChunk[],
  damage: DamageList,
): LateFields {
  const byUid = new Map<ContextUid, PlainObject>();
  let room = MAX_FIELDS;
  const add = (uid: ContextUid, fields: PlainObject): void => {
    room -= 1 + Object.keys(fields).length;
    if (room < 0) return;
    const known = byUid.get(uid);
    if (known === undefined) byUid.set(uid, fields);
    else assignOwn(known, fields);
  };
  const spare = new SpareRoom();
  const takeRoom = (lengthBytes: number): Uint8Array => spare.take(lengthBytes);
  for (const segment of segments) {
    try {
      const { content, recordsEnd } = inflateSegment(source, segment, damage, takeRoom);
      // What is decoded is a copy, so the next one may have its room.
      spare.give(content);
      if (!mayHoldLateRecord(content)) continue;
      const { recordsStart } = segment;
      new SegmentDecoder(content, recordsStart, recordsEnd, () => NO_FIELDS, add).advance(NO_EVENT);
    } catch {
      // What came before is kept; the walk over the events reports the same damage.
    }
  }
  return byUid;
}

/** A search for the name is many times faster than walking over all events. */
function mayHoldLateRecord(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  let at = bytes.indexOf(LATE_BYTES);
  while (at !== -1) {
    if (bytes[at - 1] === SHORT_TEXT_HEAD || bytes[at - 1] === LONG_TEXT_LENGTH) return true;
    at = bytes.indexOf(LATE_BYTES, at + 1);
  }
  return false;
}
