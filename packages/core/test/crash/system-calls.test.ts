// Every system call that a snapshot or a recovery makes fails once in every way, in a real process,
// and the process dies once at each: a final name always means a whole file, what was there before
// stays, the application hears of no exception, and a failure is told. The quick form takes some of
// the cases that need a process of their own.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Call,
  callsForFiles,
  DEATH,
  FAULTS,
  type Fault,
  whatWasHit,
} from './fault-injection.ts';
import {
  BOX,
  CRASH,
  type Deed,
  expectWholeFiles,
  finalFiles,
  makeBox,
  RECOVERY,
  root,
  SERVICE,
  SNAPSHOT,
  Subject,
  withBox,
} from './faulted-process.ts';

const IS_LONG = process.env.TTLOG_TEST_LONG !== undefined;
const LONG_MS = 3_600_000;
const START = join(import.meta.dirname, 'fixtures/faulted-start.mjs');

beforeAll(makeBox);

interface Case {
  readonly call: Call;
  readonly fault: Fault;
}

/** All calls in all ways. */
function allCases(calls: readonly Call[], faults: readonly Fault[]): Case[] {
  return calls.flatMap((call) =>
    faults
      .filter((fault) => fault.call === undefined || fault.call === call.name)
      .map((fault) => ({ call, fault })),
  );
}

/**
 * With every write from the first to two behind the last: V8 and Node wake threads by writes of their
 * own, at moments of their own, so that the fourth write may be the second the next time.
 */
function withAllWrites(calls: readonly Call[]): Call[] {
  const last = Math.max(...calls.filter(({ name }) => name === 'write').map(({ at }) => at));
  const writes = Array.from({ length: last + 2 }, (_, index) => ({ name: 'write', at: index + 1 }));
  return [...calls.filter(({ name }) => name !== 'write'), ...writes];
}

/** Every `step`-th, or in the long form all. */
function sample(cases: Case[], step: number): Case[] {
  return IS_LONG ? cases : cases.filter((_, index) => index % step === 0);
}

const injectionOf = ({ call, fault }: Case): string => {
  return `${call.name}:${fault.injection}:when=${call.at}`;
};
const nameOf = ({ call, fault }: Case): string => `${call.name} ${call.at}: ${fault.name}`;

async function started(): Promise<Subject> {
  const subject = new Subject();
  expect(await subject.answer()).toEqual({ path: null });
  return subject;
}

/** The calls that are made when nothing fails. */
async function callsOf(subject: Subject, deed: Deed): Promise<Call[]> {
  const { calls, before } = await subject.told(deed);
  expect(expectWholeFiles(subject.directory, before, deed)).toHaveLength(1);
  return callsForFiles(calls);
}

