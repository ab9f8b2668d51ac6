// Opening piece by piece: the same recording, and nowhere more than a little work between two pauses.

import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BlackBoxMirror } from '../../src/black-box/mirror.ts';
import { openRecording, openRecordingSteps } from '../../src/black-box/open-any.ts';
import type { Recording } from '../../src/snapshot/recording.ts';
import { STEP_BYTES } from '../../src/snapshot/steps.ts';
import { makeRing, NotedFile, PlayedThread, SEGMENT_BYTES } from './mirrored-ring.ts';

const MIB = 1024 * 1024;
const BOX_BYTES = 4 * MIB;

/** A box that is full. */
function makeBox(): Uint8Array {
  const memory = makeRing(BOX_BYTES / SEGMENT_BYTES);
  const file = new NotedFile(memory);
  const thread = new PlayedThread(memory, 1);
  for (let at = 0; at < BOX_BYTES; at += 2000) thread.log('info', 1900);
  new BlackBoxMirror(memory, file, 50, () => {}).tick();
  return file.bytes;
}

const directory = mkdtempSync(join(tmpdir(), 'ttlog-steps-'));
afterAll(() => rmSync(directory, { recursive: true }));
const box = makeBox();
const boxPath = join(directory, 'box.ring');
writeFileSync(boxPath, box);

function inSteps(pathOrBytes: string | Uint8Array): { recording: Recording; pauses: number } {
  const steps = openRecordingSteps(pathOrBytes);
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done) return { recording: value, pauses };
  }
}

function eventsOf(recording: Recording): unknown[] {
  return Array.from(recording.events(), ({ fields, severity }) => ({ ...fields, severity }));
}

describe('a recording that is opened in steps', () => {
  it('is the one that is opened at once', () => {
    const { recording } = inSteps(boxPath);
    const expected = openRecording(boxPath);
    expect(recording.header.threads).toEqual(expected.header.threads);
    expect(recording.footer).toEqual(expected.footer);
    expect(eventsOf(recording)).toEqual(eventsOf(expected));
    expect(eventsOf(recording).length).toBeGreaterThan(1000);
  });

  it('pauses in every round over its bytes', () => {
    // Checked, captured, joined, its chunks and its footer checked; from a file read and copied too.
    const rounds = { bytes: 5, file: 7 };
    const parts = Math.floor(BOX_BYTES / STEP_BYTES) - 1;
    expect(inSteps(box).pauses).toBeGreaterThanOrEqual(rounds.bytes * parts);
    expect(inSteps(boxPath).pauses).toBeGreaterThanOrEqual(rounds.file * parts);
  });

  it('closes its file, also where the box turns out to be none', () => {
    const descriptors = (): number => fs.readdirSync('/proc/self/fd').length;
    const before = descriptors();
    inSteps(boxPath);
    const nothing = join(directory, 'nothing.ring');
    writeFileSync(nothing, box.subarray(0, 100));
    expect(() => inSteps(nothing)).toThrow(/no black box/);
    expect(descriptors()).toBe(before);
  });
});
