// SIGKILL at random moments while four threads write, and what the black box then holds. What must
// be in it is known from acknowledgements that the threads wrote after their calls returned.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording, type Recording, recoverBlackBox } from 'ttlog/reader';
import { afterAll, describe, expect, test } from 'vitest';
import { type Acknowledged, isWarning, KillOracle, type Pace, textOf } from './kill-oracle.ts';
import { type Death, type Life, liveAndDie } from './killed-process.ts';

const IS_LONG = process.env.TTLOG_TEST_LONG !== undefined;
const KILLS = Number(process.env.TTLOG_TEST_KILLS ?? (IS_LONG ? 10_000 : 100));
const SEED = Number(process.env.TTLOG_TEST_SEED ?? 1);
const PERIOD_MS = 50;
/** Beyond the period: the recorder thread's own work, and the kill itself. On top comes … */
const SLACK_MS = 100;
/** … so many times what a timer of this process was late while the child lived … */
const LATENESS_PART = 3;
/** A warning whose write takes longer than this is left to the recorder thread, … */
const SLOW_WRITE_NS = 5e6;
/** … and after two in a row all of the thread's for so long: then they are like other events. */
const REST_NS = 1e9;
/** One kill in ten comes without waiting for all threads to have begun. */
const MAX_START_MS = 300;
/** A turn takes a quarter of a second. */
const MAX_TURN_MS = 4000;
/** One box in so many is also looked at as it is, before it is recovered. */
const LOOK_EVERY = 10;

const PACES: readonly Pace[] = [
  { name: 'paced', bytes: 4 << 20, segmentBytes: 64 << 10 },
  { name: 'wrapping', bytes: 512 << 10, segmentBytes: 8 << 10 },
];

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-kill-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

describe.each([
  // The mapped file needs nobody's help, so its lives may be short, and several at once: while one
  // starts, which takes one processor, another one is waited for. Those of the mirrored one take
  // some periods of the recorder thread; longer ones show nothing else, but more events to check.
  // And each has the processors for itself: beside the eight busy threads of two others its recorder
  // thread came round once in 180 ms.
  {
    mode: 'mirrored',
    livesAtOnce: 1,
    lifeMs: 3 * PERIOD_MS,
    promise: 'no acknowledged warning, and nothing older than the period',
  },
  { mode: 'mapped', livesAtOnce: 3, lifeMs: 60, promise: 'no acknowledged event of any level' },
] as const)('a $mode black box', ({ mode, livesAtOnce, lifeMs, promise }) => {
  test(`loses ${promise} in ${KILLS} kills`, {
    timeout: KILLS * MAX_TURN_MS,
  }, async () => {
    const figures = new Figures();
    let hasFailed = false;
    const startedMs = performance.now();
    const random = randomNumbers(SEED);
    const lives = Array.from({ length: KILLS }, (_, index): Life => {
      const isEarly = random() < 0.1;
      const lengthMs = random() * (isEarly ? MAX_START_MS : lifeMs);
      const pace = PACES[index % PACES.length];
      return { mode, pace, directory: join(root, `${mode}-${index}`), isEarly, lengthMs };
    }).entries();
    const takeTurns = async () => {
      for (const [index, life] of lives) {
        if (hasFailed) return;
        fs.mkdirSync(life.directory);
        try {
          check(life, await liveAndDie(life), figures, index % LOOK_EVERY === 0);
        } catch (error) {
          hasFailed = true;
          throw new Error(`life ${index}, ${life.pace.name}: ${(error as Error).message}`);
        }
        fs.rmSync(life.directory, { recursive: true });
      }
    };
    const turns = await Promise.allSettled(Array.from({ length: livesAtOnce }, takeTurns));
    // Only now, when no child of another turn is left.
    for (const turn of turns) if (turn.status === 'rejected') throw turn.reason;
    const turnMs = (performance.now() - startedMs) / KILLS;
    console.log(`${mode} kill loop, seed ${SEED}: ${figures.text}; ${turnMs.toFixed(0)} ms a turn`);
    expect(figures.warnings).toBeGreaterThan(KILLS * 5);
    expect(figures.overwritten).toBeGreaterThan(0);
  });
});

class Figures {
  kills = 0;
  shown = 0;
  acknowledged = 0;
  /** All shown, or the loop fails. */
  warnings = 0;
  deferred = 0;
  overwritten = 0;
  young = 0;
  oldestLostMs = 0;
  brokenSegments = 0;
  /** Threads that were between two segments while the others went round: nothing is left of them. */
  gone = 0;
  /** Killed before there was anything. */
  empty = 0;

  get text(): string {
    return (
      `${this.kills} kills, ${this.shown} events shown, ${this.acknowledged} acknowledged, ` +
      `${this.warnings} of them warnings, of which 0 were lost; ${this.deferred} deferred by a ` +
      `slow machine; ${this.overwritten} overwritten, ${this.young} younger events lost, the ` +
      `oldest ${this.oldestLostMs.toFixed(0)} ms old; threads overwritten whole: ${this.gone}; ` +
      `segments not whole: ${this.brokenSegments}; killed before the first event: ${this.empty}`
    );
  }
}

