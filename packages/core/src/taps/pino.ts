/**
 * Lines of pino, through its own channel. Taken as pino has made them, so that its serializers and
 * its redaction have been applied; what is below pino's level it does not make.
 */

import { hostname } from 'node:os';
import { byDestination, printingLogger } from '../logger/printing-logger.ts';
import type { Level } from '../record/level.ts';
import { LoggersByName } from './loggers-by-name.ts';
import { destinationOf } from './pino-destination.ts';
import { listenToChannel, type TapTools } from './tap.ts';

/** What pino's `asJson` was called with, the third being the level's number, and what it returned. */
interface Line {
  readonly instance: unknown;
  readonly arguments: ArrayLike<unknown>;
  readonly result?: unknown;
}

type Fields = { [name: string]: unknown };

/** Above this a line is not parsed; an event is cut at a quarter of it. */
const MAX_LINE_LENGTH = 65_536;
/** From each number on. Levels of the application lie in between. */
const LEVELS: readonly [number, Level][] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [20, 'debug'],
];

export function tapPino({ getLogger }: TapTools): void {
  const ownLog = getLogger('pino');
  const host = hostname();
  const loggersOf = byDestination((printedTo) => ({
    unnamed: printingLogger(ownLog, printedTo),
    byName: new LoggersByName((name) => printingLogger(getLogger(name), printedTo)),
  }));
  listenToChannel<Line>('tracing:pino_asJson:end', (line) => {
    const { instance, arguments: args, result } = line;
    const level = levelOf(args[2]);
    if (typeof result !== 'string' || !ownLog.isLevelEnabled(level)) return;
    const fields = parse(result);
    const message = takeMessage(fields, args[1]);
    for (const [name, value] of [
      ['pid', process.pid],
      ['hostname', host],
    ]) {
      if (fields[name] === value) delete fields[name];
    }
    delete fields.level;
    delete fields.time;
    const { unnamed, byName } = loggersOf(destinationOf(instance, Number(args[2])));
    const log = typeof fields.name === 'string' ? byName.get(fields.name) : undefined;
    if (log !== undefined) delete fields.name;
    (log ?? unnamed)[level](message, fields);
  });
}

function levelOf(number: unknown): Level {
  return LEVELS.find(([from]) => Number(number) >= from)?.[1] ?? 'trace';
}

function parse(line: string): Fields {
  if (line.length > MAX_LINE_LENGTH) return { lineLength: line.length };
  try {
    return JSON.parse(line);
  } catch {
    return { line };
  }
}

/** It stands last, under a name that the application may choose. */
function takeMessage(fields: Fields, message: unknown): string {
  const last = Object.keys(fields).at(-1) ?? '';
  if (typeof message === 'string') {
    if (fields[last] === message) delete fields[last];
    return message;
  }
  const { msg } = fields;
  if (typeof msg !== 'string') return '';
  delete fields.msg;
  return msg;
}
