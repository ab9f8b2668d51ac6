/**
 * A transport that puts what winston is given into the flight recorder: also what is below the
 * level of its other transports. Knows winston by the form of its objects only.
 */

import { Writable } from 'node:stream';
import type { Logger } from './logger/logger.ts';
import { hub } from './process-hub.ts';
import type { Level } from './record/level.ts';

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

/**
 * `createLogger({ transports: [new TtlogTransport()] })`. Without a running recorder it does nothing.
 * Never throws and never errs.
 *
 * @example
 * winston.createLogger({ transports: [new winston.transports.Console(), new TtlogTransport()] });
 */
export class TtlogTransport extends Writable {
  level?: string;
  readonly #log: Logger;
  /** Of the logger that it is added to: the more important, the lower. */
  #ranks: { readonly [level: string]: number | undefined } = {};

  constructor(options: TtlogTransportOptions = {}) {
    super({ objectMode: true });
    if (options.level !== undefined) this.level = options.level;
    this.#log = hub.getLogger(options.logger ?? 'winston');
    this.on('pipe', (logger: { levels?: { [level: string]: number } }) => {
      this.#ranks = logger.levels ?? {};
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
    const [rank, last] = [this.#ranks[name], this.#ranks[this.level ?? '']];
    if (rank !== undefined && last !== undefined && rank > last) return;
    const level = LEVELS[name] ?? 'info';
    if (!this.#log.isLevelEnabled(level)) return;
    const isText = typeof message === 'string';
    this.#log[level](isText ? message : '', isText ? { ...fields } : { ...fields, message });
  }
}
