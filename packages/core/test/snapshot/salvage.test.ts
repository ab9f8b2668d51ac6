// Recordings that were damaged or spliced: whatever is whole is shown, and the rest is told.

import { compressFrameSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';
import { openRecording, type Recording } from '../../src/reader.ts';
import { KIND_FOOTER, KIND_HEADER, KIND_SEGMENT } from '../../src/snapshot/container-layout.ts';
import { cbor, hex, join, tag } from '../formats/cbor-bytes.ts';
import {
  chunk,
  eventOf,
  recording,
  recordingChunks,
  type SegmentParts,
  segmentOf,
} from '../formats/recording-bytes.ts';

const xs = (opened: Recording): unknown[] => [...opened.events()].map(({ fields }) => fields.x);
const whats = (opened: Recording): string[] => opened.damage.map(({ what }) => what);

/** Six segments with one event each: 0 to 5. */
function sixChunks(parts: Partial<SegmentParts> = {}): Uint8Array[] {
  const segments = [0, 1, 2, 3, 4, 5].map((x) => segmentOf(x, { firstEvent: BigInt(x), ...parts }));
  return recordingChunks({ segments });
}

function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  });
}

describe('salvage', () => {
  it('shows every segment but the damaged ones, however many there are', () => {
    for (let mask = 1; mask < 64; mask++) {
      const chunks = sixChunks();
      const kept: number[] = [];
      for (let x = 0; x < 6; x++) {
        if ((mask >> x) & 1) chunks[x + 1][(x * 7) % 100] ^= 0x10;
        else kept.push(x);
      }
      const opened = openRecording(join(...chunks));
      expect(xs(opened)).toEqual(kept);
      expect(opened.damage.length).toBeGreaterThan(0);
    }
  });

  it('survives a page of zeros or ones anywhere', () => {
    const whole = join(...sixChunks());
    for (const byte of [0x00, 0xff]) {
      for (let at = 0; at < whole.length; at += 16) {
        const changed = Uint8Array.from(whole);
        changed.fill(byte, at, at + 100);
        const opened = openRecording(changed);
        // A hundred bytes touch two chunks at most.
        expect(xs(opened).length).toBeGreaterThanOrEqual(4);
        expect(opened.damage.length).toBeGreaterThan(0);
      }
    }
  });

  it('finds the next chunk where bytes are missing or were put in', () => {
    const whole = join(...sixChunks());
    for (let at = 0; at < whole.length; at += 13) {
      const cut = openRecording(join(whole.subarray(0, at), whole.subarray(at + 30)));
      const grown = openRecording(join(whole.subarray(0, at), noise(30), whole.subarray(at)));
      for (const opened of [cut, grown]) {
        expect(xs(opened).length).toBeGreaterThanOrEqual(4);
        expect(opened.damage.length).toBeGreaterThan(0);
      }
    }
  });

  it('shows chunks in another order, notices what is missing and shows nothing twice', () => {
    const [header, ...rest] = sixChunks();
    const [a, b, c, d, e, f, footer] = rest;
    const swapped = openRecording(join(header, b, a, c, d, e, f, footer));
    expect(xs(swapped)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(whats(swapped).join()).toMatch(/out of order/);
    const doubled = openRecording(join(header, a, b, b, c, d, e, f, footer));
    expect(xs(doubled)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(whats(doubled)).toEqual(['chunk 2 is there twice']);
    const missing = openRecording(join(header, a, d, e, f, footer));
    expect(xs(missing)).toEqual([0, 3, 4, 5]);
    expect(whats(missing)).toEqual(['chunks 2 to 3 are missing before this place']);
    const twoHeaders = openRecording(join(header, header, a, b, c, d, e, f, footer));
    expect(xs(twoHeaders)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(whats(twoHeaders)).toEqual(['chunk 0 is there twice']);
  });

  it('shows the first of two files in one, and says that more follows', () => {
    const opened = openRecording(join(...sixChunks(), ...sixChunks()));
    expect(xs(opened)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(whats(opened)).toEqual([expect.stringMatching(/bytes follow the end/)]);
  });

  it('never takes a recording that was logged for a part of the one around it', () => {
    const inner = recording({ segments: [9, 9, 9, 9, 9].map((x) => segmentOf(x)) });
    const chunks = recordingChunks({
      segments: [segmentOf(0), segmentOf(inner, { isStored: true }), segmentOf(2), segmentOf(3)],
    });
    const whole = join(...chunks);
    expect(xs(openRecording(whole))).toEqual([0, inner, 2, 3]);
    const start = chunks[0].length + chunks[1].length;
    const end = start + chunks[2].length;
    const changed = Uint8Array.from(whole);
    for (let at = start; at < end; at++) {
      changed[at] ^= 0x01;
      const opened = openRecording(changed);
      expect(xs(opened), `byte ${at}`).toEqual([0, 2, 3]);
      expect(opened.damage.length).toBeGreaterThan(0);
      changed[at] ^= 0x01;
    }
    for (let length = start + 1; length < end; length++) {
      expect(xs(openRecording(whole.subarray(0, length))), `${length} bytes`).toEqual([0]);
    }
  });

  it('shows what stands before damage within a segment, and what stands behind one bad event', () => {
    const broken = openRecording(
      recording({
        segments: [{ records: [eventOf(1), eventOf(2), hex('1f'), eventOf(3)] }],
        events: 3,
      }),
    );
    expect(xs(broken)).toEqual([1, 2]);
    expect(whats(broken)).toEqual([
      expect.stringMatching(
        /^chunk 1 \(thread 0\) cannot be read from byte \d+ on \(\d+ bytes\): an array is missing$/,
      ),
    ]);
    const oneBad = openRecording(
      recording({ segments: [{ records: [eventOf(1), eventOf(tag(27, [])), eventOf(3)] }] }),
    );
    expect(xs(oneBad)).toEqual([1, 3]);
    expect(whats(oneBad)).toEqual([expect.stringMatching(/holds an event that cannot be read/)]);
  });

  it('does not repeat itself when walked again', () => {
    const opened = openRecording(
      recording({ segments: [{ records: [eventOf(1), 5] }], events: 2 }),
    );
    expect(xs(opened)).toEqual([1]);
    const once = [...opened.damage];
    expect(xs(opened)).toEqual([1]);
    expect(opened.damage).toEqual(once);
  });
});

describe('descriptors and footers that lie', () => {
  it('are caught where the content says otherwise', () => {
    const lies: [SegmentParts, RegExp][] = [
      [segmentOf(1, { maxSeverity: 5 }), /higher severity than its descriptor says/],
      [{ records: [eventOf(1, 500)], lastDtNs: 400 }, /later events than its descriptor says/],
      [segmentOf(1, { lastDtNs: -5 }), /other times than its content/],
      [segmentOf(1, { preamble: { wallMs: 0 } }), /other times than its content/],
    ];
    for (const [segment, what] of lies) {
      const opened = openRecording(recording({ segments: [segment] }));
      expect(xs(opened)).toEqual([1]);
      expect(whats(opened).join()).toMatch(what);
    }
  });

  it('are caught where lengths, numbers and sums do not add up', () => {
    const chunks = recordingChunks({ segments: [segmentOf(0), segmentOf(1)] });
    const [header, first, second, footer] = chunks;
    const content = join([0x9f], cbor({}), [0xff]);
    const hostile: Partial<Parameters<typeof chunk>[0]>[] = [
      { rawLength: 1 },
      { rawLength: 0 },
      { rawLength: 2 ** 24 },
      { rawLength: 2 ** 32 - 1 },
      { compressedLength: 0 },
      { compressedLength: 1 },
      { compressedLength: 2 ** 31 },
      { compressedLength: 2 ** 32 - 1 },
      { kind: 0 },
      { kind: 9 },
      { version: 9 },
      { ordinal: 2 ** 32 - 1 },
      { frameCrc: 1 },
      { frame: new Uint8Array(0) },
      { frame: Uint8Array.from(compressFrameSync(Buffer.alloc(0))) },
      { content: new Uint8Array(0) },
      { content: Uint8Array.of(0x9f, 0xff) },
      { content: Uint8Array.of(0x80) },
      { firstNs: -(2n ** 63n), lastNs: 2n ** 63n - 1n },
    ];
    for (const parts of hostile) {
      const bad = chunk({ kind: KIND_SEGMENT, ordinal: 1, content, ...parts });
      const opened = openRecording(join(header, bad, second, footer));
      expect(xs(opened)).toEqual(parts.ordinal === undefined ? [1] : expect.anything());
      expect(
        opened.damage.length,
        JSON.stringify(parts, (_, v) => String(v)),
      ).toBeGreaterThan(0);
    }
    expect(first.length).toBeGreaterThan(0);
    const wrongFooter = chunk({
      kind: KIND_FOOTER,
      ordinal: 3,
      content: cbor({ segments: 2, events: 2, bytes: 5, checksum: 0 }),
    });
    const opened = openRecording(join(header, first, second, wrongFooter));
    expect(whats(opened)).toEqual(['the footer does not match what comes before it']);
    const miscounted = openRecording(recording({ segments: [segmentOf(0)], events: 3 }));
    expect(xs(miscounted)).toEqual([0]);
    expect(whats(miscounted)).toEqual(['the footer counts 3 events, but 1 are there']);
  });

  it('are no recording where nothing but a header or a footer is left', () => {
    const chunks = sixChunks();
    const onlyHeader = openRecording(chunks[0]);
    expect(xs(onlyHeader)).toEqual([]);
    expect(whats(onlyHeader)).toEqual(['the file ends before its footer']);
    const badHeader = chunk({ kind: KIND_HEADER, ordinal: 0, content: hex('01').bytes });
    const opened = openRecording(join(badHeader, ...chunks.slice(1)));
    expect(xs(opened)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(whats(opened)[0]).toMatch(/the header cannot be read: a map is missing/);
  });
});
