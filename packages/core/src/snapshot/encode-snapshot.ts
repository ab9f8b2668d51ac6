/**
 * A whole snapshot as the chunks that make up its file: header, segments, footer. Gets the header
 * and the captured segments as they are; nothing here touches the ring or a file.
 */

import zlib from 'node:zlib';
import type { CapturedSegment } from '../ring/captured-segment.ts';
import type { Compressor } from './compress-frame.ts';
import { KIND_FOOTER, KIND_HEADER } from './container-layout.ts';
import { encodeChunk, encodeSegmentChunk } from './encode-chunk.ts';
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

/** Segments may come in any order and are asked for one at a time. */
export function encodeSnapshot(
  header: EncodedHeader,
  segments: Iterable<CapturedSegment>,
  compressor: Compressor,
): EncodedSnapshot {
  const chunks: Uint8Array[] = [];
  let ordinal = 0;
  let events = 0;
  chunks.push(...encodeChunk({ kind: KIND_HEADER, ordinal }, encodeHeaderMap(header), compressor));
  for (const segment of segments) {
    ordinal++;
    events += segment.eventCount;
    chunks.push(...encodeSegmentChunk(segment, ordinal, compressor));
  }
  const segmentCount = ordinal;
  const footer = encodeFooterMap({ segments: segmentCount, events, ...sumOf(chunks) });
  chunks.push(...encodeChunk({ kind: KIND_FOOTER, ordinal: ordinal + 1 }, footer, compressor));
  return { chunks, bytes: sumOf(chunks).bytes, events, segments: segmentCount };
}

function sumOf(chunks: readonly Uint8Array[]): { bytes: number; checksum: number } {
  let bytes = 0;
  let checksum = 0;
  for (const chunk of chunks) {
    bytes += chunk.length;
    checksum = crc32(chunk, checksum);
  }
  return { bytes, checksum };
}
