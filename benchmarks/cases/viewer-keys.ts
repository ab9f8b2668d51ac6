// How long the full-screen reader takes from a key to its picture: the program on a terminal of its
// own, which script(1) gives it, timed from the byte of the key to the last byte of the frame.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openRecording } from 'ttlog/reader';
import type { Case, CaseTable } from '../runner/case.ts';
import { counted, FIGURE, type Figure, quantile, summarize } from '../runner/figure.ts';
import { temporaryFile } from '../runner/temporary.ts';
import { fillRing } from './fill-ring.ts';

const VIEWER = fileURLToPath(new URL('../../packages/viewer/dist/cli.js', import.meta.url));
const MIB = 1024 * 1024;
/** Some 2.2 million events. */
const RING_MIB = { quick: 2, usual: 96 };
const WARN_EVERY = 1000;
/** The end of a frame, in what the reader writes. */
const FRAME_END = '\x1b[?2026l';
/** Nobody presses faster; the reader goes on with what it does meanwhile. */
const BETWEEN_KEYS_MS = 20;

class ReaderOnTerminal {
  #output = '';
  #onOutput: () => void = () => {};
  readonly #child;

  constructor(path: string) {
    const inner = `stty rows 50 cols 160; exec '${process.execPath}' '${VIEWER}' view '${path}'`;
    this.#child = spawn('script', ['-qefc', inner, '/dev/null'], {
      env: { PATH: process.env.PATH, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    });
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString('latin1');
      this.#onOutput();
    });
  }

  /** Milliseconds from a key to the first frame after it. */
  async press(key: string): Promise<number> {
    this.#output = '';
    const startedMs = performance.now();
    this.#child.stdin.write(key);
    await this.shows(FRAME_END);
    const ms = performance.now() - startedMs;
    await setTimeout(BETWEEN_KEYS_MS);
    return ms;
  }

  async pressAll(keys: Iterable<string>): Promise<number[]> {
    const samples: number[] = [];
    for (const key of keys) samples.push(await this.press(key));
    return samples;
  }

  shows(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onOutput = () => {
        if (!this.#output.includes(text)) return;
        this.#onOutput = () => {};
        resolve();
      };
      this.#onOutput();
    });
  }

  /** Until no frame has come for half a second. */
  async rests(): Promise<void> {
    for (let length = -1; length !== this.#output.length; ) {
      length = this.#output.length;
      await setTimeout(500);
    }
  }

  async end(): Promise<void> {
    this.#child.stdin.write('Q');
    await new Promise((resolve) => this.#child.on('close', resolve));
  }
}

const keyToPaint: Case = {
  what: 'a key to its picture in the full-screen reader, with 2 million events',
  async measure({ isQuick }) {
    const bytes = (isQuick ? RING_MIB.quick : RING_MIB.usual) * MIB;
    const { recorder } = fillRing(bytes, WARN_EVERY, { blackBox: false });
    const content = await recorder.capture();
    await recorder.stop();
    const path = temporaryFile('keys.bin');
    writeFileSync(path, content);
    const reader = new ReaderOnTerminal(path);
    await reader.shows(FRAME_END);
    await reader.rests();
    await reader.press('G');
    const moving = await reader.pressAll('kkkkkbbbbbbbbbbuuuuuWWWWWWWWWWgGgjjjjj      ddddd');
    const levels = await reader.pressAll('3wjG1542kk1');
    // Each key of the query is another filter; those behind it are pressed while it is looked for.
    const filtering = await reader.pressAll('&userId > 1000100 and ok = true\r gjjjjG');
    await reader.rests();
    const filtered = await reader.pressAll('bbbbbbbbbbkkkkkgdddduuu');
    await reader.end();
    return {
      stored: null,
      figures: [
        ...figuresOf('', [...moving, ...levels, ...filtered]),
        ...figuresOf('while filtering: ', filtering),
        counted(FIGURE.events, 'events', openRecording(content).footer?.events ?? 0),
      ],
      notes: ['a terminal of 160×50; what script(1) adds is counted'],
    };
  },
};

function figuresOf(when: string, samples: readonly number[]): Figure[] {
  const sorted = [...samples].sort((a, b) => a - b);
  return [
    summarize(`${when}${FIGURE.keyToPaint}`, 'ms', samples),
    counted(`${when}p95`, 'ms', quantile(sorted, 0.95)),
    counted(`${when}max`, 'ms', sorted[sorted.length - 1]),
  ];
}

export const VIEWER_KEYS: CaseTable = { 'viewer/key-to-paint': keyToPaint };
