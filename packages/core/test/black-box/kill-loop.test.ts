// SIGKILL at random moments while four threads write, and what the black box then holds. What must
// be in it is known from acknowledgements that the threads wrote after their calls returned.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording, type Recording, recoverBlackBox } from 'ttlog/reader';
import { afterAll, describe, expect, test } from 'vitest';

const FIXTURE = join(import.meta.dirname, 'fixtures/killed.mjs');
const IS_LONG = process.env.TTLOG_TEST_LONG !== undefined;
const KILLS = IS_LONG ? 10_000 : 100;
const SEED = Number(process.env.TTLOG_TEST_SEED ?? 1);

const PERIOD_MS = 50;
/** Beyond the period: the recorder thread's own work, and the kill itself. On top comes … */
const SLACK_MS = 100;
/** … so many times what a timer of this process was late while the child lived. */
const LATENESS_PART = 3;
const WARN_EVERY = 16;
/** A warning whose write takes longer than this is left to the recorder thread, … */
const SLOW_WRITE_MS = 5;
/** … and after two in a row all of the thread's for so long: then they are like other events. */
const REST_MS = 1000;
/** One kill in ten comes without waiting for all threads to have begun. */
const MAX_START_MS = 300;

type Mode = 'mirrored' | 'mapped';

const PACES = [
  { pace: 'paced', bytes: 16 << 20, segmentBytes: 64 << 10 },
  { pace: 'wrapping', bytes: 512 << 10, segmentBytes: 8 << 10 },
] as const;

interface Acknowledged {
  readonly thread: number;
  readonly n: number;
  readonly atMs: number;
  /** How long the call took. */
  readonly tookMs: number;
}

interface Killed {
  readonly mode: Mode;
  readonly pace: 'paced' | 'wrapping';
  readonly directory: string;
  readonly killedAtMs: number;
  /** Whether it was killed before the recorder thread had begun. */
  readonly isEarly: boolean;
  /** How late timers are on this machine just now. */
  readonly latenessMs: number;
  readonly acknowledged: readonly Acknowledged[];
}

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-kill-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

describe.each([
  // The mapped file needs nobody's help, so its lives may be short. Those of the mirrored one take
  // some periods of the recorder thread; longer ones show nothing else, but more events to check.
  {
    mode: 'mirrored',
    lifeMs: IS_LONG ? 400 : 4 * PERIOD_MS,
    promise: 'no acknowledged warning, and nothing older than the period',
  },
  { mode: 'mapped', lifeMs: 150, promise: 'no acknowledged event of any level' },
] as const)('a $mode black box', ({ mode, lifeMs, promise }) => {
  test(`loses ${promise} in ${KILLS} kills`, {
    timeout: IS_LONG ? 4 * 3600_000 : 400_000,
  }, async () => {
    const random = randomNumbers(SEED);
    const figures = {
      kills: 0,
      shown: 0,
      acknowledged: 0,
      warnings: 0,
      deferred: 0,
      young: 0,
      oldestLostMs: 0,
    };
    const unread = { broken: 0, empty: 0 };
    const lives = Array.from({ length: KILLS }, (_, index) => ({
      index,
      isEarly: random() < 0.1,
      life: random(),
    }));
    const takeTurns = async () => {
      for (let next = lives.shift(); next !== undefined; next = lives.shift()) {
        const waitMs = next.life * (next.isEarly ? MAX_START_MS : lifeMs);
        const killed = await runAndKill(mode, next.index, next.isEarly, waitMs);
        check(killed, figures, unread);
        fs.rmSync(killed.directory, { recursive: true });
      }
    };
    await Promise.all([takeTurns(), takeTurns()]);
    console.log(
      `${mode} kill loop, seed ${SEED}: ${figures.kills} kills, ${figures.shown} events shown, ` +
        `${figures.acknowledged} acknowledged, ${figures.warnings} of them warnings, of which 0 ` +
        `were lost; ${figures.deferred} deferred by a slow machine; ${figures.young} younger events lost, the oldest ${figures.oldestLostMs} ms ` +
        `old; segments not whole: ${unread.broken}; killed before the first event: ${unread.empty}`,
    );
    expect(figures.warnings).toBeGreaterThan(KILLS * 5);
  });
});

