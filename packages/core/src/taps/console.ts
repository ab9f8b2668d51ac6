/**
 * `console.log` and its kin, through Node's channels where it has them (22 and 24), else through a
 * thin wrap of the functions. What is printed, and from where, stays as it was; the arguments are
 * recorded as data, without a getter being run.
 */

import { Console } from 'node:console';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Writable } from 'node:stream';
import type { Logger } from '../logger/logger.ts';
import { printingLogger } from '../logger/printing-logger.ts';
import { inertCopy } from './inert-copy.ts';
import { listenToChannel, quiet, type TapTools } from './tap.ts';

/** The others come down to one of these: `table` to `log`, `assert` to `warn`, `trace` to `error`. */
const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const;
type Method = (typeof METHODS)[number];
const ON_STDERR: readonly Method[] = ['warn', 'error'];

/** Of one call. */
const MAX_ARGUMENTS = 100;

export function tapConsole({ getLogger }: TapTools): void {
  const ownLog = getLogger('console');
  const hasChannels = channelsWork();
  for (const method of METHODS) {
    const log = printingLogger(ownLog, ON_STDERR.includes(method) ? 'stderr' : 'stdout');
    const record = (args: readonly unknown[]): void => recordCall(log, method, args);
    if (hasChannels) listenToChannel(`console.${method}`, record);
    else wrap(method, quiet(record));
  }
}

/** Asked of a console that prints nowhere. */
function channelsWork(): boolean {
  let isHeard = false;
  const listener = (): void => {
    isHeard = true;
  };
  subscribe('console.debug', listener);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  new Console(nowhere).debug('');
  unsubscribe('console.debug', listener);
  return isHeard;
}

/** A method has no `prototype`, as the functions of Node have none, and takes `name` from its key. */
function wrap(method: Method, record: (args: readonly unknown[]) => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(console, method);
  const original: unknown = descriptor?.value;
  if (typeof original !== 'function') return;
  const { [method]: wrapped } = {
    [method](this: unknown, ...args: unknown[]): unknown {
      record(args);
      return Reflect.apply(original, this, args);
    },
  };
  Object.defineProperty(console, method, { ...descriptor, value: wrapped });
}

function recordCall(log: Logger, method: Method, args: readonly unknown[]): void {
  const [text] = args;
  const isNodesOwn = method === 'error' && args.length === 1 && isTraceOrWarning(text);
  const level = isNodesOwn ? 'debug' : method === 'log' ? 'info' : method;
  if (!log.isLevelEnabled(level)) return;
  if (args.length === 1 && typeof text === 'string') {
    log[level](text);
    return;
  }
  const copies = args.slice(0, MAX_ARGUMENTS).map(inertCopy);
  const [first] = copies;
  const isMessage = typeof first !== 'object' || first === null;
  const message = copies.length > 0 && isMessage ? String(first) : '';
  const rest = isMessage ? copies.slice(1) : copies;
  // An error that stands first gives the message.
  if (message === '' && first instanceof Error)
    log[level](first as Error, ...(rest.slice(1) as []));
  else log[level](message, ...rest);
}

/** What Node itself prints by `console.error`; warnings are told by a tap of their own as well. */
function isTraceOrWarning(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  return (
    text.startsWith(`(node:${process.pid}) `) ||
    text.startsWith('Trace\n    at ') ||
    (text.startsWith('Trace: ') && text.includes('\n    at '))
  );
}
