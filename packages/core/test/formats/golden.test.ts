// The golden file of each released format: it is read as it was meant, and whatever happens to it
// is noticed. Truncations and flips of single bits are tried one by one, all of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { Mark, openRecording, type RecordedEvent, RecordingError } from '../../src/reader.ts';

const golden = Uint8Array.from(readFileSync(join(import.meta.dirname, 'golden/format-1.bin')));

let originals: RecordedEvent[];
let byTime: Map<string, RecordedEvent[]>;

beforeAll(() => {
  originals = [...openRecording(golden).events()];
  byTime = new Map();
  for (const event of originals) {
    const key = keyOf(event);
    byTime.set(key, [...(byTime.get(key) ?? []), event]);
  }
});

function keyOf(event: RecordedEvent): string {
  return `${event.message} ${event.severity} ${String(event.fields.file)}`;
}

/** An invalid date equals nothing, so it is compared as text. */
function isSame(fields: RecordedEvent['fields'], original: RecordedEvent['fields']): boolean {
  const { noDate, ...others } = fields;
  const { noDate: originalDate, ...originalOthers } = original;
  return String(noDate) === String(originalDate) && isDeepStrictEqual(others, originalOthers);
}

/** What is wrong with how a mutilated golden file was read, or null if all is well. */
function complaint(untrustedBytes: Uint8Array): string | null {
  let recording: ReturnType<typeof openRecording>;
  try {
    recording = openRecording(untrustedBytes);
  } catch (error) {
    return error instanceof RecordingError ? null : `threw ${String(error)}`;
  }
  const isHeaderLost = recording.damage.some(({ what }) => /header/.test(what));
  let count = 0;
  for (const event of recording.events()) {
    count++;
    const candidates = byTime.get(keyOf(event)) ?? [];
    // Names of threads and the clock of the whole stand in the header, others in `late` records,
    // which may be in a segment that is lost.
    const isOriginal = candidates.some((original) => {
      return (
        isSame(event.fields, original.fields) &&
        event.logger === original.logger &&
        event.kind === original.kind &&
        event.timeNs === original.timeNs &&
        event.traceId === original.traceId &&
        event.thread.id === original.thread.id &&
        (isHeaderLost || event.thread.name === original.thread.name)
      );
    });
    if (!isOriginal) return `made up ${event.message}`;
  }
  if (recording.damage.length === 0) return 'noticed nothing';
  return count > originals.length ? 'doubled events' : null;
}

