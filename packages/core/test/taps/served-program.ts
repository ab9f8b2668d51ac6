// Starts one of the applications in `fixtures`, puts it under load, leaves a request in flight, and
// ends it.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { openRecording, type Recording, recoverBlackBox } from 'ttlog/reader';
import { expect } from 'vitest';

export interface ServedOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the snapshot, or of what the black box gave; null without ttlog. */
  readonly path: string | null;
  readonly recording: Recording | null;
}

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-taps-'));
process.once('exit', () => fs.rmSync(root, { recursive: true, force: true }));

/** `register`: what to import first. `death`: a signal, or a request that the program dies of. */
export async function serve(
  program: string,
  register: string,
  death: 'SIGKILL' | 'SIGTERM' | 'crash',
  requests: number,
  taps = '',
): Promise<ServedOutcome> {
  const folder = fs.mkdtempSync(join(root, 'program-'));
  const child = fork(program, {
    execArgv: ['--import', register],
    env: {
      ...{ PATH: process.env.PATH, TTLOG_SNAPSHOT_DIR: folder, TTLOG_BLACK_BOX: 'mirrored' },
      TTLOG_TAPS: taps,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [port] = (await once(child, 'message')) as [number];
  const base = `http://127.0.0.1:${port}`;
  const { non2xx, errors } = await autocannon({
    ...{ url: `${base}/orders/7?token=hunter2`, amount: requests, connections: 4 },
    headers: { 'user-agent': 'FATAL http: request begun' },
  });
  expect({ non2xx, errors }).toEqual({ non2xx: 0, errors: 0 });
  const isWaiting = once(child, 'message');
  ask(`${base}/slow?token=hunter2`);
  await isWaiting;
  if (death === 'crash') ask(`${base}/die`);
  // The warning was written at once; what is below comes to the box within its period.
  else setTimeout(() => child.kill(death), 300);
  const [code, signal] = await closed;
  const path = recordingIn(folder);
  const recording = path === null ? null : openRecording(path);
  return { code, signal, stdout, stderr, path, recording };
}

/** Whose answer nobody waits for. */
function ask(url: string): void {
  http.get(url).on('error', () => {});
}

function recordingIn(folder: string): string | null {
  const names = fs.readdirSync(folder);
  const [snapshot] = names.filter((name) => name.endsWith('.bin'));
  if (snapshot !== undefined) return join(folder, snapshot);
  const [box] = names.filter((name) => name.endsWith('.ring'));
  return box === undefined ? null : recoverBlackBox(join(folder, box)).path;
}
