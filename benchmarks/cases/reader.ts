// How fast a snapshot is read: all of it, beside cbor-x decoding the same events from an array of
// objects, and by a filter, which the index of segments answers.

import { performance } from 'node:perf_hooks';
import { type EventQuery, openRecording } from 'ttlog/reader';
import type { Case, CaseTable, Plan } from '../runner/case.ts';
import { FIGURE, type Figure, ratios, summarize } from '../runner/figure.ts';
import { collectGarbage } from '../runner/garbage.ts';
import { loadPeer } from '../runner/peers.ts';
import { checkStored } from './check-stored.ts';
import { type EventObject, eventObjects } from './event-objects.ts';
import { fillRing } from './fill-ring.ts';
import { isLoggedEvent } from './logged-event.ts';

const RING_BYTES = 16 * 1024 * 1024;
/** Of a service in good health one event in a thousand is a warning. */
const WARN_EVERY = 1000;
const ROUNDS = 11;
const QUICK_ROUNDS = 3;

/** Opens the bytes and walks over what fits; every field of every event is looked at. */
function walk(bytes: Uint8Array, query: EventQuery): number {
  let events = 0;
  let sum = 0;
  for (const event of openRecording(bytes).events(query)) {
    events++;
    sum += event.severity;
    for (const key in event.fields) if (event.fields[key] === undefined) sum++;
  }
  return sum > 0 ? events : 0;
}

interface Reading {
  /** Events a second, of all events in the recording. */
  readonly rate: number;
  readonly events: number;
}

function time(run: () => number, eventsOfAll: number | null): Reading {
  collectGarbage();
  const startedMs = performance.now();
  const events = run();
  const seconds = (performance.now() - startedMs) / 1000;
  return { rate: (eventsOfAll ?? events) / seconds, events };
}

const decode: Case = {
  what: 'all events of a full ring of 16 MiB, beside cbor-x on an array of objects',
  usesPeers: true,
  async measure(plan) {
    const { recorder, calls } = fillRing(RING_BYTES, WARN_EVERY);
    const stored = await checkStored(recorder, calls, isLoggedEvent, plan);
    const bytes = await recorder.capture();
    await recorder.stop();
    const cborX = loadPeer<{
      encode(value: unknown): Uint8Array;
      decode(bytes: Uint8Array): EventObject[];
    }>('cbor-x');
    const objects = cborX.encode(eventObjects(openRecording(bytes).events(), Infinity));
    const [own, other] = alternate(
      plan,
      () => time(() => walk(bytes, {}), null),
      () => time(() => cborX.decode(objects).length, null),
    );
    const faults = [...stored.faults];
    if (own.events !== other.events) faults.push(`${own.events} events, cbor-x ${other.events}`);
    const figures: Figure[] = [
      summarize('decoded', '/s', own.rates),
      summarize(FIGURE.timesCborX, '×', ratios(own.rates, other.rates)),
      summarize('cbor-x', '/s', other.rates),
    ];
    return { stored: { ...stored, faults }, figures };
  },
};

/** A filter beside the full decode: how many events a second it gets over. */
function filter(what: string, queryOf: (bytes: Uint8Array) => EventQuery): Case {
  return {
    what,
    async measure(plan) {
      const { recorder, calls } = fillRing(RING_BYTES, WARN_EVERY);
      const stored = await checkStored(recorder, calls, isLoggedEvent, plan);
      const bytes = await recorder.capture();
      await recorder.stop();
      const query = queryOf(bytes);
      const all = openRecording(bytes).footer!.events;
      const [own, other] = alternate(
        plan,
        () => time(() => walk(bytes, query), all),
        () => time(() => walk(bytes, {}), all),
      );
      const expected = countByHand(bytes, query);
      const faults = [...stored.faults];
      if (own.events !== expected) faults.push(`${own.events} events fit, not ${expected}`);
      const figures: Figure[] = [
        summarize(FIGURE.eventsGoneOver, '/s', own.rates),
        summarize(FIGURE.timesFullDecode, '×', ratios(own.rates, other.rates)),
        summarize('full decode', '/s', other.rates),
      ];
      const notes = [`${own.events} of ${all} events fit`];
      return { stored: { ...stored, faults }, figures, notes };
    },
  };
}

function countByHand(bytes: Uint8Array, { minLevel, sinceNs = 0n, untilNs }: EventQuery): number {
  let count = 0;
  for (const { level, timeNs } of openRecording(bytes).events()) {
    const isLate = untilNs !== undefined && timeNs > untilNs;
    if (timeNs >= sinceNs && !isLate && (minLevel === undefined || level === minLevel)) count++;
  }
  return count;
}

interface Series {
  readonly rates: number[];
  events: number;
}

function alternate(plan: Plan, own: () => Reading, other: () => Reading): [Series, Series] {
  const series: [Series, Series] = [
    { rates: [], events: 0 },
    { rates: [], events: 0 },
  ];
  for (let round = -2; round < (plan.isQuick ? QUICK_ROUNDS : ROUNDS); round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const side of order) {
      if (side === 1 && plan.isProfile) continue;
      const { rate, events } = (side === 0 ? own : other)();
      if (round >= 0) series[side].rates.push(rate);
      series[side].events = events;
    }
  }
  return series;
}

/** The middle hundredth of the time that the recording spans. */
function middleHundredth(bytes: Uint8Array): EventQuery {
  const recording = openRecording(bytes);
  const { timeNs: firstNs } = recording.events().next().value!;
  const spanNs = recording.endNs - firstNs;
  const sinceNs = firstNs + spanNs / 2n;
  return { sinceNs, untilNs: sinceNs + spanNs / 100n };
}

export const READER: CaseTable = {
  'reader/decode': decode,
  'reader/filter-level': filter('the warnings, one event in a thousand', () => {
    return { minLevel: 'warn' };
  }),
  'reader/filter-time': filter('the middle hundredth of the recorded time', middleHundredth),
};
