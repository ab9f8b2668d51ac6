/**
 * A whole snapshot as the chunks that make up its file: header, segments, footer. Gets the header
 * and the captured segments as they are; nothing here touches the ring or a file.
 */

import zlib from 'node:zlib';
import type { CapturedSegment } from '../ring/captured-segment.ts';
import { combineCrc } from './combine-crc.ts';
import type { Compressor } from './compress-frame.ts';
import { type CompressItems, compressAlone, type Frame } from './compress-together.ts';
import { KIND_FOOTER, KIND_HEADER } from './container-layout.ts';
import { type ChunkFacts, describeFrame, encodeSegmentItem, segmentFacts } from './encode-chunk.ts';
import { type EncodedHeader, encodeFooterMap, encodeHeaderMap } from './encode-map.ts';

// Taken at import, so that modules mocked later do not reach the crash path.
const { crc32 } = zlib;

export interface EncodedSnapshot {
  /** The file's bytes, in order. */
  readonly chunks: Uint8Array[];
  readonly bytes: number;
  readonly events: number;
  readonly segments: number;
}

/** Segments may come in any order. They are compressed by `compressor` where nothing else is said. */
export function encodeSnapshot(
  header: EncodedHeader,
  segments: Iterable<CapturedSegment>,
  compressor: Compressor,
  compressItems: CompressItems = compressAlone(compressor),
): EncodedSnapshot {
  const file = new ChunkList();
  const alone = compressAlone(compressor);
  const headerMap = encodeHeaderMap(header);
  for (const frame of alone([headerMap])) {
    file.add({ kind: KIND_HEADER, ordinal: 0 }, headerMap.length, frame);
  }
  const captured = [...segments];
  const items = captured.map(encodeSegmentItem);
  let segmentCount = 0;
  for (const frame of compressItems(items)) {
    const item = segmentCount++;
    file.add(segmentFacts(captured[item], segmentCount), items[item].length, frame);
  }
  const events = captured.reduce((sum, { eventCount }) => sum + eventCount, 0);
  const { bytes, checksum } = file;
  const footer = encodeFooterMap({ segments: segmentCount, events, bytes, checksum });
  for (const frame of alone([footer])) {
    file.add({ kind: KIND_FOOTER, ordinal: segmentCount + 1 }, footer.length, frame);
  }
  return { chunks: file.chunks, bytes: file.bytes, events, segments: segmentCount };
}

/** The file's bytes so far, with their length and CRC-32. */
class ChunkList {
  readonly chunks: Uint8Array[] = [];
  bytes = 0;
  checksum = 0;

  add(facts: ChunkFacts, rawLengthBytes: number, frame: Frame): void {
    const descriptor = describeFrame(facts, rawLengthBytes, frame);
    this.chunks.push(descriptor, frame.bytes);
    this.bytes += descriptor.length + frame.bytes.length;
    // For the 1,024 segments of 64 MiB 2 ms, against 3.4 to 6.5 for one more look at 22 MB (Node 20.20).
    const joined = crc32(descriptor, this.checksum);
    this.checksum = combineCrc(joined, frame.crc, frame.bytes.length);
  }
}
