/**
 * A sink that puts what LogTape is given into the flight recorder. Knows LogTape by the form of its
 * records only.
 */

import { hub } from './process-hub.ts';
import type { Level } from './record/level.ts';
import { LoggersByName } from './taps/loggers-by-name.ts';

/** What this sink reads of a `LogRecord` of LogTape. */
export interface LogTapeRecord {
  readonly category: readonly string[];
  readonly level: string;
  /** Texts and the values between them, in turns. */
  readonly message: readonly unknown[];
  readonly rawMessage: string | readonly string[];
  readonly properties: { readonly [name: string]: unknown };
}

const LEVELS: { readonly [name: string]: Level | undefined } = Object.assign(Object.create(null), {
  ...{ trace: 'trace', debug: 'debug', info: 'info', warning: 'warn', error: 'error' },
  fatal: 'fatal',
});

/**
 * A sink for LogTape's `configure`. Messages are the templates, values their fields; the category is
 * the logger, joined by dots. Without a running recorder it does nothing. Never throws.
 *
 * @example
 * await configure({ sinks: { ttlog: getTtlogSink() }, loggers: [{ category: [], sinks: ['ttlog'] }] });
 */
export function getTtlogSink(): (record: LogTapeRecord) => void {
  const loggers = new LoggersByName(hub.getLogger);
  const ownLog = hub.getLogger('logtape');
  return (record) => {
    try {
      const level = LEVELS[record.level] ?? 'info';
      if (!ownLog.isLevelEnabled(level)) return;
      const name = record.category.join('.');
      const log = loggers.get(name);
      const fields = log === undefined ? { category: name } : {};
      const { rawMessage, properties } = record;
      const isTemplate = typeof rawMessage === 'string';
      const message = isTemplate ? rawMessage : rawMessage.join('{}');
      const values = isTemplate ? {} : valuesIn(record.message);
      (log ?? ownLog)[level](message, { ...fields, ...properties, ...values });
    } catch {
      // A sink that throws would be reported by LogTape, to other sinks.
    }
  };
}

/** Of a tagged template, whose values have no names. */
function valuesIn(message: readonly unknown[]): { args?: unknown[] } {
  const args = message.filter((_part, index) => index % 2 === 1);
  return args.length === 0 ? {} : { args };
}
