/**
 * What single options may be. Each check returns the value, or throws a TypeError that names the
 * option, what it got and what it takes.
 */

import { isLevel, LEVELS, type Level } from './record/level.ts';

export const MIB: number = 1024 * 1024;
/** Timers of Node take no more. */
export const MAX_MS: number = 2 ** 31 - 1;

/**
 * Signals that end a process which does not listen, and that a listener can be put on. SIGSEGV
 * and its kin are not among them: with a listener a real fault would be executed again for ever.
 */
export const DEADLY: readonly NodeJS.Signals[] = [
  ...(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK'] as const),
  ...([
    'SIGALRM',
    'SIGABRT',
    'SIGIO',
    'SIGTRAP',
    'SIGXCPU',
    'SIGVTALRM',
    'SIGPWR',
    'SIGSYS',
  ] as const),
];

/** Those that Node or the system would otherwise ignore, or use for something else. */
export const LISTENABLE: readonly NodeJS.Signals[] = [
  ...DEADLY,
  ...(['SIGPIPE', 'SIGWINCH', 'SIGUSR1', 'SIGCONT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const),
  ...(['SIGURG', 'SIGXFSZ'] as const),
];

export function isOneOf<T>(value: unknown, values: readonly T[]): value is T {
  return values.includes(value as T);
}

export function record(
  value: unknown,
  option: string,
  known: readonly string[],
): { [key: string]: unknown } {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(option, value, `an object with ${known.join(', ')}`);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const prefix = option === 'options' ? '' : `${option}.`;
      throw new TypeError(
        `ttlog: there is no option ${prefix}${key}; known are ${known.join(', ')}`,
      );
    }
  }
  return value as { [key: string]: unknown };
}

export function string(value: unknown, option: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw wrong(option, value, 'a non-empty string');
  return value;
}

export function boolean(value: unknown, option: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean')
    throw wrong(option, value, 'true or false');
  return value;
}

export function level(value: unknown, option: string): Level | undefined {
  if (value === undefined || isLevel(value)) return value;
  throw wrong(option, value, LEVELS.map((name) => `'${name}'`).join(', '));
}

export function whole(
  value: unknown,
  option: string,
  from: number,
  to: number,
): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
    throw wrong(option, value, `a whole number from ${from} to ${to}`);
  }
  return value as number;
}

export function wrong(option: string, value: unknown, takes: string): TypeError {
  return new TypeError(`ttlog: ${option} is ${describe(value)}; it takes ${takes}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  try {
    return String(value);
  } catch {
    return 'an object';
  }
}
