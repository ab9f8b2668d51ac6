// Logs numbered events with one logger, says after each call that it has returned, and dies. In a
// death of a worker it is the worker that logs. Arguments: logger, death, directory. The words go to
// descriptor 3, outside of the process.

import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { getLogger, startRecorder } from 'ttlog';
import { loadPeer } from '../runner/peers.ts';

interface Numbered {
  info: (n: number) => void;
  warn: (n: number) => void;
}

const EVENTS = 2000;
const EVENTS_A_TURN = 20;
const WARN_EVERY = 10;
const ACKNOWLEDGED = 3;
/** Asynchronous loggers open their files in this time. */
const SETTLE_MS = 200;

const [loggerName, deathName, directory] = process.argv.slice(2);
const file = join(directory, 'lines.log');

const LOGGERS: { [name: string]: () => Numbered | Promise<Numbered> } = {
  none: () => ({ info() {}, warn() {} }),
  ttlog() {
    if (isMainThread) startRecording();
    const log = getLogger('deaths');
    return { info: (n) => log.info('numbered', { n }), warn: (n) => log.warn('numbered', { n }) };
  },
  'pino, synchronous': () => pino(true),
  'pino, asynchronous': () => pino(false),
  winston() {
    const { createLogger, format, transports } = loadPeer<Winston>('winston');
    const log = createLogger({
      format: format.json(),
      transports: [new transports.File({ filename: file })],
    });
    return { info: (n) => log.info('numbered', { n }), warn: (n) => log.warn('numbered', { n }) };
  },
  async LogTape() {
    const { configure, getLogger, jsonLinesFormatter } = loadPeer<LogTape>('@logtape/logtape');
    const { getFileSink } = loadPeer<LogTapeFile>('@logtape/file');
    await configure({
      sinks: { file: getFileSink(file, { formatter: jsonLinesFormatter }) },
      loggers: [
        { category: 'deaths', lowestLevel: 'trace', sinks: ['file'] },
        { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: [] },
      ],
    });
    const log = getLogger('deaths');
    return { info: (n) => log.info('numbered', { n }), warn: (n) => log.warn('numbered', { n }) };
  },
};

interface PeerLogger {
  info: (...args: unknown[]) => void;
  warn: (...args: unknown[]) => void;
}
type Pino = ((options: object, stream: unknown) => PeerLogger) & {
  destination: (options: { dest: string; minLength?: number; sync: boolean }) => unknown;
};
interface Winston {
  createLogger: (options: object) => PeerLogger;
  format: { json: () => unknown };
  transports: { File: new (options: { filename: string }) => unknown };
}
interface LogTape {
  configure: (options: object) => Promise<void>;
  getLogger: (category: string) => PeerLogger;
  jsonLinesFormatter: unknown;
}
interface LogTapeFile {
  getFileSink: (path: string, options: object) => unknown;
}

/** Workers join by themselves; so main starts it, also where it logs nothing. */
function startRecording(): void {
  startRecorder({
    blackBox: 'mirrored',
    snapshots: { directory, onExit: 'nonzero', signals: ['SIGTERM', 'SIGINT', 'SIGHUP'] },
  });
}

function pino(sync: boolean): Numbered {
  const create = loadPeer<Pino>('pino');
  const destination = create.destination({
    dest: file,
    sync,
    ...(sync ? {} : { minLength: 4096 }),
  });
  const log = create({}, destination);
  return { info: (n) => log.info({ n }, 'numbered'), warn: (n) => log.warn({ n }, 'numbered') };
}

const DEATHS: { [name: string]: () => void } = {
  throw() {
    throw new Error('the end');
  },
  reject() {
    Promise.reject(new Error('the end'));
  },
  exit: () => process.exit(3),
  'exit 0': () => process.exit(0),
  overflow() {
    (function again(): void {
      again();
    })();
  },
  sigterm: () => process.kill(process.pid, 'SIGTERM'),
  sigint: () => process.kill(process.pid, 'SIGINT'),
  sighup: () => process.kill(process.pid, 'SIGHUP'),
  sigquit: () => process.kill(process.pid, 'SIGQUIT'),
  sigkill: () => process.kill(process.pid, 'SIGKILL'),
  segv: () => process.kill(process.pid, 'SIGSEGV'),
  abort: () => process.abort(),
  heap() {
    for (const all: unknown[] = []; ; ) all.push(new Array(1000).fill(`x${all.length}`));
  },
  loop() {
    for (;;);
  },
  wait() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};

/** What the worker does once it has logged all. */
const WORKER_DEATHS: { [name: string]: () => void } = {
  'worker throw': DEATHS.throw,
  'worker heap': DEATHS.heap,
  'worker terminate': () => parentPort?.postMessage('done'),
};

async function logAndDie(die: () => void): Promise<void> {
  const log = await LOGGERS[loggerName]();
  let n = 0;
  const turn = (): void => {
    for (let i = 0; i < EVENTS_A_TURN; i++) {
      n++;
      if (n % WARN_EVERY === 0) log.warn(n);
      else log.info(n);
      writeSync(ACKNOWLEDGED, `${n}\n`);
    }
    if (n < EVENTS) setTimeout(turn, 1);
    else die();
  };
  setTimeout(turn, SETTLE_MS);
  // A signal to oneself takes a moment, in which there must be something to wait for.
  setInterval(() => {}, 1000);
}

/** Main only waits; once the worker is terminated, it exits. */
function runWorker(): void {
  if (loggerName === 'ttlog') startRecording();
  const worker = new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
    resourceLimits: { maxOldGenerationSizeMb: 48 },
  });
  worker.on('message', () => worker.terminate().then(() => process.exit(3)));
}

if (!isMainThread) await logAndDie(WORKER_DEATHS[deathName]);
else if (deathName in WORKER_DEATHS) runWorker();
else await logAndDie(DEATHS[deathName]);
