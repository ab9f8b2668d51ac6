// Following: what is new comes to the end of the list, and the place of the reader stays what it is.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRecordings } from '../../src/input/find-recordings.ts';
import { InputWatch } from '../../src/input/input-watch.ts';
import { openFile } from '../../src/input/open-recordings.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import type { Source } from '../../src/view/session.ts';
import { CLI } from '../run-viewer.ts';
import {
  FakeSurface,
  hundredEvents,
  openSession,
  recordingBytes,
  recordingOf,
} from './open-session.ts';
import { Pty } from './pty.ts';

const CORE = fileURLToPath(new URL('../../../core/dist/index.js', import.meta.url));

/** Gives out one reading after another. */
function sourceOf(readings: (readonly RecordingFile[] | null)[]): Source {
  return {
    isOpen: true,
    look: async () => readings.shift() ?? null,
  };
}

describe('following in the reader', () => {
  const events = hundredEvents();
  const before = recordingOf(events.slice(0, 60));
  // The ring has overwritten the oldest ten since.
  const after = recordingOf(events.slice(10));

  it('stays at the end, or where the reader is', async () => {
    const source = sourceOf([null, [after]]);
    const reader = await openSession([before], {}, new FakeSurface(), source);
    await reader.press('m', 'a', ...'jjjjjjjjjjjjjjj', 'm', 'b', 'F');
    expect(reader.surface.chosen).toContain('id=59 ');
    expect(reader.surface.status).toContain('following');
    await expect.poll(() => reader.surface.chosen, { timeout: 5000 }).toContain('id=99 ');
    expect(reader.surface.status).toMatch(/^90 of 90/);
    // The mark of an event that is there no more is forgotten, the other one still stands.
    expect(reader.view.marks).toEqual([{ index: 5, name: 'b' }]);
    await reader.press("'", 'b');
    expect(reader.surface.chosen).toContain('id=15 ');
    await reader.press('F');
    expect(reader.surface.status).toContain('no longer following');
  });

  it('keeps filters, place and search while there is more', async () => {
    const source = sourceOf([null, [after]]);
    const reader = await openSession([before], {}, new FakeSurface(), source);
    await reader.press('&', ...'id > 20', 'return', '/', ...'served', 'return', 'F', 'g');
    expect(reader.surface.chosen).toContain('id=21 ');
    await expect.poll(() => reader.surface.status, { timeout: 5000 }).toContain('hit 1 of 27');
    expect(reader.surface.chosen).toContain('id=21 ');
  });

  it('says that nothing can grow', async () => {
    const reader = await openSession([before]);
    await reader.press('F');
    expect(reader.surface.status).toContain('nothing of this can grow');
  });
});

