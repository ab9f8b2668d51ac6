// A black box of two threads, without the empty rows of the thread table, so that what mutates it
// hits something.

import { crc32 } from 'node:zlib';
import {
  HEADER_BYTES,
  HEADER_IDENTITY,
  HEADER_IDENTITY_BYTES,
  HEADER_IDENTITY_CRC,
  HEADER_IDENTITY_LENGTH,
  MIN_ROWS,
  ROW_BYTES,
  SEGMENT_COMMITTED,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_CRC,
  SEGMENT_RECORDS_CRC,
  segmentsOffset,
} from '../../../core/src/memory/ring-layout.ts';
import { mirrorSegment } from '../../../core/src/ring/segment-mirror.ts';
import {
  makeRing,
  NotedFile,
  PlayedThread,
  SEGMENT_BYTES,
} from '../../../core/test/black-box/mirrored-ring.ts';

const SEGMENTS = 5;
/** What stands before the first segment and is ever used; the rest of the thread table is empty. */
const HEAD_BYTES = HEADER_BYTES + 4 * ROW_BYTES;
const TABLE_BYTES = segmentsOffset(MIN_ROWS);

/** The used part of a black box of two threads, as the recorder thread has mirrored it. */
export function usedBox(): Uint8Array {
  const memory = makeRing();
  const threads = [new PlayedThread(memory, 1), new PlayedThread(memory, 2)];
  for (let i = 0; i < 6; i++)
    for (const thread of threads) thread.log(i % 3 === 0 ? 'warn' : 'info');
  const file = new NotedFile(memory);
  file.write(memory.u8.subarray(0, TABLE_BYTES), 0);
  const seen = { lowHalves: new Int32Array(memory.segmentCount) };
  for (let segment = 0; segment < memory.segmentCount; segment++) {
    mirrorSegment(memory, segment, file, seen);
  }
  const segments = file.bytes.subarray(TABLE_BYTES, TABLE_BYTES + SEGMENTS * SEGMENT_BYTES);
  return Uint8Array.from([...file.bytes.subarray(0, HEAD_BYTES), ...segments]);
}

/** The whole file of which `used` is the used part. */
export function wholeBox(used: Uint8Array): Uint8Array {
  if (used.length <= HEAD_BYTES) return used;
  const box = new Uint8Array(TABLE_BYTES + used.length - HEAD_BYTES);
  box.set(used.subarray(0, HEAD_BYTES));
  box.set(used.subarray(HEAD_BYTES), TABLE_BYTES);
  return box;
}

/** Makes checksums right again, of the identity and of each segment, as the bits of `which` say. */
export function repairBox(box: Uint8Array, which: number): Uint8Array {
  if (box.length < TABLE_BYTES) return box;
  const view = new DataView(box.buffer, box.byteOffset, box.length);
  const length = Math.min(view.getUint32(HEADER_IDENTITY_LENGTH, true), HEADER_IDENTITY_BYTES);
  const identity = box.subarray(HEADER_IDENTITY, HEADER_IDENTITY + length);
  if (which & 1) view.setUint32(HEADER_IDENTITY_CRC, crc32(identity), true);
  for (let start = TABLE_BYTES; start + SEGMENT_BYTES <= box.length; start += SEGMENT_BYTES) {
    const committed = Math.min(view.getUint32(start + SEGMENT_COMMITTED, true), SEGMENT_BYTES);
    const records = start + SEGMENT_HEADER_BYTES;
    if (which & 2) {
      const crc = crc32(box.subarray(records, records + committed));
      view.setUint32(start + SEGMENT_RECORDS_CRC, crc, true);
    }
    if (which & 4) {
      const crc = crc32(box.subarray(start, start + SEGMENT_HEADER_CRC));
      view.setUint32(start + SEGMENT_HEADER_CRC, crc, true);
    }
  }
  return box;
}
