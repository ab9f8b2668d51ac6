// Times calls: rounds of each subject alternate, so that what the machine does meanwhile strikes
// all of them alike. Each subject gets loops of its own, so that V8 inlines its call as it would
// in an application and learns nothing from the others.

import { performance } from 'node:perf_hooks';
import type { Plan } from './case.ts';
import { quantile } from './figure.ts';
import { collectYoungGarbage } from './garbage.ts';

/** Something that is called many times. */
export interface Subject {
  readonly name: string;
  readonly call: (i: number) => void;
  /** Default CALLS_A_ROUND; fewer for what takes microseconds. */
  readonly callsARound?: number;
  /** Runs a loop in the surroundings that the call needs. */
  readonly around?: (loop: () => void) => void;
  /** Resolves once everything that was logged is where it belongs. */
  readonly settle?: () => Promise<void>;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What was measured of one subject, one element a round. */
export interface Timed {
  /** All calls ever made, of warming up too. */
  calls: number;
  /** Mean of a call, in ns. */
  readonly callNs: number[];
  /** The same until the subject has settled; equal where it needs not. */
  readonly settledNs: number[];
  /** Of single calls, each with one reading of the clock in it. */
  readonly latencies: Percentiles[];
}

interface Loops {
  readonly subject: Subject;
  readonly timed: Timed;
  readonly run: (from: number, to: number) => void;
  readonly sample: (from: number, timesMs: Float64Array, now: () => number) => void;
}

const CALLS_A_ROUND = 100_000;
const LATENCY_CALLS_A_ROUND = 20_000;
/** A million calls, so that every page of a ring has been touched before the first round counts. */
const WARM_UP_ROUNDS = 10;
const ROUNDS = { mean: 41, latency: 11 };
const QUICK_ROUNDS = { mean: 9, latency: 3 };
/** A quick run makes this part of the calls in each round. */
const QUICK_PART = 4;
/** Enough samples for a profile of one subject. */
const PROFILE_ROUNDS = { mean: 200, latency: 0 };

const nowMs = performance.now.bind(performance);

/** Measures all subjects in rounds that alternate; the order turns from round to round. */
export async function interleave(
  subjects: readonly Subject[],
  plan: Plan,
): Promise<Map<Subject, Timed>> {
  const measured = plan.isProfile ? subjects.slice(0, 1) : subjects;
  const rounds = plan.isProfile ? PROFILE_ROUNDS : plan.isQuick ? QUICK_ROUNDS : ROUNDS;
  const loops = measured.map(makeLoops);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const each of loops) await timeRound(each, callsARound(each));
  }
  for (const { timed } of loops) {
    timed.callNs.length = 0;
    timed.settledNs.length = 0;
  }
  for (let round = 0; round < rounds.mean; round++) {
    for (const each of turned(loops, round)) {
      await timeRound(each, Math.ceil(callsARound(each) / (plan.isQuick ? QUICK_PART : 1)));
    }
  }
  for (let round = 0; round < rounds.latency; round++) {
    for (const each of turned(loops, round)) await sampleRound(each, plan);
  }
  // Under the profiler those left out show the figures of the first.
  const byName = new Map(subjects.map((subject) => [subject, loops[0].timed]));
  for (const { subject, timed } of loops) byName.set(subject, timed);
  return byName;
}

function makeLoops(subject: Subject): Loops {
  // Functions of different source share no feedback, whatever V8 caches.
  const name = `// ${JSON.stringify(subject.name)}`;
  const run = new Function(
    'call',
    `return (from, to) => { for (let i = from; i < to; i++) call(i); }; ${name}`,
  );
  const sample = new Function(
    'call',
    `return (from, timesMs, now) => {
      for (let i = 0; i < timesMs.length; i++) {
        const before = now();
        call(from + i);
        timesMs[i] = now() - before;
      }
    }; ${name}`,
  );
  return {
    subject,
    timed: { calls: 0, callNs: [], settledNs: [], latencies: [] },
    run: run(subject.call),
    sample: sample(subject.call),
  };
}

async function timeRound({ subject, timed, run }: Loops, calls: number): Promise<void> {
  const { around = runAtOnce } = subject;
  const from = timed.calls;
  collectYoungGarbage();
  let calledMs = 0;
  const beganMs = nowMs();
  around(() => {
    run(from, from + calls);
    calledMs = nowMs();
  });
  await subject.settle?.();
  const settledMs = subject.settle === undefined ? calledMs : nowMs();
  timed.calls += calls;
  timed.callNs.push(((calledMs - beganMs) * 1e6) / calls);
  timed.settledNs.push(((settledMs - beganMs) * 1e6) / calls);
}

async function sampleRound(each: Loops, plan: Plan): Promise<void> {
  const { subject, timed, sample } = each;
  const { around = runAtOnce } = subject;
  const most = LATENCY_CALLS_A_ROUND / (plan.isQuick ? QUICK_PART : 1);
  const timesMs = new Float64Array(Math.min(callsARound(each), most));
  collectYoungGarbage();
  around(() => sample(timed.calls, timesMs, nowMs));
  await subject.settle?.();
  timed.calls += timesMs.length;
  timesMs.sort();
  timed.latencies.push({
    p50: quantile(timesMs, 0.5) * 1e6,
    p99: quantile(timesMs, 0.99) * 1e6,
    p999: quantile(timesMs, 0.999) * 1e6,
    max: timesMs[timesMs.length - 1] * 1e6,
  });
}

function callsARound({ subject }: Loops): number {
  return subject.callsARound ?? CALLS_A_ROUND;
}

function runAtOnce(loop: () => void): void {
  loop();
}

function turned<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
