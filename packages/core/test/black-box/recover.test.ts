// A dead process's black box becomes one snapshot, whoever is at it, and is kept where none can be
// written.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { boxFileName } from '../../src/black-box/box-file.ts';
import { type BoxIdentity, boxIdentity, writeIdentity } from '../../src/black-box/box-identity.ts';
import { ownIdentity } from '../../src/black-box/identity.ts';
import { BlackBoxMirror } from '../../src/black-box/mirror.ts';
import { openRecording, recoverBlackBox } from '../../src/black-box/open-any.ts';
import { examineBox, listBoxes, recoverBox } from '../../src/black-box/recover.ts';
import { recoverOthers } from '../../src/recorder-thread/recover-others.ts';
import { type Compressor, storeFrame } from '../../src/snapshot/compress-frame.ts';
import type { RecorderFacts } from '../../src/snapshot/take-snapshot.ts';
import { eventsOf, FACTS, makeRing, NotedFile, PlayedThread } from './mirrored-ring.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-recover-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const compressor: Compressor = { name: 'stored', compress: storeFrame };
const OPTIONS = { compressor, fileMode: 0o600 };
const DEAD_PID = 2 ** 22 + 1;

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(join(root, 'd-'));
});

function putBox(identity: Partial<BoxIdentity> = {}, service = 'boxed'): string {
  const memory = makeRing();
  const whole = {
    ...boxIdentity({ ...FACTS, service, host: hostname() }, ownIdentity(), 'mirrored'),
    pid: DEAD_PID,
    ...identity,
  };
  writeIdentity(memory.u8, whole);
  const file = new NotedFile(memory);
  const thread = new PlayedThread(memory, 0);
  for (let i = 0; i < 5; i++) thread.log();
  new BlackBoxMirror(memory, file, 50, () => {}).tick();
  const path = join(directory, boxFileName(service, whole.pid, Date.now()));
  fs.writeFileSync(path, file.bytes);
  return path;
}

const names = () => fs.readdirSync(directory).sort();
/** An hour ago, also its status time. */
function age(path: string): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', `touch -d '1 hour ago' "$1"`, 'sh', path]);
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
}

describe('a box of a dead process', () => {
  it('becomes a snapshot, and is removed', () => {
    const box = putBox();
    expect(examineBox(box, new Map())).toBe('dead');
    const result = recoverBox(box, OPTIONS);
    expect(result).toMatchObject({ events: 5 });
    expect(names()).toHaveLength(1);
    const recording = openRecording(result.path as string);
    expect(recording.header).toMatchObject({ reason: 'process-died', pid: DEAD_PID });
    expect(eventsOf(recording)).toHaveLength(5);
    expect(fs.statSync(result.path as string).mode & 0o777).toBe(0o600);
  });

  it('becomes one snapshot where two are at it', () => {
    const box = putBox();
    const results = [recoverBox(box, OPTIONS), recoverBox(box, OPTIONS)];
    expect(results.filter(({ path }) => path !== null)).toHaveLength(1);
    expect(names()).toHaveLength(1);
  });

  it('is kept under its name where the snapshot cannot be written', () => {
    const box = putBox();
    const before = names();
    const full = () => {
      throw new Error('full');
    };
    const result = recoverBox(box, { ...OPTIONS, compressor: { ...compressor, compress: full } });
    expect(result).toMatchObject({ path: null, error: { message: 'full' } });
    expect(names()).toEqual(before);
    expect(recoverBox(box, OPTIONS).path).not.toBe(null);
  });

  it('is kept where there is nothing to be read in it', () => {
    const box = putBox();
    fs.truncateSync(box, 5000);
    expect(recoverBox(box, OPTIONS).path).toBe(null);
    expect(names()).toHaveLength(1);
  });
});

describe('a claimed box', () => {
  const claim = (box: string) => {
    const claimed = `${box}.claimed-abcdefgh`;
    fs.renameSync(box, claimed);
    return claimed;
  };

  it('is left to whoever claimed it', () => {
    const claimed = claim(putBox());
    expect(listBoxes(directory, 'boxed')).toEqual([claimed]);
    expect(examineBox(claimed, new Map())).toBe('alive');
    expect(recoverBox(claimed, OPTIONS).path).toBe(null);
    expect(names()).toHaveLength(1);
  });

  it('is opened as any other', () => {
    expect(eventsOf(openRecording(claim(putBox())))).toHaveLength(5);
  });

  it('is recovered once whoever claimed it must be dead', () => {
    const claimed = claim(putBox());
    const { now } = Date;
    const lstat = fs.lstatSync(claimed);
    // The status time of a file cannot be set, so the clock is.
    const program = `
      const { recoverBlackBox } = require(process.argv[1]);
      const real = Date.now; Date.now = () => real() + 3600e3;
      console.log(JSON.stringify(recoverBlackBox(process.argv[2])));`;
    expect(lstat.ctimeMs).toBeLessThanOrEqual(now() + 1000);
    const reader = join(import.meta.dirname, '../../dist/reader.cjs');
    const preload = `data:text/javascript,const real = Date.now; Date.now = () => real() + 3600e3;`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', preload, '-e', program, reader, claimed],
      { encoding: 'utf8' },
    );
    expect({ stderr, result: JSON.parse(stdout) }).toMatchObject({
      stderr: '',
      result: { events: 5 },
    });
    expect(names()).toHaveLength(1);
  });
});

