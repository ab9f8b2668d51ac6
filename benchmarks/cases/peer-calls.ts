// The same event through what people use today, beside the floor and beside ttlog in the same
// process. Every peer is set up as its documentation does it; what it makes of the event is kept.

import { readFileSync, rmSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { getLogger, startRecorder } from 'ttlog';
import { type Case, type CaseTable, long, type Stored } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import type { Subject } from '../runner/interleave.ts';
import { loadPeer } from '../runner/peers.ts';
import { temporaryFile } from '../runner/temporary.ts';
import { measureCalls } from './call-figures.ts';
import { checkStored } from './check-stored.ts';
import { makeFloor } from './floor.ts';
import { areLoggedFields, IPS, isLoggedEvent, LOGGER, MESSAGE } from './logged-event.ts';

interface PeerCall {
  readonly subject: Subject;
  /** Lines that came out, and the fields of the last one. */
  readonly output: () => { lines: number; last: string };
  /** For a line that is no JSON. */
  readonly isWhole?: (line: string) => boolean;
  readonly notes?: readonly string[];
}

interface Fields {
  readonly [key: string]: unknown;
}

/** Takes lines as fast as can be and keeps the last one. */
class LineSink {
  lines = 0;
  last = '';

  write(line: string): void {
    this.lines++;
    this.last = line;
  }

  output = (): { lines: number; last: string } => ({ lines: this.lines, last: this.last });
}

function peer(what: string, make: () => Promise<PeerCall> | PeerCall, usesPeers = true): Case {
  return {
    what,
    usesPeers,
    async measure(plan) {
      const { subject, output, isWhole = isJsonLine, notes = [] } = await make();
      const recorder = startRecorder();
      const log = getLogger(LOGGER);
      const ttlog: Subject = {
        name: 'ttlog, 4 fields',
        call: (i) => {
          log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
        },
      };
      const beside = { [FIGURE.timesTtlog]: ttlog, [FIGURE.timesFloor]: makeFloor() };
      const check = async (calls: number, besideCalls: (other: Subject) => number) => {
        const { lines, last } = output();
        const faults = isWhole(last) ? [] : [`not as it was logged: ${last}`];
        if (lines !== calls) faults.push(`${calls} calls, but ${lines} lines`);
        if (plan.isProfile) return storedBy(calls, lines, faults);
        const own = await checkStored(recorder, besideCalls(ttlog), isLoggedEvent, plan);
        return storedBy(calls, lines, [...faults, ...own.faults]);
      };
      const measured = await measureCalls({ subject, beside, check, notes }, plan);
      await recorder.stop();
      return measured;
    },
  };
}

function storedBy(attempted: number, found: number, faults: readonly string[]): Stored {
  return { attempted, found, overwritten: 0, dropped: 0, cut: 0, faults };
}

function isJsonLine(line: string): boolean {
  try {
    const { userId, action, ip, ok, properties = { userId, action, ip, ok } } = JSON.parse(line);
    return areLoggedFields(properties);
  } catch {
    return false;
  }
}

interface PinoLogger {
  info(fields: Fields, message: string): void;
}
interface PinoDestination {
  flush(callback: (error?: Error) => void): void;
}
interface Pino {
  (options: object, stream: { write(line: string): void } | PinoDestination): PinoLogger;
  destination(options: { dest: string; minLength: number; sync: boolean }): PinoDestination;
}

function pinoToNothing(): PeerCall {
  const sink = new LineSink();
  const logger = loadPeer<Pino>('pino')({}, sink);
  return { subject: pinoSubject(logger, 20_000), output: sink.output };
}

/** Until its destination asks for bytes, V8 keeps a line as the pieces that it was made of. */
function pinoToBytes(): PeerCall {
  const sink = new LineSink();
  const bytes = Buffer.alloc(4096);
  const stream = {
    write(line: string): void {
      bytes.write(line);
      sink.write(line);
    },
  };
  return {
    subject: pinoSubject(loadPeer<Pino>('pino')({}, stream), 20_000),
    output: sink.output,
  };
}

function pinoToFile(): PeerCall {
  const pino = loadPeer<Pino>('pino');
  const dest = temporaryFile('pino.log');
  const destination = pino.destination({ dest, minLength: 4096, sync: false });
  const subject = pinoSubject(pino({}, destination), 10_000);
  return {
    subject: {
      ...subject,
      settle: () =>
        new Promise((resolve, reject) => {
          destination.flush((error) => (error ? reject(error) : resolve()));
        }),
    },
    output: () => linesOf(dest),
    notes: ['An event counts once it is written to the file; the call alone stands beside it.'],
  };
}

function pinoSubject(logger: PinoLogger, callsARound: number): Subject {
  return {
    name: 'pino',
    callsARound,
    call: (i) => {
      logger.info({ userId: i, action: 'login', ip: IPS[i & 63], ok: true }, MESSAGE);
    },
  };
}

interface Winston {
  createLogger(options: { transports: unknown[] }): { info(message: string, meta: Fields): void };
  transports: { Stream: new (options: { stream: Writable }) => unknown };
}

function winstonToNothing(): PeerCall {
  const { createLogger, transports } = loadPeer<Winston>('winston');
  const sink = new LineSink();
  const stream = new Writable({
    decodeStrings: false,
    write(line, _encoding, done) {
      sink.write(line);
      done();
    },
  });
  const logger = createLogger({ transports: [new transports.Stream({ stream })] });
  let calls = 0;
  return {
    subject: {
      name: 'winston',
      callsARound: 5_000,
      call: (i) => {
        calls++;
        logger.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
      },
      async settle() {
        while (sink.lines < calls) await setImmediate();
      },
    },
    output: sink.output,
  };
}

interface LogTape {
  configure(options: {
    sinks: { [name: string]: (record: { properties: Fields }) => void };
    loggers: { category: string[]; lowestLevel: string; sinks: string[] }[];
  }): Promise<void>;
  getLogger(category: string[]): { info(message: string, properties: Fields): void };
  jsonLinesFormatter(record: { properties: Fields }): string;
}

function logtape(isFormatting: boolean): () => Promise<PeerCall> {
  return async () => {
    const { configure, getLogger, jsonLinesFormatter } = loadPeer<LogTape>('@logtape/logtape');
    const sink = new LineSink();
    let lastRecord: { properties: Fields } = { properties: {} };
    await configure({
      sinks: {
        sink: isFormatting
          ? (record) => sink.write(jsonLinesFormatter(record))
          : (record) => {
              sink.lines++;
              lastRecord = record;
            },
      },
      loggers: [
        { category: [LOGGER], lowestLevel: 'trace', sinks: ['sink'] },
        { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: [] },
      ],
    });
    const logger = getLogger([LOGGER]);
    return {
      subject: {
        name: 'LogTape',
        callsARound: 20_000,
        call: (i) => {
          logger.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
        },
      },
      output: isFormatting
        ? sink.output
        : () => ({ lines: sink.lines, last: JSON.stringify(lastRecord.properties) }),
    };
  };
}

/** The case's standard output is a file (see case-process.ts), to which Node writes at once. */
function consoleToFile(): PeerCall {
  return {
    subject: {
      name: 'console.log',
      callsARound: 5_000,
      call: (i) => {
        console.log(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
      },
    },
    output: () => linesOf(process.env.BENCHMARK_STDOUT!),
    isWhole: (line) =>
      /^user action performed { userId: \d+, action: 'login', ip: '[\d.]+', ok: true }$/.test(line),
  };
}

function linesOf(path: string): { lines: number; last: string } {
  const bytes = readFileSync(path);
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  const end = bytes.length - 1;
  const last = bytes.toString('utf8', bytes.lastIndexOf(10, end - 1) + 1, end);
  rmSync(path, { force: true });
  return { lines, last };
}

export const PEER_CALLS: CaseTable = {
  'log/pino-noop': peer('pino to a stream that does nothing', pinoToNothing),
  'log/pino-bytes': long(peer('pino to a stream that only makes bytes of each line', pinoToBytes)),
  'log/pino-file': peer('pino to its asynchronous destination on a file', pinoToFile),
  'log/winston-noop': peer('winston to a stream that does nothing', winstonToNothing),
  'log/logtape-noop': long(peer('LogTape to a sink that does nothing', logtape(false))),
  'log/logtape-json': long(peer('LogTape to a sink that only formats JSON lines', logtape(true))),
  'log/console-file': peer('`console.log` to a file', consoleToFile, false),
};
