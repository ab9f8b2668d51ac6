// Logs numbered events with one logger, says after each call that it has returned, and dies.
// Arguments: logger, death, directory. The words go to descriptor 3, outside of the process.

import { writeSync } from 'node:fs';
import { join } from 'node:path';
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
    startRecorder({
      blackBox: 'mirrored',
      snapshots: { directory, onExit: 'nonzero', signals: ['SIGTERM'] },
    });
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
  sigterm: () => process.kill(process.pid, 'SIGTERM'),
  sigkill: () => process.kill(process.pid, 'SIGKILL'),
  segv: () => process.kill(process.pid, 'SIGSEGV'),
  abort: () => process.abort(),
  heap() {
    for (const all: unknown[] = []; ; ) all.push(new Array(1000).fill(`x${all.length}`));
  },
  loop() {
    for (;;);
  },
};

const log = await LOGGERS[loggerName]();
let n = 0;

function turn(): void {
  for (let i = 0; i < EVENTS_A_TURN; i++) {
    n++;
    if (n % WARN_EVERY === 0) log.warn(n);
    else log.info(n);
    writeSync(ACKNOWLEDGED, `${n}\n`);
  }
  if (n < EVENTS) setTimeout(turn, 1);
  else DEATHS[deathName]();
}

setTimeout(turn, SETTLE_MS);
// A signal to oneself takes a moment, in which there must be something to wait for.
setInterval(() => {}, 1000);
