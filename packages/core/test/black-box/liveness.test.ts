// When a process counts as dead: by pid and start time among neighbours, by its heartbeat in another
// container of the host, and never on another host.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type BoxIdentity, boxIdentity, readIdentity } from '../../src/black-box/box-identity.ts';
import { ownIdentity, startTicksOf } from '../../src/black-box/identity.ts';
import { HeartbeatWatch, livenessOf, SILENCE_MS } from '../../src/black-box/liveness.ts';
import { HEADER_BYTES, HEADER_HEARTBEAT, HEADER_IDENTITY } from '../../src/memory/ring-layout.ts';
import { FACTS, makeRing } from './mirrored-ring.ts';

const own = ownIdentity();
const folder = fs.mkdtempSync(join(tmpdir(), 'ttlog-liveness-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function boxOf(changes: Partial<BoxIdentity>): BoxIdentity {
  return { ...boxIdentity(FACTS, own, 'mirrored'), pid: process.pid, ...changes };
}

describe('a neighbour', () => {
  it('lives while its pid has its start time', () => {
    expect(livenessOf(boxOf({}), own, 'here')).toBe('alive');
    expect(livenessOf(boxOf({}), own, 'renamed')).toBe('alive');
  });

  it('is dead where the pid is another process by now, or none', () => {
    expect(livenessOf(boxOf({ startTicks: own.startTicks - 1 }), own, 'here')).toBe('dead');
    expect(livenessOf(boxOf({ pid: 2 ** 22 + 1 }), own, 'here')).toBe('dead');
  });

  it('is dead where nobody has asked for its exit code', async () => {
    // The shell starts a child and becomes a program that never waits for it.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 20'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk) => resolve(Number(chunk)));
    });
    const startTicks = startTicksOf(pid) ?? 0;
    expect(startTicks).toBeGreaterThan(0);
    const deadline = Date.now() + 10_000;
    const stateOf = () => /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
    while (stateOf() !== 'Z' && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(stateOf()).toBe('Z');
    expect(livenessOf(boxOf({ pid, startTicks }), own, 'here')).toBe('dead');
    parent.kill();
  });
});

describe('a process that cannot be seen', () => {
  it('is to be watched in another container of this host, and after a new boot', () => {
    const pidNamespace = 'pid:[1]';
    expect(livenessOf(boxOf({ pidNamespace }), own, 'here')).toBe('unknown');
    expect(livenessOf(boxOf({ bootId: 'another' }), own, 'here')).toBe('unknown');
    expect(livenessOf(boxOf({ bootId: '', pidNamespace: '' }), own, 'here')).toBe('unknown');
  });

  it('counts as living on another host', () => {
    expect(livenessOf(boxOf({ bootId: 'another' }), own, 'there')).toBe('alive');
  });
});

describe('a heartbeat', () => {
  const beat = (path: string, count: number) => {
    const page = Buffer.alloc(HEADER_BYTES);
    page.writeBigUInt64LE(BigInt(count), HEADER_HEARTBEAT);
    fs.writeFileSync(path, page);
  };

  it('that goes on tells of life', () => {
    const path = join(folder, 'beating');
    beat(path, 1);
    const watch = new HeartbeatWatch(path);
    expect(watch.look()).toBe('unknown');
    beat(path, 2);
    expect(watch.look()).toBe('alive');
  });

  it('that stands still tells of death, but not before 3 s, or a minute before the first', async () => {
    const path = join(folder, 'still');
    const [early, long] = [join(folder, 'early'), join(folder, 'long')];
    beat(path, 1);
    beat(early, 0);
    beat(long, 0);
    const anHourAgo = Date.now() / 1000 - 3600;
    fs.utimesSync(long, anHourAgo, anHourAgo);
    const watches = [path, early, long].map((box) => new HeartbeatWatch(box));
    const look = () => watches.map((watch) => watch.look());
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS - 500));
    expect(look()).toEqual(['unknown', 'unknown', 'unknown']);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(look()).toEqual(['dead', 'unknown', 'dead']);
  });

  it('that cannot be read tells nothing, so that the file is left alone', () => {
    expect(new HeartbeatWatch(join(folder, 'nowhere')).look()).toBe('alive');
  });
});

describe('the page of who it is', () => {
  it('comes back as written', () => {
    const page = makeRing().u8.slice(0, HEADER_BYTES);
    expect(readIdentity(page)).toEqual(boxIdentity(FACTS, own, 'mirrored'));
  });

  it('is not believed with any byte changed', () => {
    const page = makeRing().u8.slice(0, HEADER_BYTES);
    for (let at = HEADER_IDENTITY - 8; at < HEADER_IDENTITY + 100; at++) {
      page[at] ^= 0x10;
      expect(readIdentity(page)).toBe(null);
      page[at] ^= 0x10;
    }
  });

  it('is not read beyond its end', () => {
    const page = makeRing().u8.slice(0, HEADER_BYTES);
    expect(readIdentity(page.subarray(0, HEADER_BYTES - 1))).toBe(null);
    expect(readIdentity(new Uint8Array(0))).toBe(null);
  });
});