describe('an input that is watched', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function watched(...operands: string[]): Promise<InputWatch> {
    const result = await openFile(join(directory, 'a.bin'));
    if (!result.ok) throw new Error(result.unopened.problem);
    const wanted = { fallback: 'newest', kind: 'recordings' } as const;
    return new InputWatch([result.file], { operands, environment: {}, wanted });
  }

  it('finds new recordings of a directory, and looks at broken ones once', async () => {
    writeFileSync(join(directory, 'a.bin'), recordingBytes(hundredEvents().slice(0, 5)));
    const watch = await watched(directory);
    expect(watch.isOpen).toBe(true);
    expect(await watch.look()).toBeNull();
    writeFileSync(join(directory, 'b.bin'), recordingBytes(hundredEvents().slice(5)));
    writeFileSync(join(directory, 'c.bin'), 'no recording');
    expect((await watch.look())?.map(({ path }) => path)).toEqual([
      join(directory, 'a.bin'),
      join(directory, 'b.bin'),
    ]);
    expect(await watch.look()).toBeNull();
  });

  it('is closed where files are named and no process lives', async () => {
    writeFileSync(join(directory, 'a.bin'), recordingBytes(hundredEvents().slice(0, 5)));
    expect((await watched(join(directory, 'a.bin'))).isOpen).toBe(false);
  });

  it('goes on with a black box beside a snapshot that its living process was asked for', async () => {
    const program = `
      import { getLogger, startRecorder } from ${JSON.stringify(CORE)};
      const recorder = startRecorder({ service: 'followed', blackBox: 'mirrored' });
      const log = getLogger('app');
      log.warn('before');
      process.stdout.write('ready\\n');
      process.stdin.on('data', async (word) => {
        if (String(word) === 'snapshot') await recorder.snapshot('asked');
        else log.warn('behind');
        process.stdout.write('done\\n');
      });
    `;
    const { app, environment } = await run(program);
    try {
      const operands = [join(directory, '*.{ring,bin}')];
      const wanted = { fallback: 'newest', kind: 'recordings' } as const;
      const { paths } = await findRecordings(operands, environment, wanted);
      expect(paths).toHaveLength(1);
      const box = await openFile(paths[0]);
      if (!box.ok) throw new Error(box.unopened.problem);
      const watch = new InputWatch([box.file], { operands, environment, wanted });
      app.stdin.write('snapshot');
      await once(app.stdout, 'data');
      expect((await findRecordings(operands, environment, wanted)).paths).toHaveLength(2);
      await watch.look();
      app.stdin.write('log');
      await once(app.stdout, 'data');
      let files: readonly RecordingFile[] = [];
      const messages = () =>
        files.flatMap(({ recording }) => [...recording.events()].map(({ message }) => message));
      const look = async () => {
        files = (await watch.look()) ?? files;
        return messages();
      };
      await expect.poll(look, { timeout: 10_000 }).toEqual(['before', 'behind']);
      expect(watch.isOpen).toBe(true);
    } finally {
      app.kill('SIGKILL');
    }
  }, 30_000);

  /** Starts a program whose recordings come into the directory; waits for its first word. */
  async function run(program: string) {
    writeFileSync(join(directory, 'app.mjs'), program);
    const environment = { PATH: process.env.PATH ?? '', TTLOG_SNAPSHOT_DIR: directory };
    const app = spawn(process.execPath, [join(directory, 'app.mjs')], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(app.stdout, 'data');
    return { app, environment };
  }

  /** A program that logs a warning, and another one and dies when it is told to. */
  async function start(death: string): Promise<{ app: ChildProcess; pty: Pty }> {
    const program = `
      import { getLogger, startRecorder } from ${JSON.stringify(CORE)};
      startRecorder({ service: 'followed', blackBox: 'mirrored' });
      const log = getLogger('app');
      log.warn('first', { n: 1 });
      process.stdin.on('data', () => { log.warn('next', { n: 2 }); ${death} });
      process.stdout.write('ready\\n');
    `;
    const { app, environment } = await run(program);
    const command = `${process.execPath} ${CLI} view *.ring`;
    const pty = new Pty(command, { directory, columns: 80, lines: 24, environment });
    await pty.shows(/^>.* first n=1/m);
    pty.type('F');
    await pty.shows(/following/);
    app.stdin.write('go\n');
    return { app, pty };
  }

  it('shows what a living process logs, until it dies', async () => {
    const { app, pty } = await start('');
    try {
      await pty.shows(/^>.* next n=2/m);
      app.kill('SIGKILL');
      await pty.shows(/the process has ended/);
      pty.type('q');
      expect(await pty.ended()).toBe(0);
    } finally {
      app.kill('SIGKILL');
      await pty.close();
    }
  }, 30_000);

  it('goes on in the snapshot of a crash', async () => {
    const { app, pty } = await start("throw new TypeError('poisoned');");
    try {
      await pty.shows(/^>.* next n=2/m);
      await pty.shows(/Uncaught exception/);
      pty.type('I');
      await pty.shows(/TypeError: poisoned/);
      pty.type('Iq');
      expect(await pty.ended()).toBe(0);
    } finally {
      app.kill('SIGKILL');
      await pty.close();
    }
  }, 30_000);
});
