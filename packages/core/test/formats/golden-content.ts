// What the golden file of format version 1 holds: every kind of record and of value, two threads,
// two pools, both kinds of frames.

import { cbor, float64, hex, map, tag, wide } from './cbor-bytes.ts';
import { MAIN, type RecordingParts, WORKER } from './recording-bytes.ts';

/** Context uids: incarnation of the thread's row and a counter. */
const REQUEST = 2 ** 32 + 1;
const STEP = 2 ** 32 + 2;
const JOB = 2 * 2 ** 32 + 1;

const TRACE_ID = Uint8Array.from(Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex'));
const SPAN_ID = Uint8Array.from(Buffer.from('b7ad6b7169203331', 'hex'));

const PRIVATE = 0x54746c00;

/** One of each, by the name of its field. */
export const VALUES: { [key: string]: unknown } = {
  small: 23,
  large: Number.MAX_SAFE_INTEGER,
  negative: -Number.MAX_SAFE_INTEGER,
  wideHead: wide(7, 8),
  minusZero: float64(-0),
  nan: float64(NaN),
  infinity: float64(Infinity),
  fraction: float64(0.1),
  single: hex('fa 3fc00000'),
  half: hex('f9 c000'),
  bigZero: 0n,
  big: 2n ** 70n,
  bigNegative: -(2n ** 70n),
  text: 'naïve ✈ 𝒳 \u0000',
  illFormed: tag(273, Uint8Array.of(0x61, 0xed, 0xa0, 0x80)),
  yes: true,
  no: false,
  nothing: null,
  missing: undefined,
  date: tag(1, float64(1_700_000_000.123)),
  farDate: tag(PRIVATE + 8, 8.64e15),
  noDate: tag(PRIVATE + 8, null),
  bytes: Uint8Array.of(1, 2, 255),
  shorts: tag(77, Uint8Array.of(255, 255, 1, 0)),
  doubles: tag(86, Uint8Array.from(new Uint8Array(Float64Array.of(1.5).buffer))),
  bigs: tag(71, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)),
  set: tag(258, [1, 'a']),
  map: tag(259, map(['k', 1], [[1], { deep: true }])),
  error: tag(PRIVATE + 1, {
    name: 'AppError',
    message: 'no money',
    stack: 'AppError: no money\n    at pay.js:3',
    cause: tag(PRIVATE + 1, { name: 'RangeError', message: 'low', stack: 'RangeError: low' }),
    properties: { code: 'E_MONEY', name: 'shown' },
  }),
  aggregate: tag(PRIVATE + 1, { name: 'AggregateError', message: '', stack: '', errors: ['one'] }),
  cut: tag(PRIVATE + 2, ['begin', 100_000]),
  circular: tag(PRIVATE + 3, null),
  threw: tag(PRIVATE + 4, 'Error: no'),
  function: tag(PRIVATE + 5, 'save'),
  symbol: tag(PRIVATE + 6, 'tag'),
  sparse: [1, tag(PRIVATE + 7, null), 3],
  opaque: tag(PRIVATE + 9, 'Promise'),
  lazy: tag(PRIVATE + 10, 'info'),
  nested: { list: [{ x: [] }], ['__proto__']: { polluted: true }, constructor: 1, 7: 'seven' },
};

const mainNormal = [
  ['shape', 0, 'http', 'request served', ['route', 'ms', 'ok']],
  ['context', REQUEST, null, { requestId: 'r-1', user: 7 }, TRACE_ID, SPAN_ID, 1],
  [
    'context',
    STEP,
    REQUEST,
    { step: 'auth', user: 8 },
    null,
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9),
    null,
  ],
  ['shape', 1, 'http', 'GET /pay', ['spanId']],
  ['shape', 2, 'http', 'GET /pay', []],
  [wide(10, 4), 9, 1, 1, '/pay', 12.5, true],
  [1_000, 5, 1, 2, '/login', 3, false],
  ['future', { of: ['the', 'format'] }, 1],
  [2_000, 9, 2, 0, 'a1'],
  [wide(3_000, 8), 9, 3, wide(0, 2)],
  [4_000, 1, ['', 'all values', Object.keys(VALUES)], 0, ...Object.values(VALUES)],
];

const mainWarnings = [
  ['late', REQUEST, { route: '/pay', user: 9 }],
  ['late', 999, { nobody: 'knows' }],
  [
    1_500,
    13,
    ['db', 'slow query', ['ms']],
    [REQUEST, null, { requestId: 'r-1' }, TRACE_ID, null, 0],
    912,
  ],
  [2_500, 17, ['', tag(273, Uint8Array.of(0xed, 0xb0, 0x80)), ['__proto__', 'toString']], 0, 1, 2],
];

const workerNormal = [
  ['shape', 0, 'resize', 'image resized', ['file', 'kb']],
  ['context', JOB, null, null, null, null, null],
  ...Array.from({ length: 12 }, (_, i) => [i * 500, 9, 1, i % 2, `image-${i}.png`, i * 10]),
];

// The wall clock was set forward by five seconds before this one.
const workerWarnings = [[100, 21, ['resize', 'out of memory', []], 0]];

export const GOLDEN_PARTS: RecordingParts = {
  segments: [
    {
      thread: MAIN,
      pool: 0,
      records: mainNormal,
      firstEvent: 40n,
      lastDtNs: 4_000,
      maxSeverity: 9,
      isStored: true,
    },
    { thread: MAIN, pool: 1, records: mainWarnings, lastDtNs: 3_000, maxSeverity: 17 },
    { thread: WORKER, pool: 0, records: workerNormal, lastDtNs: 5_500, maxSeverity: 9 },
    {
      thread: WORKER,
      pool: 1,
      records: workerWarnings,
      ageNs: 999_999_000n,
      wallShiftMs: 5_000,
      lastDtNs: 100,
      maxSeverity: 21,
    },
  ],
};

/** Bytes of one item, for tests of single values. */
export function bytesOfValue(name: string): Uint8Array {
  return cbor(VALUES[name]);
}