describe('each system call that fails', () => {
  it.each([SNAPSHOT, RECOVERY])(
    'in a $name leaves whole files, and is told',
    async (deed) => {
      let subject = await started();
      const calls = await callsOf(subject, deed);
      const cases = allCases(withAllWrites(calls), FAULTS);
      let [failures, others] = [0, 0];
      const fatal = new Set<string>();
      for (const one of cases) {
        const what = nameOf(one);
        const told = await subject.told(deed, injectionOf(one));
        const added = expectWholeFiles(subject.directory, told.before, deed);
        // Node wakes its threads at moments of their own, and dies where it cannot.
        if (whatWasHit(told.calls) === 'something else') {
          others++;
          await subject.end();
          subject = await started();
          continue;
        }
        expect(told.answer, what).not.toBeNull();
        const { path = null, error, errors = [] } = told.answer ?? {};
        if (path !== null) expect(added, what).toEqual([path.split('/').at(-1)]);
        else {
          failures++;
          fatal.add(one.call.name);
          expect(added, what).toEqual([]);
          expect(error, what).toEqual(expect.any(String));
          // Recovering is a function of the reader, which has no events.
          expect(errors, what).toHaveLength(deed === SNAPSHOT ? 1 : 0);
          expect(whatWasHit(told.calls), what).toBe('a file');
        }
      }
      const clean = await subject.told(deed);
      expect(clean.answer).toMatchObject({ path: expect.any(String) });
      await subject.end();
      expect((await subject.ended).stderr).toBe('');
      console.log(
        `${deed.name}: ${calls.length} calls, ${cases.length} faults, ${failures} failures told`,
      );
      expect(others).toBeLessThan(cases.length / 10);
      // Without these there is no file, whichever call of the name it is.
      expect([...fatal]).toEqual(expect.arrayContaining(['write', 'rename']));
    },
    LONG_MS,
  );

  it(
    'in a crash changes nothing about the death',
    async () => {
      const calls = await callsOf(await started(), CRASH);
      const cases = sample(allCases(calls, FAULTS), 23);
      let others = 0;
      for (const one of cases) {
        const subject = await started();
        const { before, calls } = await subject.told(CRASH, injectionOf(one));
        expectWholeFiles(subject.directory, before, CRASH);
        if (whatWasHit(calls) === 'something else') others++;
        else {
          const ending = { code: 1, signal: null, stderr: '' };
          expect(await subject.ended, nameOf(one)).toEqual(ending);
        }
      }
      console.log(`crash: ${cases.length} faults, ${others} of them hit no file`);
      expect(others).toBeLessThan(cases.length / 4);
    },
    LONG_MS,
  );

  it(
    'while a start recovers a black box is no matter of the application',
    async () => {
      const calls = callsForFiles((await startWith()).calls);
      const cases = sample(allCases(calls, FAULTS), 7);
      let failures = 0;
      for (let i = 0; i < cases.length; i += 2) {
        const told = await Promise.all(cases.slice(i, i + 2).map(startWith));
        for (const { recovered } of told) failures += recovered.length === 0 ? 1 : 0;
      }
      console.log(`start: ${cases.length} faults, ${failures} of them prevented a recovery`);
      expect(failures).toBeLessThan(cases.length);
    },
    LONG_MS,
  );
});

let starts = 0;

/** Starts a process whose calls for the directory and the box in it fail, on every thread. */
async function startWith(one?: Case): Promise<{ recovered: string[]; calls: string[] }> {
  const folder = join(root, `start-${starts++}`);
  const directory = join(folder, 'snapshots');
  fs.mkdirSync(folder);
  withBox(directory);
  const before = finalFiles(directory);
  const output = join(folder, 'calls');
  const paths = ['-P', directory, '-P', join(directory, BOX)];
  const inject = one === undefined ? [] : ['-e', `inject=${injectionOf(one)}`];
  const command = [process.execPath, START, directory, SERVICE];
  const args = ['-f', '-qq', '-o', output, ...paths, ...inject, ...command];
  const child = spawn('strace', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const what = one === undefined ? 'nothing' : nameOf(one);
  expect({ code, stderr }, what).toEqual({ code: 0, stderr: '' });
  const { recovered, thread, events } = JSON.parse(stdout);
  // Off where the directory could not be used at all; failed would be an exception in the thread.
  expect(['running', 'off'], what).toContain(thread.state);
  expect(events, what).toBe(2);
  expectWholeFiles(directory, before, RECOVERY);
  const lines = fs
    .readFileSync(output, 'utf8')
    .replace(/^\d+ +/gm, '')
    .split('\n');
  return { recovered, calls: lines.filter((line) => /^\w+\(/.test(line)) };
}

describe('each system call at which a process dies', () => {
  it.each([SNAPSHOT, RECOVERY, CRASH])(
    'in a $name leaves whole files',
    async (deed) => {
      const first = await started();
      const calls = await callsOf(first, deed);
      await first.end();
      const cases = sample(allCases(calls, [DEATH]), deed === CRASH ? 5 : 3);
      for (const one of cases) {
        const subject = await started();
        const { before } = await subject.told(deed, injectionOf(one));
        expectWholeFiles(subject.directory, before, deed);
        await subject.end();
      }
      console.log(`${deed.name}: death at ${cases.length} calls`);
      expect(cases.length).toBeGreaterThan(10);
    },
    LONG_MS,
  );
});