async function runAndKill(
  mode: Mode,
  index: number,
  isEarly: boolean,
  waitMs: number,
): Promise<Killed> {
  const { pace, bytes, segmentBytes } = PACES[index % PACES.length];
  const directory = join(root, `${mode}-${index}`);
  fs.mkdirSync(directory);
  const acknowledgedPath = join(directory, 'acknowledged');
  const descriptor = fs.openSync(acknowledgedPath, 'a');
  const args = [FIXTURE, directory, String(bytes), String(segmentBytes), pace, mode];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', descriptor, 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  fs.closeSync(descriptor);
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lateness = measureLateness();
  if (!isEarly) {
    await Promise.race([new Promise((resolve) => child.stdio[3]?.once('data', resolve)), ended]);
  }
  await sleep(waitMs);
  const killedAtMs = Date.now();
  child.kill('SIGKILL');
  await ended;
  expect({ stderr, signal: child.signalCode }).toEqual({ stderr: '', signal: 'SIGKILL' });
  const lines = fs.readFileSync(acknowledgedPath, 'latin1').split('\n');
  const acknowledged = lines.slice(0, -1).map((line) => {
    const [thread, n, atMs, tookMs] = line.split(' ').map(Number);
    return { thread, n, atMs, tookMs };
  });
  return { mode, pace, directory, killedAtMs, isEarly, latenessMs: lateness(), acknowledged };
}

function check(
  killed: Killed,
  figures: { [figure: string]: number },
  unread: { broken: number; empty: number },
): void {
  figures.kills++;
  figures.acknowledged += killed.acknowledged.length;
  const boxes = fs.readdirSync(killed.directory).filter((name) => name.endsWith('.ring'));
  if (boxes.length === 0) {
    // Killed before the recorder was started.
    expect(killed.acknowledged).toEqual([]);
    unread.empty++;
    return;
  }
  const box = join(killed.directory, boxes[0]);
  const direct = shownBy(openEarly(box, killed));
  const recovered = recoverBlackBox(box);
  if (recovered.path === null) {
    expect(killed.acknowledged, recovered.error.message).toEqual([]);
    unread.empty++;
    return;
  }
  const recording = openRecording(recovered.path);
  const shown = shownBy(recording);
  expect(shown.size).toBe(direct.size);
  expect([...shown.keys()].every((name) => direct.has(name))).toBe(true);
  expect(fs.readdirSync(killed.directory).filter((name) => name.includes('.ring'))).toEqual([]);
  figures.shown += shown.size;
  const note = recording.header.notes.find((text) => text.includes('not whole'));
  if (note !== undefined) unread.broken += Number(note.split(': ')[1]);
  if (killed.mode === 'mapped') expect(unread.broken).toBe(0);
  const isDeferred = deferredBy(killed.mode);
  for (const acknowledgement of killed.acknowledged) {
    const { thread, n, atMs } = acknowledgement;
    const isShown = shown.has(`${thread}:${n}`);
    if (n % WARN_EVERY === 0 && !isDeferred(acknowledgement)) {
      figures.warnings++;
      if (!isShown) throw new Error(`lost: warning ${n} of thread ${thread}`);
      continue;
    }
    if (n % WARN_EVERY === 0) figures.deferred++;
    if (!isShown && !isOverwritten(shown, thread, n, killed, recording)) {
      const ageMs = killed.killedAtMs - atMs;
      if (killed.mode === 'mapped') {
        const [oldest, newest] = [shown.get(`oldest ${thread}`), shown.get(`newest ${thread}`)];
        const seen = `${killed.pace}: of those shown ${oldest} is the oldest, ${newest} the newest`;
        throw new Error(`lost: event ${n} of thread ${thread}, ${ageMs} ms old, ${seen}`);
      }
      figures.young++;
      if (killed.isEarly) continue;
      figures.oldestLostMs = Math.max(figures.oldestLostMs, ageMs);
      const windowMs = PERIOD_MS + SLACK_MS + LATENESS_PART * killed.latenessMs;
      if (ageMs > windowMs) {
        throw new Error(`lost: event ${n} of thread ${thread}, ${ageMs} ms old, not ${windowMs}`);
      }
    }
  }
}

