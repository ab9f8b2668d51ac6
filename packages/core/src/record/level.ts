/**
 * The six levels and the OpenTelemetry severity numbers (1-24) that stand for them in the ring.
 */

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type Level = (typeof LEVELS)[number];

/** The first severity number of each level's range of four. */
export const SEVERITY: { readonly [level in Level]: number } = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
};

export const MAX_SEVERITY = 24;

/** Level of a severity number; the ends of the scale for numbers beyond it. */
export function levelOfSeverity(severity: number): Level {
  const index = Math.floor((severity - 1) / 4);
  return LEVELS[Math.min(Math.max(index, 0), LEVELS.length - 1)];
}

export function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && (LEVELS as readonly string[]).includes(value);
}
