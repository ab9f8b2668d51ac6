/** Loggers under the names that another logger has for them, which may come from anywhere. */

import type { Logger } from '../logger/logger.ts';

/** Past so many names the events go to one logger, and the name is a field of theirs. */
const MAX_LOGGERS = 64;

export class LoggersByName {
  readonly #getLogger: (name: string) => Logger;
  readonly #byName = new Map<string, Logger>();

  constructor(getLogger: (name: string) => Logger) {
    this.#getLogger = getLogger;
  }

  /** undefined: there are too many. */
  get(name: string): Logger | undefined {
    let log = this.#byName.get(name);
    if (log !== undefined || this.#byName.size >= MAX_LOGGERS) return log;
    log = this.#getLogger(name);
    this.#byName.set(name, log);
    return log;
  }
}