describe('the golden file of format 1', () => {
  it('is read without damage', () => {
    const recording = openRecording(golden);
    expect(originals).toHaveLength(20);
    expect(recording.damage).toEqual([]);
    expect(recording.footer).toMatchObject({ segments: 4, events: 20 });
    expect(recording.header).toMatchObject({
      format: 1,
      service: 'golden',
      pid: 4242,
      reason: 'uncaught exception',
      trigger: { kind: 'uncaughtException', thread: 3, origin: 'worker' },
      clock: { monoNs: 5_000_000_000_000n, wallMs: 1_700_000_000_000 },
      notes: ['TTLOG_MEMORY_BYTES was ignored: "lots"'],
    });
    expect(recording.header.error).toBeInstanceOf(TypeError);
    expect(recording.threads.map(({ name, end }) => [name, end?.exitCode])).toEqual([
      ['main', undefined],
      ['resize', 1],
    ]);
    expect(recording.losses.beforeStart).toBe(2);
  });

  it('is merged by monotonic time, whatever the wall clock did', () => {
    const messages = originals.map(({ message }) => message);
    expect(messages.indexOf('out of memory')).toBe(5);
    expect(originals[5].timeNs - originals[4].timeNs).toBeGreaterThan(4_999_000_000n);
    const others = originals.filter(({ message }) => message !== 'out of memory');
    const times = others.map(({ timeNs }) => timeNs);
    expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
    expect(times[0]).toBe(1_699_999_999_000_000_000n);
    expect(openRecording(golden).endNs).toBe(originals[5].timeNs);
  });

  it('has the contexts that were in force, with what came late', () => {
    const login = originals.find(({ fields }) => fields.route === '/login');
    expect(login?.context).toEqual({ requestId: 'r-1', user: 8, route: '/pay', step: 'auth' });
    expect(login?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(login?.spanId).toBe('0000000000000009');
    expect(login?.traceFlags).toBe(1);
    const query = originals.find(({ message }) => message === 'slow query');
    expect(query?.context).toEqual({ requestId: 'r-1', route: '/pay', user: 9 });
    expect(query?.spanId).toBeUndefined();
  });

  it('has the kinds, levels and loggers that were logged', () => {
    const seen = originals
      .filter(({ logger }) => logger !== 'resize')
      .map(({ kind, level, logger, message }) => [kind, level, logger, message]);
    expect(seen).toEqual([
      ['log', 'info', 'http', 'request served'],
      ['log', 'debug', 'http', 'request served'],
      ['log', 'warn', 'db', 'slow query'],
      ['span-start', 'info', 'http', 'GET /pay'],
      ['log', 'error', '', '\udc00'],
      ['span-end', 'info', 'http', 'GET /pay'],
      ['log', 'trace', '', 'all values'],
    ]);
  });

  it('has every value as it was', () => {
    const { fields } = originals.find(({ message }) => message === 'all values') as RecordedEvent;
    const { error, aggregate, nested, noDate, sparse, ...others } = fields;
    expect(others).toStrictEqual({
      small: 23,
      large: Number.MAX_SAFE_INTEGER,
      negative: -Number.MAX_SAFE_INTEGER,
      wideHead: 7,
      minusZero: -0,
      nan: NaN,
      infinity: Infinity,
      fraction: 0.1,
      single: 1.5,
      half: -2,
      bigZero: 0n,
      big: 2n ** 70n,
      bigNegative: -(2n ** 70n),
      text: 'naïve ✈ 𝒳 \u0000',
      illFormed: 'a\ud800',
      yes: true,
      no: false,
      nothing: null,
      missing: undefined,
      date: new Date(1_700_000_000_123),
      farDate: new Date(8.64e15),
      bytes: Uint8Array.of(1, 2, 255),
      shorts: Int16Array.of(-1, 1),
      doubles: Float64Array.of(1.5),
      bigs: BigUint64Array.of(1n),
      set: new Set([1, 'a']),
      map: new Map<unknown, unknown>([
        ['k', 1],
        [[1], { deep: true }],
      ]),
      cut: new Mark('cut', '', 'begin', 100_000),
      circular: new Mark('circular'),
      threw: new Mark('threw', 'Error: no'),
      function: new Mark('function', 'save'),
      symbol: new Mark('symbol', 'tag'),
      opaque: new Mark('opaque', 'Promise'),
      lazy: new Mark('not-evaluated', 'info'),
    });
    expect(String(noDate)).toBe('Invalid Date');
    expect(1 in (sparse as unknown[])).toBe(false);
    expect(sparse).toHaveLength(3);
    expect(Object.getOwnPropertyNames(nested)).toEqual(['7', 'list', '__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(error as object)).toEqual(['name', 'code']);
    expect((error as Error).cause).toBeInstanceOf(RangeError);
    expect((error as Error).stack).toBe('AppError: no money\n    at pay.js:3');
    expect((aggregate as AggregateError).errors).toEqual(['one']);
  });

  it('is noticed to be cut short, wherever it is cut', () => {
    const complaints: string[] = [];
    for (let length = 0; length < golden.length; length++) {
      const what = complaint(golden.subarray(0, length));
      if (what !== null) complaints.push(`at ${length}: ${what}`);
    }
    expect(complaints).toEqual([]);
  });

  it('is noticed to be changed, whichever bit is flipped', () => {
    const complaints: string[] = [];
    const changed = Uint8Array.from(golden);
    for (let bit = 0; bit < golden.length * 8; bit++) {
      changed[bit >> 3] ^= 1 << (bit & 7);
      const what = complaint(changed);
      if (what !== null) complaints.push(`bit ${bit}: ${what}`);
      changed[bit >> 3] ^= 1 << (bit & 7);
    }
    expect(complaints).toEqual([]);
  });

  it('is noticed to have more at its end, a second recording included', () => {
    expect(complaint(Uint8Array.of(...golden, 0))).toBeNull();
    expect(complaint(Uint8Array.of(...golden, ...golden))).toBeNull();
  });
});