/**
 * Whether a thread may have left a warning to the recorder thread, as it does where the disk or
 * the machine is slow; asked for each acknowledgement in turn.
 */
function deferredBy(mode: Mode): (acknowledged: Acknowledged) => boolean {
  const slowWrites = new Map<number, number>();
  const restsUntilMs = new Map<number, number>();
  return ({ thread, n, atMs, tookMs }) => {
    if (mode === 'mapped' || n % WARN_EVERY !== 0) return false;
    if (atMs <= (restsUntilMs.get(thread) ?? 0)) return true;
    const slow = tookMs < SLOW_WRITE_MS ? 0 : (slowWrites.get(thread) ?? 0) + 1;
    slowWrites.set(thread, slow);
    if (slow >= 2) restsUntilMs.set(thread, atMs + REST_MS);
    return slow > 0;
  };
}

/**
 * In a small ring it is enough that there is something newer of the thread. A mapped one has no
 * gaps: what is missing is older than all that is there. Where nothing is there, since the others
 * went round while the thread was about to open a segment, the recording has to have counted it.
 */
function isOverwritten(
  shown: ReadonlyMap<string, number>,
  thread: number,
  n: number,
  { mode, pace }: Killed,
  recording: Recording,
): boolean {
  if (pace !== 'wrapping') return false;
  if (mode === 'mirrored') return (shown.get(`newest ${thread}`) ?? 0) > n;
  const oldest = shown.get(`oldest ${thread}`);
  if (oldest !== undefined) return oldest > n;
  const { losses } = recording.threads.find(({ id }) => id === thread) ?? {};
  return (losses?.overwritten ?? 0) >= n - Math.floor(n / WARN_EVERY);
}

/** A box that was made a moment ago may have no segment yet. */
function openEarly(box: string, { acknowledged }: Killed): Recording | null {
  try {
    return openRecording(box);
  } catch (error) {
    expect(acknowledged, (error as Error).message).toEqual([]);
    return null;
  }
}

/** Numbers of the events, each checked to be one that was logged, and shown once. */
function shownBy(recording: Recording | null): Map<string, number> {
  const shown = new Map<string, number>();
  for (const event of recording?.events() ?? []) {
    const { t, n, text } = event.fields as { t: number; n: number; text: string };
    const level = n % WARN_EVERY !== 0 ? 'info' : n % 32 === 0 ? 'error' : 'warn';
    const isAsLogged =
      text === `${t}:${n}:`.padEnd(10 + ((t + n) % 60), '#') &&
      event.message === 'numbered' &&
      event.thread.id === t &&
      event.level === level;
    // By hand: a call of `expect` for each of a million events takes minutes.
    if (!isAsLogged) throw new Error(`no such event was logged: ${JSON.stringify(event.fields)}`);
    if (shown.has(`${t}:${n}`)) throw new Error(`event ${n} of thread ${t} a second time`);
    shown.set(`${t}:${n}`, n);
    if (n % WARN_EVERY !== 0) {
      shown.set(`newest ${t}`, Math.max(n, shown.get(`newest ${t}`) ?? 0));
      shown.set(`oldest ${t}`, Math.min(n, shown.get(`oldest ${t}`) ?? n));
    }
  }
  expect(recording?.damage ?? []).toEqual([]);
  return shown;
}

/** Returns what tells by how much a timer was late at most. */
function measureLateness(): () => number {
  let dueMs = performance.now() + 20;
  let latenessMs = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    latenessMs = Math.max(latenessMs, nowMs - dueMs);
    dueMs = nowMs + 20;
  }, 20);
  return () => {
    clearInterval(timer);
    return latenessMs;
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
