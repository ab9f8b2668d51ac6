import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openRecording, type RecordedEvent, RecordingError } from '../../src/reader.ts';
import { KIND_HEADER } from '../../src/snapshot/container-layout.ts';
import { cbor, tag } from '../formats/cbor-bytes.ts';
import {
  CLOCK_NS,
  chunk,
  eventOf,
  headerMap,
  recording,
  recordingChunks,
  type SegmentParts,
  WORKER,
} from '../formats/recording-bytes.ts';

const directory = mkdtempSync(join(tmpdir(), 'ttlog-open-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

function refusal(pathOrBytes: string | Uint8Array): string {
  try {
    openRecording(pathOrBytes);
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as Error).message;
  }
  throw new Error('was opened');
}

const xs = (events: Iterable<RecordedEvent>): unknown[] =>
  [...events].map(({ fields }) => fields.x);

/** A segment with an event at each of these times, whose `x` is the time. */
function segmentAt(dts: number[], parts: Partial<SegmentParts> = {}): SegmentParts {
  const records = dts.map((dt) => eventOf(dt, dt));
  return { records, lastDtNs: Math.max(...dts), maxSeverity: 9, ...parts };
}

describe('openRecording', () => {
  it('opens files and bytes alike, large files a piece at a time', () => {
    const noise = Uint8Array.from({ length: 60_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
    const segments = Array.from({ length: 1_200 }, (_, i): SegmentParts => {
      return {
        records: [[i, 9, ['', '', ['x', 'noise']], 0, i, noise]],
        lastDtNs: i,
        isStored: true,
      };
    });
    const bytes = recording({ segments });
    expect(bytes.length).toBeGreaterThan(64 * 2 ** 20);
    const path = fileOf('large.bin', bytes);
    const expected = segments.map((_, i) => i);
    expect(xs(openRecording(bytes).events())).toEqual(expected);
    const opened = openRecording(path);
    expect(xs(opened.events())).toEqual(expected);
    expect(opened.damage).toEqual([]);
    // The file is cut while it is read.
    const descriptor = openSync(path, 'r+');
    ftruncateSync(descriptor, bytes.length >> 1);
    closeSync(descriptor);
    expect([...opened.events()].length).toBeLessThan(700);
    expect(opened.damage.length).toBeGreaterThan(400);
  });

  it('says what a file is that is no recording', () => {
    const plain = recording({ segments: [] });
    const cases: [string, Uint8Array | string, RegExp][] = [
      ['empty.bin', '', /is empty/],
      ['one.bin', 'x', /is text/],
      ['log.txt', 'GET / 200\nGET /pay 500\n', /is text/],
      ['bom.json', '\ufeff{"level":30}', /is JSON text/],
      ['lines.jsonl', '{"level":30,"msg":"hi"}\n', /is JSON text/],
      ['packed.gz', gzipSync(plain), /is gzip data/],
      ['archive.zip', Buffer.from('504b0304140000', 'hex'), /is a zip archive/],
      ['bare.cbor', cbor(tag(55799, headerMap())), /is bare CBOR/],
      ['zeros.bin', new Uint8Array(10_000), /all zeros/],
      ['noise.bin', Buffer.from('fe12bb00ffee11', 'hex'), /does not begin like one/],
      ['cut.bin', plain.subarray(0, 56), /begins like one/],
    ];
    for (const [name, bytes, what] of cases) {
      const path = fileOf(name, bytes);
      expect(refusal(path)).toMatch(what);
      expect(refusal(path)).toContain(path);
      expect(refusal(Uint8Array.from(Buffer.from(bytes)))).toMatch(what);
    }
    expect(refusal(join(directory, 'absent.bin'))).toMatch(/ENOENT/);
  });

  it('reads nothing but regular files', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(refusal(pipe)).toMatch(/is a pipe/);
    expect(refusal(directory)).toMatch(/is a directory/);
    expect(refusal('/dev/zero')).toMatch(/is a device/);
    const loop = join(directory, 'loop');
    symlinkSync(loop, loop);
    expect(refusal(loop)).toMatch(/ELOOP/);
    const socket = join(directory, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(refusal(socket)).toMatch(/is a socket/);
    server.close();
    expect(refusal('/proc/self/mem')).toMatch(/ttlog|read/);
  });

  it('refuses a file larger than any recording without reading it', () => {
    const path = fileOf('sparse.bin', '');
    const descriptor = openSync(path, 'r+');
    ftruncateSync(descriptor, 5 * 2 ** 30);
    closeSync(descriptor);
    expect(refusal(path)).toMatch(/no recording is so large/);
  });

  it('refuses a newer format by name', () => {
    const newer = recording({ header: { format: 7 }, segments: [] });
    expect(refusal(newer)).toBe(
      'the recording is of format version 7; this ttlog reads up to 1; update ttlog-view',
    );
    const container = chunk({ kind: KIND_HEADER, ordinal: 0, version: 2 });
    expect(refusal(container)).toMatch(/container version 2; this ttlog reads up to 1/);
  });

  it('gives every field of a hostile header its type', () => {
    const hostile = {
      service: 5,
      pid: 'x',
      clock: null,
      trigger: { kind: 'evil', thread: {}, ['__proto__']: { polluted: 1 } },
      process: [],
      ring: 7,
      blackBox: { mode: 'yes' },
      losses: null,
      threads: [5, null, { row: 'x', end: 5, losses: { cut: 'x' } }],
      notes: [1, 'kept', null],
      part: undefined,
    };
    const opened = openRecording(recording({ header: hostile, segments: [segmentAt([1])] }));
    const { header } = opened;
    expect(header).toMatchObject({
      service: '',
      pid: 0,
      clock: { monoNs: 0n, wallMs: 0 },
      trigger: { kind: 'request', thread: 0 },
      process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: 0 },
      ring: { bytes: 0, segmentBytes: 0, segments: 0 },
      blackBox: { mode: 'off', reason: '' },
      notes: ['kept'],
      part: 0,
    });
    expect(opened.threads).toHaveLength(3);
    expect(opened.threads[2]).toMatchObject({ row: 0, name: '', parent: 0, losses: { cut: 0 } });
    expect(opened.damage[0].what).toMatch(/fields of the header are missing or wrong: .* more/);
    expect(xs(opened.events())).toEqual([1]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('shows what is there when the header is lost', () => {
    const [, ...others] = recordingChunks({ segments: [segmentAt([1, 2], { thread: WORKER })] });
    const opened = openRecording(Uint8Array.from(Buffer.concat(others)));
    expect(opened.damage.map(({ what }) => what)).toEqual([
      'chunk 0 is missing before this place',
      'the header is lost',
    ]);
    expect(opened.header.service).toBe('unknown');
    expect(opened.threads).toMatchObject([{ row: 1, id: 3, name: 'worker-3' }]);
    const events = [...opened.events()];
    expect(events.map(({ timeNs }) => timeNs - CLOCK_NS + 1_000_000_000n)).toEqual([1n, 2n]);
    expect(events[0].thread).toEqual({ id: 3, name: 'worker-3' });
  });

  it('shares nothing that one consumer could spoil for another', () => {
    const opened = openRecording(recording({ segments: [segmentAt([1, 2])] }));
    const [first] = opened.events();
    expect(Object.isFrozen(first.context)).toBe(true);
    expect(Object.isFrozen(first.thread)).toBe(true);
    first.fields.x = 'changed';
    expect(xs(opened.events())).toEqual([1, 2]);
  });

  it('reads from shared memory what was there when it was opened', () => {
    const bytes = recording({ segments: [segmentAt([1])] });
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const opened = openRecording(shared);
    shared.fill(0);
    expect(xs(opened.events())).toEqual([1]);
  });
});