function check(life: Life, death: Death, figures: Figures, isLookedAt: boolean): void {
  const { mode, directory, isEarly } = life;
  const { acknowledged } = death;
  figures.kills++;
  figures.acknowledged += acknowledged.length;
  const recording = recover(directory, acknowledged.length > 0, isLookedAt);
  if (recording === null) {
    figures.empty++;
    return;
  }
  const note = recording.header.notes.find((text) => text.includes('not whole'));
  const brokenSegments = note === undefined ? 0 : Number(note.split(': ')[1]);
  figures.brokenSegments += brokenSegments;
  if (mode === 'mapped') expect(brokenSegments).toBe(0);
  const oracle = new KillOracle(acknowledged, life.pace);
  const shown = shownBy(recording);
  checkCounts(recording, shown, mode === 'mapped' ? oracle : null);
  figures.gone += [...oracle.threads].filter((thread) => {
    return [...(shown.get(thread) ?? [])].every(isWarning);
  }).length;
  const isDeferred = deferredBy(mode);
  // … and for how long the recorder thread waited for a processor since the event.
  const windowMs = (sinceNs: number): number =>
    PERIOD_MS + SLACK_MS + LATENESS_PART * death.latenessMs + death.helperWaitedMs(sinceNs);
  for (const one of acknowledged) {
    const { thread, n, returnedNs } = one;
    const isShown = shown.get(thread)?.has(n) ?? false;
    if (isShown) figures.shown++;
    if (isWarning(n) && !isDeferred(one)) {
      figures.warnings++;
      if (!isShown) throw new Error(`lost: warning ${n} of thread ${thread}`);
      continue;
    }
    if (isWarning(n)) figures.deferred++;
    if (isShown) continue;
    if (!isWarning(n) && oracle.mayBeOverwritten(one)) {
      figures.overwritten++;
      continue;
    }
    const ageMs = (death.killedAtNs - returnedNs) / 1e6;
    const lost = `lost: event ${n} of thread ${thread}, ${ageMs.toFixed(0)} ms old`;
    if (mode === 'mapped') throw new Error(lost);
    figures.young++;
    if (isEarly) continue;
    figures.oldestLostMs = Math.max(figures.oldestLostMs, ageMs);
    const mostMs = windowMs(returnedNs);
    if (ageMs > mostMs) throw new Error(`${lost}, and not ${mostMs.toFixed(0)}`);
  }
}

/** null where it was killed before there was anything, which it must not have acknowledged. */
function recover(directory: string, mustBe: boolean, isLookedAt: boolean): Recording | null {
  const box = fs.readdirSync(directory).find((name) => name.endsWith('.ring'));
  if (box === undefined) {
    expect(mustBe).toBe(false);
    return null;
  }
  const boxPath = join(directory, box);
  const looked = isLookedAt && mustBe ? shownBy(openRecording(boxPath)) : null;
  const recovered = recoverBlackBox(boxPath);
  if (recovered.path === null) {
    expect(mustBe, recovered.error.message).toBe(false);
    return null;
  }
  expect(fs.readdirSync(directory).filter((name) => name.includes('.ring'))).toEqual([]);
  const recording = openRecording(recovered.path);
  if (looked !== null) expect(shownBy(recording)).toEqual(looked);
  return recording;
}

/** Nothing goes without being counted; of a mapped ring the count is what was logged. */
function checkCounts(
  { threads }: Recording,
  shown: ReadonlyMap<number, ReadonlySet<number>>,
  oracle: KillOracle | null,
): void {
  for (const { id, attempted, losses } of threads) {
    const { overwritten, refused, tooLarge } = losses;
    const sum = (shown.get(id)?.size ?? 0) + overwritten + refused + tooLarge;
    if (attempted !== sum) throw new Error(`thread ${id}: ${attempted} are not ${sum}`);
    if (refused + tooLarge > 0) throw new Error(`thread ${id} was refused ${refused + tooLarge}`);
  }
  for (const thread of oracle?.threads ?? []) {
    const { least, most } = oracle!.loggedBy(thread);
    const attempted = threads.find(({ id }) => id === thread)?.attempted ?? 0;
    if (attempted >= least && attempted <= most) continue;
    throw new Error(`thread ${thread}: ${attempted} were logged, and not ${least} to ${most}`);
  }
}

/**
 * Whether a thread may have left a warning to the recorder thread, as it does where the disk or
 * the machine is slow; asked for each acknowledgement in turn.
 */
function deferredBy(mode: Life['mode']): (acknowledged: Acknowledged) => boolean {
  const slowWrites = new Map<number, number>();
  const restsUntilNs = new Map<number, number>();
  return ({ thread, n, calledNs, returnedNs }) => {
    if (mode === 'mapped' || !isWarning(n)) return false;
    if (returnedNs <= (restsUntilNs.get(thread) ?? 0)) return true;
    const isSlow = returnedNs - calledNs >= SLOW_WRITE_NS;
    const slow = isSlow ? (slowWrites.get(thread) ?? 0) + 1 : 0;
    slowWrites.set(thread, slow);
    if (slow >= 2) restsUntilNs.set(thread, returnedNs + REST_NS);
    return slow > 0;
  };
}

/** Numbers of the events by thread, each checked to be one that was logged, and shown once. */
function shownBy(recording: Recording): Map<number, Set<number>> {
  const shown = new Map<number, Set<number>>();
  for (const event of recording.events()) {
    const { t, n, text } = event.fields as { t: number; n: number; text: string };
    const level = !isWarning(n) ? 'info' : n % 32 === 0 ? 'error' : 'warn';
    const isAsLogged =
      text === textOf(t, n) &&
      event.message === 'numbered' &&
      event.thread.id === t &&
      event.level === level;
    // By hand: a call of `expect` for each of a million events takes minutes.
    if (!isAsLogged) throw new Error(`no such event was logged: ${JSON.stringify(event.fields)}`);
    const numbers = shown.get(t) ?? new Set();
    if (numbers.has(n)) throw new Error(`event ${n} of thread ${t} a second time`);
    shown.set(t, numbers.add(n));
  }
  expect(recording.damage).toEqual([]);
  return shown;
}

/** Numbers of [0, 1) that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
