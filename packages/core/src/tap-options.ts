/** The taps by name, and which of them TTLOG_TAPS leaves on. */

import { AsyncLocalStorage } from 'node:async_hooks';

/** What each listens to stands in the README, under the same name. */
export const TAP_NAMES = [
  'console',
  'pino',
  'http',
  'undici',
  'net',
  'child_process',
  'worker_threads',
  'warnings',
  'gc',
  'event_loop',
  'opentelemetry',
  'request_context',
] as const;

export type TapName = (typeof TAP_NAMES)[number];

/**
 * Without a text the usual ones; `all`; `off`: none; `console,pino`: these; `-net,-gc`: the usual ones
 * but these. Names that there are not are ignored, and `notes` says so.
 */
export function resolveTaps(text: string | undefined, notes: string[]): TapName[] {
  const words = (text ?? '').split(',').map((word) => word.trim());
  const wanted = new Set<string>();
  const unwanted = new Set<string>();
  for (const word of words) {
    if (word === '' || word === 'all') continue;
    const isUnwanted = word.startsWith('-');
    const name = (isUnwanted ? word.slice(1) : word).replaceAll('-', '_');
    if (word !== 'off' && !isTapName(name)) notes.push(unknown(word));
    else (isUnwanted ? unwanted : wanted).add(name);
  }
  const isAll = words.includes('all');
  const isUsual = wanted.size === 0;
  return TAP_NAMES.filter((name) => {
    if (unwanted.has(name)) return false;
    return isAll || wanted.has(name) || (isUsual && (name !== 'request_context' || isUnseen()));
  });
}

/**
 * Whether an asynchronous context leaves no trace. Where Node follows it by hooks (20, 22) they cost
 * every promise, and their frame stands in printed stacks.
 */
function isUnseen(): boolean {
  return !Object.hasOwn(new AsyncLocalStorage(), 'enabled');
}

function isTapName(name: string): name is TapName {
  return (TAP_NAMES as readonly string[]).includes(name);
}

function unknown(word: string): string {
  return (
    `TTLOG_TAPS has ${JSON.stringify(word)}, which was ignored; it takes 'all', 'off', or a list of ` +
    `${TAP_NAMES.join(', ')}, each of them with or without a '-'`
  );
}
