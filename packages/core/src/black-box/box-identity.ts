/**
 * The identity page of a black box: which process it is of, as a CBOR map behind its length and
 * checksum. Written once, before anything else, and read without trust.
 */

import {
  HEADER_IDENTITY,
  HEADER_IDENTITY_BYTES,
  HEADER_IDENTITY_CRC,
  HEADER_IDENTITY_LENGTH,
} from '../memory/ring-layout.ts';
import { ValueDecoder } from '../record/decode-value.ts';
import { crc32 } from '../snapshot/crc-32.ts';
import { encodeMap } from '../snapshot/encode-map.ts';
import { FieldReader } from '../snapshot/field-reader.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';
import type { ProcessIdentity } from './identity.ts';

export interface BoxIdentity extends ProcessIdentity {
  readonly service: string;
  readonly host: string;
  readonly pid: number;
  readonly ppid: number;
  readonly runId: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly startedAtMs: number;
  readonly mode: 'mirrored' | 'mapped';
}

/** The part of the facts that a black box tells of, beside the process's identity. */
export function boxIdentity(
  facts: RecorderFacts,
  process: ProcessIdentity,
  mode: 'mirrored' | 'mapped',
): BoxIdentity {
  const { service, host, pid, ppid, runId, node, platform, arch, startedAtMs } = facts;
  return { service, host, pid, ppid, runId, node, platform, arch, startedAtMs, mode, ...process };
}

/** Writes the page into a ring's header. What does not fit is left out: the page is a help. */
export function writeIdentity(ring: Uint8Array, identity: BoxIdentity): void {
  const bytes = encodeMap({ ...identity });
  if (bytes.length > HEADER_IDENTITY_BYTES) return;
  ring.set(bytes, HEADER_IDENTITY);
  const view = new DataView(ring.buffer, ring.byteOffset);
  view.setUint32(HEADER_IDENTITY_CRC, crc32(bytes), true);
  view.setUint32(HEADER_IDENTITY_LENGTH, bytes.length, true);
}

/** null where the page is damaged. */
export function readIdentity(untrustedBytes: Uint8Array): BoxIdentity | null {
  if (untrustedBytes.length < HEADER_IDENTITY + HEADER_IDENTITY_BYTES) return null;
  const view = new DataView(untrustedBytes.buffer, untrustedBytes.byteOffset);
  const length = view.getUint32(HEADER_IDENTITY_LENGTH, true);
  if (length === 0 || length > HEADER_IDENTITY_BYTES) return null;
  const bytes = untrustedBytes.subarray(HEADER_IDENTITY, HEADER_IDENTITY + length);
  if (crc32(bytes) !== view.getUint32(HEADER_IDENTITY_CRC, true)) return null;
  try {
    const wrong: string[] = [];
    const map = new FieldReader(new ValueDecoder(bytes).read(), '', wrong);
    return {
      service: map.text('service'),
      host: map.text('host'),
      pid: map.number('pid'),
      ppid: map.number('ppid'),
      runId: map.text('runId'),
      node: map.text('node'),
      platform: map.text('platform'),
      arch: map.text('arch'),
      startedAtMs: map.number('startedAtMs'),
      mode: map.oneOf('mode', ['mirrored', 'mapped'], 'mirrored') as 'mirrored' | 'mapped',
      bootId: map.text('bootId'),
      pidNamespace: map.text('pidNamespace'),
      startTicks: map.number('startTicks'),
    };
  } catch {
    return null;
  }
}
