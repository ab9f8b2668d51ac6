// When a snapshot says that it is about to wait for a file system.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { storeFrame } from '../../src/snapshot/compress-frame.ts';
import { type RecorderFacts, takeSnapshot } from '../../src/snapshot/take-snapshot.ts';
import { FACTS } from '../logger/recording-logger.ts';
import { append, join as joinRing, makeRing, openLane } from '../ring/small-ring.ts';

const parent = fs.mkdtempSync(join(tmpdir(), 'ttlog-test-'));
const directory = join(parent, 'snapshots');
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));
afterAll(() => fs.rmdirSync(parent));

/** What is done, in order: each compressed segment, and what there is when it is said. */
function stepsOf(memory: RingMemory, box: RecorderFacts['box']): string[] {
  const steps: string[] = [];
  const { path } = takeSnapshot(
    memory,
    { ...FACTS, directory, box },
    {
      reason: 'test',
      trigger: { kind: 'request', thread: 0 },
      errorCbor: null,
      process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: null },
    },
    {
      compressor: {
        name: 'stored',
        compress(bytes) {
          steps.push('compress');
          return storeFrame(bytes);
        },
      },
      beforeFiles: () => steps.push(fs.existsSync(directory) ? 'too late' : 'before files'),
    },
  );
  expect(path && fs.existsSync(path)).toBe(true);
  return steps.filter((step, place) => step !== steps[place - 1]);
}

function oneEvent(): RingMemory {
  const memory = makeRing();
  append(openLane(memory, joinRing(memory, 1)), 0);
  return memory;
}

it('says so when all is copied and no file touched', () => {
  expect(stepsOf(oneEvent(), null)).toEqual(['compress', 'before files']);
});

it('says so before it copies a ring that is itself a file', () => {
  const box = { path: 'box', descriptor: -1, mapping: { address: 0n, lengthBytes: 0 } };
  expect(stepsOf(oneEvent(), box)).toEqual(['before files', 'compress', 'before files']);
});
