// One recording with something of everything, whose output every format is held to.

import { Mark, type WritableEvent, writeRecording } from 'ttlog/reader';
import { SAMPLE_MS, SAMPLE_NS, sampleError, sampleHeader, sampleThread } from './sample.ts';

const MAIN = { id: 0, name: 'main' };
const WORKER = { id: 1, name: 'images' };

const EVENTS: readonly WritableEvent[] = [
  { timeNs: SAMPLE_NS, level: 'info', message: 'listening', fields: { port: 8080 }, thread: MAIN },
  {
    timeNs: SAMPLE_NS + 1_234_567n,
    level: 'debug',
    logger: 'http',
    message: 'request served',
    fields: {
      route: '/pay?id=7',
      ms: 12.5,
      ok: true,
      cached: false,
      user: { id: 7n, tags: ['a b'] },
    },
    context: { requestId: 'r-1' },
    thread: MAIN,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: 1,
  },
  {
    timeNs: SAMPLE_NS + 2_000_000_001n,
    level: 'warn',
    logger: 'images',
    message: 'odd values',
    fields: {
      text: '5',
      empty: '',
      big: 2n ** 70n,
      nan: Number.NaN,
      minusZero: -0,
      at: new Date(SAMPLE_MS),
      nothing: null,
      missing: undefined,
      set: new Set([1, 'a']),
      map: new Map([['k', { deep: [] }]]),
      bytes: new Uint8Array([1, 2, 255]),
      floats: new Float32Array([0.5]),
      self: new Mark('circular'),
      long: new Mark('cut', '', 'begin', 9000),
      time: 'a name of ours',
    },
    thread: WORKER,
  },
  {
    timeNs: SAMPLE_NS + 86_400_000_000_000n,
    level: 'error',
    logger: 'http',
    message: 'charge failed\nfor "them" \x1b[31m',
    fields: {
      err: sampleError('no route', { code: 'E_NO', cause: sampleError('network down') }),
      'odd key': '\u202e',
    },
    thread: MAIN,
  },
  {
    timeNs: SAMPLE_NS + 86_400_000_500_000n,
    level: 'fatal',
    message: 'giving up',
    thread: MAIN,
  },
];

export function goldenRecording(): Uint8Array {
  const error = sampleError('poisoned request');
  const atMs = SAMPLE_MS + 86_400_001;
  const losses = { overwritten: 1200, refused: 0, tooLarge: 3, cut: 1, torn: 1, lagged: 0 };
  const threads = [
    sampleThread({ ...MAIN, attempted: 1207, losses }),
    sampleThread({
      ...WORKER,
      parent: 0,
      startedAtMs: SAMPLE_MS - 5000,
      end: { kind: 'exited', exitCode: 1 },
      attempted: 1,
    }),
  ];
  const header = sampleHeader({
    takenAtMs: atMs,
    clock: { monoNs: 86_460_001_000_000n, wallMs: atMs },
    reason: 'uncaughtException',
    trigger: { kind: 'uncaughtException', thread: 0 },
    error,
    losses: { ...losses, lapped: 0, beforeStart: 2 },
    threads,
    notes: ['TTLOG_MEMORY_BYTES="lots" was ignored'],
  });
  return writeRecording({ header, events: EVENTS });
}
