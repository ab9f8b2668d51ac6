// Old snapshots go, and nothing else does.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { snapshotFileName, temporaryFileName } from '../../src/snapshot/file-name.ts';
import { applyRetention, type Keep, type RetentionRequest } from '../../src/snapshot/retention.ts';
import { filesWith, systemError } from './fixtures/failing-files.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-retention-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW_MS = Date.UTC(2026, 10, 21);
const KEEP: Keep = { files: 20, bytes: 1 << 28, ageMs: 7 * DAY_MS };
/** Linux gives no pid as high as this. */
const DEAD_PID = 2 ** 30;

let directory = '';
let written = '';
let cases = 0;

beforeEach(() => {
  directory = join(root, String(cases++));
  fs.mkdirSync(directory);
  written = put({ ageMs: 0 });
});

interface Given {
  service?: string;
  ageMs: number;
  bytes?: number;
  pid?: number;
  reason?: string;
}

const nameOf = ({ service = 's', ageMs, pid = 1, reason = 'r' }: Given): string =>
  snapshotFileName({ service, pid, atMs: NOW_MS - ageMs, reason });

function put(given: Given, name: string = nameOf(given)): string {
  fs.writeFileSync(join(directory, name), Buffer.alloc(given.bytes ?? 10));
  return name;
}

function apply(keep: Partial<Keep>, changes: Partial<RetentionRequest> = {}): string[] {
  const request = { directory, service: 's', keep: { ...KEEP, ...keep }, written, nowMs: NOW_MS };
  const removed = applyRetention({ ...request, ...changes });
  for (const name of removed) expect(fs.existsSync(join(directory, name))).toBe(false);
  return removed.sort();
}

describe('applyRetention', () => {
  it('keeps so many files, the newest', () => {
    const names = [5, 1, 4, 2, 3].map((minutes) => put({ ageMs: minutes * 60_000 }));
    expect(apply({ files: 3 })).toEqual([names[0], names[2], names[4]].sort());
    expect(apply({ files: 3 })).toEqual([]);
    expect(fs.readdirSync(directory).sort()).toEqual([written, names[1], names[3]].sort());
  });

  it('keeps so many bytes, the newest', () => {
    const [young, old] = [put({ ageMs: 1000, bytes: 50 }), put({ ageMs: 2000, bytes: 50 })];
    expect(apply({ bytes: 110 })).toEqual([]);
    expect(apply({ bytes: 109 })).toEqual([old]);
    expect(apply({ bytes: 1 })).toEqual([young]);
  });

  it('keeps files so long', () => {
    const old = put({ ageMs: 7 * DAY_MS + 1 });
    put({ ageMs: 7 * DAY_MS });
    expect(apply({})).toEqual([old]);
  });

  it('never removes the file just written', () => {
    const future = put({ ageMs: -DAY_MS });
    expect(apply({ files: 0, bytes: 0, ageMs: 0 })).toEqual([future]);
    expect(fs.readdirSync(directory)).toEqual([written]);
  });

  it('keeps the three newest that were recovered, in whichever order that was', () => {
    const recovered = (hours: number) => put({ ageMs: hours * 3_600_000, reason: 'process-died' });
    const names = [1, 2, 3].map(recovered);
    for (const name of names) expect(apply({}, { written: name })).toEqual([]);
    const oldest = recovered(4);
    expect(apply({}, { written: oldest })).toEqual([oldest]);
    const newest = recovered(0.5);
    expect(apply({}, { written: newest })).toEqual([names[2]]);
    const ancient = put({ ageMs: 30 * DAY_MS, reason: 'process-died', service: 't' });
    expect(apply({}, { written: ancient, service: 't' })).toEqual([]);
  });

  it('takes files of a clock that was ahead for the oldest', () => {
    const ahead = Array.from({ length: 20 }, (_, n) => put({ ageMs: -DAY_MS - n }));
    const young = put({ ageMs: 1000 });
    const elsewhere = put({ ageMs: -1000 });
    expect(apply({ files: 3 })).toEqual(ahead.sort());
    expect(fs.readdirSync(directory).sort()).toEqual([written, young, elsewhere].sort());
  });

  it('looks only at snapshots of the same service', () => {
    const others = ['s-1', 't', 'S', 's_'].map((service) => put({ service, ageMs: 9 * DAY_MS }));
    const strangers = ['ttlog-s-1.bin', 'notes.bin', written.replace('.bin', '.ring')];
    for (const name of strangers) put({ ageMs: 0 }, name);
    expect(apply({ files: 1 })).toEqual([]);
    expect(fs.readdirSync(directory).sort()).toEqual([written, ...others, ...strangers].sort());
  });

  it('knows a service by the name that its files have', () => {
    const old = put({ service: 'a/b', ageMs: 9 * DAY_MS });
    expect(apply({}, { service: 'a/b' })).toEqual([old]);
  });

  it('leaves symbolic links and directories with a name of ours alone', () => {
    const victim = join(root, 'victim');
    fs.writeFileSync(victim, 'precious');
    const link = nameOf({ ageMs: 9 * DAY_MS });
    fs.symlinkSync(victim, join(directory, link));
    fs.mkdirSync(join(directory, nameOf({ ageMs: 8 * DAY_MS })));
    expect(apply({ files: 1 })).toEqual([]);
    expect(fs.readlinkSync(join(directory, link))).toBe(victim);
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('leaves files of other users alone', () => {
    put({ ageMs: 9 * DAY_MS });
    const lstatSync = (path: string) => {
      const stats = fs.lstatSync(path);
      stats.uid += 1;
      return stats;
    };
    expect(apply({ files: 1 }, { files: filesWith({ lstatSync }) })).toEqual([]);
  });

  it('removes temporary files that a dead process left a day ago', () => {
    const temporary = (ageMs: number, pid: number, service = 's') => {
      const name = put({ ageMs }, temporaryFileName(nameOf({ service, ageMs, pid })));
      const seconds = (NOW_MS - ageMs) / 1000;
      fs.utimesSync(join(directory, name), seconds, seconds);
      return name;
    };
    const stale = temporary(DAY_MS + 1, DEAD_PID);
    const kept = [
      temporary(DAY_MS, DEAD_PID),
      temporary(DAY_MS + 1, process.pid),
      temporary(DAY_MS + 1, process.ppid),
      temporary(DAY_MS + 1, 0),
      temporary(DAY_MS + 1, 9_999_999_999),
      temporary(DAY_MS + 1, DEAD_PID, 'other'),
    ];
    expect(apply({})).toEqual([stale]);
    expect(fs.readdirSync(directory).sort()).toEqual([written, ...kept].sort());
  });

  it.each(['readdirSync', 'lstatSync', 'unlinkSync'] as const)('survives that %s fails', (name) => {
    put({ ageMs: 9 * DAY_MS });
    const fail = () => {
      throw systemError('EIO');
    };
    expect(apply({}, { files: filesWith({ [name]: fail }) })).toEqual([]);
  });

  it('survives a directory that is gone', () => {
    expect(apply({}, { directory: join(directory, 'gone') })).toEqual([]);
  });
});