describe('the box of a process that may live', () => {
  it('is not touched for a neighbour', () => {
    const box = putBox({ pid: process.pid });
    expect(examineBox(box, new Map())).toBe('alive');
    expect(recoverBlackBox(box)).toMatchObject({ path: null });
    expect(names()).toHaveLength(1);
    expect(openRecording(box).header.reason).toBe('living');
  });

  it('is not touched for a process of another container, until it has long been silent', () => {
    const box = putBox({ pidNamespace: 'pid:[1]', pid: process.pid });
    expect(examineBox(box, new Map())).toBe('unknown');
    const refused = recoverBlackBox(box);
    expect(refused.path).toBe(null);
    expect((refused as { error: Error }).error.message).toContain('which may still live');
    age(box);
    expect(recoverBlackBox(box)).toMatchObject({ events: 5 });
  });

  it('is not touched for another host by itself, but by name once it is silent', () => {
    const box = putBox({ bootId: 'x', host: 'elsewhere' });
    expect(examineBox(box, new Map())).toBe('alive');
    expect(recoverBlackBox(box).path).toBe(null);
    age(box);
    expect(recoverBlackBox(box)).toMatchObject({ events: 5 });
  });

  it('is not touched where the page of who it was is damaged', () => {
    const box = putBox();
    const descriptor = fs.openSync(box, 'r+');
    fs.writeSync(descriptor, new Uint8Array(64), 0, 64, 4104);
    fs.closeSync(descriptor);
    expect(examineBox(box, new Map())).toBe('alive');
    // By name it is.
    expect(recoverBlackBox(box)).toMatchObject({ events: 5 });
  });
});

describe('after a start', () => {
  const facts = () => ({ ...FACTS, directory, keep: { files: 20, bytes: 1e9, ageMs: 1e9 } });
  /** Once all that can be decided at once has been; the different notes. */
  const recoverAll = async (about: RecorderFacts): Promise<string[]> => {
    const notes = new Set<string>();
    await new Promise<void>((resolve) => {
      const onNote = (note: string) => notes.add(note);
      recoverOthers(about, compressor, { onLooked: resolve, onNote });
    });
    return [...notes];
  };

  it('the boxes of this service are recovered, four at most', async () => {
    for (let i = 0; i < 6; i++) putBox({ pid: DEAD_PID + i });
    const other = putBox({}, 'boxed-too');
    expect(await recoverAll(facts())).toEqual([]);
    // Of which the three newest are kept.
    expect(names().filter((name) => name.endsWith('.bin'))).toHaveLength(3);
    expect(listBoxes(directory, 'boxed')).toHaveLength(2);
    expect(listBoxes(directory, 'boxed-too')).toEqual([other]);
  });

  it('a box of another host is left alone, and said', async () => {
    putBox();
    const foreign = putBox({ bootId: 'x', host: 'elsewhere' });
    expect(await recoverAll(facts())).toEqual([
      'black boxes of other hosts are left alone: elsewhere',
    ]);
    expect(listBoxes(directory, 'boxed')).toEqual([foreign]);
  });

  it('the own box is left alone, and one that cannot be recovered is tried once', async () => {
    const own = putBox({ pid: DEAD_PID });
    const broken = putBox();
    fs.truncateSync(broken, 9000);
    await recoverAll({ ...facts(), box: { path: own, descriptor: -1, mapping: null } });
    expect(listBoxes(directory, 'boxed').sort()).toEqual([own, broken].sort());
  });

  it('a directory that is not there is none of its business', async () => {
    expect(await recoverAll({ ...facts(), directory: join(directory, 'missing') })).toEqual([]);
  });
});

describe('a recording is told from a black box', () => {
  it('by its content, whatever the directory is called', () => {
    const box = putBox();
    const folder = join(directory, 'my.ring.d');
    fs.mkdirSync(folder);
    const { path } = recoverBox(box, OPTIONS);
    const moved = join(folder, 'crash.bin');
    fs.renameSync(path as string, moved);
    expect(eventsOf(openRecording(moved))).toHaveLength(5);
    fs.renameSync(moved, box);
    expect(eventsOf(openRecording(box))).toHaveLength(5);
  });

  it('by its name where its beginning is gone', () => {
    const box = putBox();
    const descriptor = fs.openSync(box, 'r+');
    fs.writeSync(descriptor, new Uint8Array(4096), 0, 4096, 0);
    fs.closeSync(descriptor);
    expect(eventsOf(openRecording(box))).toHaveLength(5);
    expect(eventsOf(openRecording(fs.readFileSync(putBox())))).toHaveLength(5);
  });
});
