// How long the full-screen reader takes from a key to its picture: the program on a terminal of its
// own, which script(1) gives it, timed from the byte of the key to the last byte of the frame.

import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { openRecording } from 'ttlog/reader';
import { type Case, type CaseTable, long } from '../runner/case.ts';
import {
  type Command,
  nodeProgram,
  peakRssBytes,
  viewer,
  type WeighedCommand,
  weighed,
} from '../runner/command.ts';
import { counted, FIGURE, type Figure, quantile, summarize } from '../runner/figure.ts';
import { temporaryFile } from '../runner/temporary.ts';
import { fillRing } from './fill-ring.ts';

const MIB = 1024 * 1024;
/** Some 2.2 million events. */
const RING_BYTES = 96 * MIB;
const WARN_EVERY = 1000;
/** The end of a frame, in what the reader writes. */
const FRAME_END = '\x1b[?2026l';
/** Nobody presses faster; the reader goes on with what it does meanwhile. */
const BETWEEN_KEYS_MS = 20;

class ReaderOnTerminal {
  #output = '';
  #onOutput: () => void = () => {};
  readonly #child;

  constructor({ program, args, environment = {} }: Command & Partial<WeighedCommand>) {
    const words = [program, ...args].map((word) => `'${word}'`).join(' ');
    const inner = `stty rows 50 cols 160; exec ${words}`;
    this.#child = spawn('script', ['-qefc', inner, '/dev/null'], {
      env: {
        PATH: process.env.PATH,
        TERM: 'xterm-256color',
        SHELL: '/bin/sh',
        ...environment,
      },
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

async function longRecording(): Promise<{ path: string; events: number }> {
  const { recorder } = fillRing(RING_BYTES, WARN_EVERY, { blackBox: false });
  const content = await recorder.capture();
  await recorder.stop();
  const path = temporaryFile('keys.bin');
  writeFileSync(path, content);
  return { path, events: openRecording(content).footer?.events ?? 0 };
}

const keyToPaint: Case = {
  what: 'a key to its picture in the full-screen reader, with 2 million events',
  async measure() {
    const { path, events } = await longRecording();
    const reader = new ReaderOnTerminal(viewer('view', path));
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
        counted(FIGURE.events, 'events', events),
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

/** What is asked of the reader before it is weighed: to search, to filter, to group, to draw lanes. */
const ERRANDS = ['/userId=10001\r', '&ok = true\r', 'P', 'qL', 'zzq', 'G'];

const viewMemory: Case = {
  what: 'memory of the full-screen reader at most, over bare Node and the file, for an event of 2 million',
  async measure() {
    const { path, events } = await longRecording();
    const bareBytes = peakRssBytes(nodeProgram('start-bare'));
    const fileBytes = statSync(path).size / events;
    const opened = await weigh(path, []);
    const busy = await weigh(path, ERRANDS);
    return {
      stored: null,
      figures: [
        summarize(FIGURE.bytesAnEvent, 'bytes', [(busy - bareBytes) / events - fileBytes]),
        counted('opened only', 'bytes', (opened - bareBytes) / events - fileBytes),
        counted('of the file', 'bytes', fileBytes),
        counted(FIGURE.events, 'events', events),
      ],
      notes: [
        'after a search, a filter, patterns and timeline; the file, read as a whole, holds the texts',
      ],
    };
  },
};

async function weigh(path: string, errands: readonly string[]): Promise<number> {
  const command = weighed(viewer('view', path));
  const reader = new ReaderOnTerminal(command);
  await reader.shows(FRAME_END);
  await reader.rests();
  for (const errand of errands) {
    await reader.pressAll(errand);
    await reader.rests();
  }
  await reader.end();
  return command.peakRssBytes();
}

export const VIEWER_KEYS: CaseTable = {
  'viewer/key-to-paint': long(keyToPaint),
  'viewer/view-memory': long(viewMemory),
};
