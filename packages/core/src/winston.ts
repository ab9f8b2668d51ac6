/**
 * A transport that puts what winston is given into the flight recorder: also what is below the
 * level of its other transports. Knows winston by the form of its objects only.
 */

import { Writable } from 'node:stream';
import type { Logger } from './logger/logger.ts';
import { byDestination, printingLogger } from './logger/printing-logger.ts';
import { hub } from './process-hub.ts';
import type { Level } from './record/level.ts';
import type { PrintedTo } from './record/printed-mark.ts';

export interface TtlogTransportOptions {
  /** Name of the logger in the recording. Default `'winston'`. */
  logger?: string;
  /** The least important level of winston that is recorded. Default: all of them. */
  level?: string;
}

/** Levels of winston: those of npm, of syslog and of its command line. Others are taken for info. */
const LEVELS: { readonly [name: string]: Level | undefined } = Object.assign(Object.create(null), {
  ...{ emerg: 'fatal', alert: 'fatal', crit: 'fatal', fatal: 'fatal', error: 'error' },
  ...{ warn: 'warn', warning: 'warn', notice: 'info', info: 'info', help: 'info', data: 'info' },
  ...{ http: 'debug', verbose: 'debug', debug: 'debug', prompt: 'debug', input: 'debug' },
  ...{ silly: 'trace', trace: 'trace' },
});
/** The level as it was before a format coloured it. */
const LEVEL = Symbol.for('level');

type Levels = { readonly [level: string]: unknown };

/** What is read of the logger that the transport is added to. */
interface WinstonLogger {
  readonly level?: string;
  /** The more important, the lower. */
  readonly levels?: { readonly [level: string]: number | undefined };
  readonly transports?: readonly WinstonTransport[];
}

interface WinstonTransport {
  readonly level?: string;
  readonly silent?: boolean;
  readonly handleExceptions?: boolean;
  /** Those for the console have this, and no others. */
  readonly stderrLevels?: Levels;
  readonly consoleWarnLevels?: Levels;
}

/**
 * `createLogger({ transports: [new TtlogTransport()] })`. Without a running recorder it does nothing.
 * Never throws and never errs.
 *
 * @example
 * winston.createLogger({ transports: [new winston.transports.Console(), new TtlogTransport()] });
 */
export class TtlogTransport extends Writable {
  level?: string;
  readonly #logOf: (printedTo: PrintedTo | null) => Logger;
  #parent: WinstonLogger = {};

  constructor(options: TtlogTransportOptions = {}) {
    super({ objectMode: true });
    if (options.level !== undefined) this.level = options.level;
    const log = hub.getLogger(options.logger ?? 'winston');
    this.#logOf = byDestination((printedTo) => printingLogger(log, printedTo));
    this.on('pipe', (logger: WinstonLogger) => {
      this.#parent = logger;
    });
  }

  /** @internal */
  override _write(info: object, _encoding: string, done: () => void): void {
    this.log(info, done);
  }

  /** What winston calls, and by which it knows a transport. */
  log(info: object, done: () => void): void {
    try {
      this.#record(info as { [key: string | symbol]: unknown });
    } catch {
      // An error of a transport would end winston's stream.
    }
    done();
  }

  #record(info: { [key: string | symbol]: unknown }): void {
    const { level: shownLevel, message, ...fields } = info;
    const name = String(info[LEVEL] ?? shownLevel);
    if (!takes(this.#parent, this.level, name)) return;
    const level = LEVELS[name] ?? 'info';
    const log = this.#logOf(printedBy(this.#parent, name, info));
    if (!log.isLevelEnabled(level)) return;
    const isText = typeof message === 'string';
    log[level](isText ? message : '', isText ? { ...fields } : { ...fields, message });
  }
}

/** Whether a transport of this level takes a call of that one. */
function takes({ levels = {} }: WinstonLogger, level: string | undefined, name: string): boolean {
  const [rank, last] = [levels[name], levels[level ?? '']];
  return rank === undefined || last === undefined || rank <= last;
}

/** Where the logger's transports for the console print a call of this level, if they do. */
function printedBy(
  logger: WinstonLogger,
  name: string,
  { exception }: { readonly exception?: unknown },
): PrintedTo | null {
  for (const transport of logger.transports ?? []) {
    const { stderrLevels, silent, handleExceptions, level = logger.level } = transport;
    const isOff = silent === true || (exception === true && !handleExceptions);
    if (stderrLevels === undefined || isOff || !takes(logger, level, name)) continue;
    return stderrLevels[name] || transport.consoleWarnLevels?.[name] ? 'stderr' : 'stdout';
  }
  return null;
}
