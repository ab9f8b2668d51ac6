/**
 * Reads the segments of a mapped black box whose process may write meanwhile: header, records up to
 * the committed length, header again. One that was given to another owner in between is left out.
 */

import fs from 'node:fs';
import {
  SEGMENT_COMMITTED,
  SEGMENT_HEADER_BYTES,
  SEGMENT_WORD,
  segmentsOffset,
} from '../memory/ring-layout.ts';
import { wordGeneration, wordRow } from '../memory/segment-word.ts';
import { STEP_BYTES, type Steps } from '../snapshot/steps.ts';
import { geometryFromHeader } from './box-geometry.ts';

const { readSync } = fs;

/** `untrustedBytes` is what was read of the file at once; its segments are brought in order. */
export function* readSegments(descriptor: number, untrustedBytes: Uint8Array): Steps<void> {
  const geometry = geometryFromHeader(untrustedBytes);
  if (geometry === null) return;
  const { rowCount, segmentBytes, segmentCount } = geometry;
  const view = new DataView(untrustedBytes.buffer, untrustedBytes.byteOffset);
  const again = new DataView(new ArrayBuffer(8));
  const segmentsPerStep = Math.ceil(STEP_BYTES / segmentBytes);
  for (let segment = 0; segment < segmentCount; segment++) {
    const offset = segmentsOffset(rowCount) + segment * segmentBytes;
    if (offset + SEGMENT_HEADER_BYTES > untrustedBytes.length) return;
    readSync(descriptor, untrustedBytes, offset, SEGMENT_HEADER_BYTES, offset);
    const committed = view.getUint32(offset + SEGMENT_COMMITTED, true);
    const start = offset + SEGMENT_HEADER_BYTES;
    const room = Math.min(segmentBytes - SEGMENT_HEADER_BYTES, untrustedBytes.length - start);
    const length = Math.min(committed, room);
    if (length > 0) readSync(descriptor, untrustedBytes, start, length, start);
    again.setBigUint64(0, 0n);
    readSync(descriptor, again, 0, 8, offset + SEGMENT_WORD);
    const word = view.getBigUint64(offset + SEGMENT_WORD, true);
    if (!isSameTenant(word, again.getBigUint64(0, true))) {
      view.setBigUint64(offset + SEGMENT_WORD, 0n, true);
    }
    if (segment % segmentsPerStep === 0) yield;
  }
}

function isSameTenant(word: bigint, again: bigint): boolean {
  return wordGeneration(word) === wordGeneration(again) && wordRow(word) === wordRow(again);
}
