// What has been printed when a process ends, however it does: run on what ships, in processes of
// their own.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-endings-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program with a recorder of these options; `onStart` may do something to it. */
function run(
  options: string,
  program: string,
  onStart: (child: ReturnType<typeof spawn>) => void = () => {},
  prelude = '',
): Promise<Ended> {
  const text = `
    ${prelude}
    const { startRecorder, getLogger } = await import('ttlog');
    const recorder = startRecorder({ service: 'ending', ${options} });
    const log = getLogger('numbered');
    ${program}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, TTLOG_SNAPSHOT_DIR: directory, FORCE_COLOR: undefined, NO_COLOR: '' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  onStart(child);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

const COUNT = 2000;
const LOG_ALL = `for (let n = 0; n < ${COUNT}; n++) log.info('event', { n });`;
const ALL = Array.from({ length: COUNT }, (_, n) => n);

const objects = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const numbers = (text: string) =>
  objects(text).flatMap(({ n }: { n?: number }) => (n === undefined ? [] : [n]));

const JSON_OUTPUT = "output: 'json'";
const NO_THREADS = `
  import { syncBuiltinESMExports } from 'node:module';
  import workerThreads from 'node:worker_threads';
  workerThreads.Worker = class { constructor() { throw new Error('no threads'); } };
  syncBuiltinESMExports();`;

describe('everything is printed, once and in order, before a process ends by', () => {
  it.each([
    ['process.exit', 'process.exit(3);', 3],
    ['an empty event loop', 'process.exitCode = 4;', 4],
    ['an exception', "throw new Error('dies');", 1],
    ['a rejection', "await Promise.reject(new Error('dies'));", 1],
    ['stop()', 'await recorder.stop(); process.exit(5);', 5],
  ])('%s', async (_what, ending, code) => {
    const ended = await run(JSON_OUTPUT, `${LOG_ALL} ${ending}`);
    expect(ended.code).toBe(code);
    expect(numbers(ended.stdout)).toEqual(ALL);
  });

  it.each([
    ['process.exit right after stop()', 'recorder.stop(); process.exit(6);', 6],
    ['process.exit a little after stop()', 'recorder.stop(); setImmediate(process.exit, 7);', 7],
    ["stop() in a listener of 'exit'", "process.on('exit', () => { recorder.stop(); });", 0],
  ])('%s, which leaves no file', async (_what, ending, code) => {
    const ended = await run(JSON_OUTPUT, `${LOG_ALL} ${ending}`);
    expect(ended).toMatchObject({ code, signal: null, stderr: '' });
    expect(numbers(ended.stdout)).toEqual(ALL);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('a signal that leaves a snapshot', async () => {
    const program = `setInterval(() => {}, 1000); ${LOG_ALL} process.kill(process.pid, 'SIGTERM');`;
    const ended = await run(`${JSON_OUTPUT}, snapshots: { signals: ['SIGTERM'] }`, program);
    expect(ended.signal).toBe('SIGTERM');
    expect(numbers(ended.stdout)).toEqual(ALL);
  });

  it('its end, where no thread can be had', async () => {
    const ended = await run(JSON_OUTPUT, LOG_ALL, () => {}, NO_THREADS);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(numbers(ended.stdout)).toEqual(ALL);
  });

  it('its end, where no thread can be had and the reader is late', async () => {
    const more = `for (let n = 0; n < 5 * ${COUNT}; n++) log.info('event', { n });`;
    const end = `process.stderr.write('end');`;
    const ended = await run(
      JSON_OUTPUT,
      `${more} ${end}`,
      (child) => {
        child.stdout?.pause();
        child.stderr?.once('data', () => setTimeout(() => child.stdout?.resume(), 100));
      },
      NO_THREADS,
    );
    expect(ended).toMatchObject({ code: 0, stderr: 'end' });
    expect(numbers(ended.stdout)).toEqual(Array.from({ length: 5 * COUNT }, (_, n) => n));
  });

  it('its end, where no thread can be had and some was printed by flush() before', async () => {
    const file = join(directory, 'lines');
    const program = `${LOG_ALL} await recorder.flush(); ${LOG_ALL} await recorder.flush(); ${LOG_ALL}`;
    const output = `output: { destination: '${file}' }`;
    const ended = await run(output, program, () => {}, NO_THREADS);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(numbers(readFileSync(file, 'utf8'))).toEqual([...ALL, ...ALL, ...ALL]);
  });

  it('its end, up to where the reader came, where that is late for the recorder thread', async () => {
    const more = `for (let n = 0; n < 10 * ${COUNT}; n++) log.info('event', { n });`;
    const ended = await run(JSON_OUTPUT, `${more} process.stderr.write('end');`, (child) => {
      child.stdout?.pause();
      child.stderr?.once('data', () => setTimeout(() => child.stdout?.resume(), 800));
    });
    expect(ended).toMatchObject({ code: 0, stderr: 'end' });
    // A socket may take half a line, which is left so where a thread gives up: each of the two may.
    const isWhole = (line: string) => line.endsWith('}');
    const lines = ended.stdout.split('\n').slice(0, -1);
    expect(lines.filter((line) => !isWhole(line)).length).toBeLessThanOrEqual(2);
    const printed = lines.filter(isWhole).map((line) => JSON.parse(line));
    const read = printed.flatMap(({ n }) => (n === undefined ? [] : [n]));
    expect(read).toEqual(read.map((_, n) => n));
  });

  it('its end, with what its own exit listeners log', async () => {
    const program = `${LOG_ALL} process.on('exit', () => log.info('last', { n: ${COUNT} }));`;
    const ended = await run(JSON_OUTPUT, program);
    expect(numbers(ended.stdout)).toEqual([...ALL, COUNT]);
  });
});

describe('a process that prints', () => {
  it('has printed what was logged when flush() resolves', async () => {
    const file = join(directory, 'lines');
    const program = `
      import { readFileSync } from 'node:fs';
      for (let round = 1; round <= 3; round++) {
        ${LOG_ALL}
        await recorder.flush();
        console.log(readFileSync('${file}', 'utf8').split('\\n').length - 1);
      }`;
    const ended = await run(`output: { destination: '${file}' }`, program);
    expect(ended.stdout.split('\n')).toEqual(['2000', '4000', '6000', '']);
  });

  it('still finds what a module that a link leads to has beside it', async () => {
    // Where the folders are known already, Node looks at its last `stat` for what they are.
    const prelude = `
      import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
      import { createRequire } from 'node:module';
      const require = createRequire('${directory}/program.js');
      mkdirSync('${directory}/store/package', { recursive: true });
      writeFileSync('${directory}/first.js', '');
      writeFileSync('${directory}/store/package/index.js', "module.exports = require('../beside');");
      writeFileSync('${directory}/store/beside.js', "module.exports = 'found';");
      symlinkSync('store/package', '${directory}/link');
      require('./first');`;
    const program = `process.stderr.write(require('./link'));`;
    const ended = await run(JSON_OUTPUT, program, () => {}, prelude);
    expect(ended).toMatchObject({ code: 0, stderr: 'found' });
  });

  it('shares a file with others, whole line by whole line', async () => {
    const file = join(directory, 'lines');
    const program = `
      for (let n = 0; n < 20_000; n++) log.info('event', { n, text: 'x'.repeat(n % 200) });
      await recorder.stop();`;
    const output = `output: { destination: '${file}' }`;
    await Promise.all([run(output, program), run(output, program)]);
    const lines = objects(readFileSync(file, 'utf8'));
    const pids = new Set(lines.map(({ pid }) => pid));
    expect(pids.size).toBe(2);
    for (const pid of pids) {
      const own = lines.filter((line) => line.pid === pid).map(({ n }) => n);
      expect(own).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
    }
  });

  it('has its pid in the name of the file where %p stands', async () => {
    const destination = join(directory, 'of-%p');
    const ended = await run(
      `output: { destination: '${destination}', level: 'warn' }`,
      "log.info('no'); log.warn('yes'); console.log(process.pid);",
    );
    const text = readFileSync(destination.replace('%p', ended.stdout.trim()), 'utf8');
    expect(objects(text)).toMatchObject([{ msg: 'yes' }]);
  });

  it('prints the events of its workers among its own, by time', async () => {
    const program = `
      import { Worker } from 'node:worker_threads';
      const code = "import('ttlog').then(({ getLogger }) => { const log = getLogger('w');" +
        'for (let n = 0; n < 500; n++) log.info("event", { n }); })';
      const workers = [1, 2].map(() => new Worker(code, { eval: true }));
      for (let n = 0; n < 500; n++) log.info('event', { n });
      await Promise.all(workers.map((worker) => new Promise((done) => worker.on('exit', done))));`;
    const { stdout } = await run(JSON_OUTPUT, program);
    const lines = objects(stdout);
    const threads = [...new Set(lines.map(({ thread }) => thread))];
    expect(threads.length).toBe(3);
    for (const thread of threads) {
      const own = lines.filter((line) => line.thread === thread).map(({ n }) => n);
      expect(own).toEqual(Array.from({ length: 500 }, (_, n) => n));
    }
  });

  it('prints what led to an error in its request first, and nothing of other requests', async () => {
    const { stdout } = await run(
      "output: { level: 'warn', backtrace: { on: 'error', level: 'debug', scope: 'context' } }",
      `const { withContext } = await import('ttlog');
      const serve = (request) => withContext({ request }, async () => {
        log.debug('begun');
        await new Promise((go) => setTimeout(go, 10 * request));
        log.trace('below the backtrace');
        log.info('half done');
        await new Promise((go) => setTimeout(go, 10));
        if (request === 2) log.error('failed');
      });
      await Promise.all([1, 2, 3].map(serve));`,
    );
    const lines = objects(stdout).map(({ msg, request }) => [msg, request]);
    expect(lines).toEqual([
      ['begun', 2],
      ['half done', 2],
      ['failed', 2],
    ]);
  });

  it('says how many events came too fast to be printed', async () => {
    const { stdout } = await run(
      "output: 'json', memory: { bytes: 1 << 20 }",
      "for (let n = 0; n < 200_000; n++) log.info('event', { n }); await recorder.stop();",
    );
    const missed = objects(stdout).reduce((sum, line) => sum + (line.missed ?? 0), 0);
    expect(missed).toBeGreaterThan(0);
    expect(numbers(stdout).length + missed).toBe(200_000);
  });

  it('ends although nobody reads the pipe that it prints to', async () => {
    const file = join(directory, 'program.mjs');
    writeFileSync(
      file,
      `import { startRecorder, getLogger } from '${join(import.meta.dirname, '../../dist/index.js')}';
      startRecorder({ output: 'json', snapshots: { directory: '${directory}' } });
      for (let n = 0; n < 20_000; n++) getLogger('numbered').info('event', { n });
      process.exit(6);`,
    );
    // Whoever holds the other end does so until the program has ended.
    const pipe = '{ "$0" "$1"; echo $? > "$2"; } | until test -s "$2"; do sleep 0.1; done';
    const args = ['-c', pipe, process.execPath, file, join(directory, 'code')];
    const shell = spawn('sh', args, { timeout: 20_000, killSignal: 'SIGKILL', detached: true });
    await new Promise((resolve) => shell.on('exit', resolve));
    expect(readFileSync(join(directory, 'code'), 'utf8')).toBe('6\n');
  });

  it('ends although nobody reads the socket that it prints to', async () => {
    const ended = await run(
      JSON_OUTPUT,
      `for (let n = 0; n < 20_000; n++) log.info('event', { n });
      setTimeout(() => process.exit(6), 300);`,
      (child) => {
        child.stdout?.pause();
        // Or else it would hang for ever.
        const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
        child.once('exit', () => {
          clearTimeout(timer);
          child.stdout?.resume();
        });
      },
    );
    expect(ended).toMatchObject({ code: 6, signal: null, stderr: '' });
    const read = numbers(ended.stdout.slice(0, ended.stdout.lastIndexOf('\n') + 1));
    expect(read).toEqual(read.map((_, n) => n));
  });

  it('goes on where the reader has gone, and tells of it once', async () => {
    const ended = await run(
      JSON_OUTPUT,
      `const errors = [];
      recorder.on('error', (error) => errors.push(error.message));
      setTimeout(() => {
        ${LOG_ALL}
        setTimeout(() => { ${LOG_ALL} }, 300);
        setTimeout(() => process.stderr.write(JSON.stringify(errors)), 500);
      }, 200);`,
      (child) => child.stdout?.destroy(),
    );
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stderr)).toEqual([expect.stringMatching(/^ttlog: output: EPIPE/)]);
  });

  it('does not color what goes to a file, and prints pretty lines by the environment', async () => {
    const ended = await run(
      '',
      "log.warn('event', { n: 1 });",
      () => {},
      `
      process.env.TTLOG_OUTPUT = 'pretty';`,
    );
    expect(ended.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}numbered: event n=1\n$/);
  });
});
