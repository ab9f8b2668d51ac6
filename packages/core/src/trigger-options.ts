/**
 * The option `triggers`: what it takes, and its validation.
 */

import { level, MAX_MS, record, string, whole, wrong } from './option-values.ts';
import type { Level } from './record/level.ts';

/** A burst that is complete. */
export interface Trigger {
  readonly name: string;
  readonly level: Level;
  readonly count: number;
  readonly withinMs: number;
  /** From the first to the last event of the burst. */
  readonly spanMs: number;
  /** Epoch milliseconds of its last event. */
  readonly atMs: number;
}

export interface TriggerOptions {
  /** The snapshot's reason. No two triggers have the same. */
  name: string;
  level: Level;
  /** So many events of this level or above, of all threads, up to 100,000 … */
  count: number;
  /** … within this time take a snapshot. */
  withinMs: number;
  /** Only events whose message contains this text, as it is written. Default: all. */
  match?: string;
  /** The trigger rests for this long afterwards. Default 60,000. */
  cooldownMs?: number;
  /**
   * Called on the thread that started the recorder, before the snapshot is written; `'snapshot'`
   * tells of that. What it throws goes to `'error'`.
   */
  onTrigger?: (trigger: Trigger) => void;
}

/** With everything decided and without the callback, which does not travel to other threads. */
export interface ResolvedTrigger {
  name: string;
  level: Level;
  count: number;
  withinMs: number;
  match: string | undefined;
  cooldownMs: number;
}

const KNOWN = ['name', 'level', 'count', 'withinMs', 'match', 'cooldownMs', 'onTrigger'];
/** Eight bytes each are kept. */
const MAX_COUNT = 100_000;
const COOLDOWN_MS = 60_000;

export function resolveTriggers(value: unknown): ResolvedTrigger[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong('triggers', value, 'a list of triggers');
  const triggers = value.map((item: unknown, index) => resolveTrigger(item, `triggers[${index}]`));
  triggers.forEach(({ name }, index) => {
    if (triggers.findIndex((other) => other.name === name) !== index) {
      throw wrong(`triggers[${index}].name`, name, 'a name that no other trigger has');
    }
  });
  return triggers;
}

function resolveTrigger(value: unknown, option: string): ResolvedTrigger {
  const given = record(value ?? null, option, KNOWN);
  const { onTrigger } = given;
  if (onTrigger !== undefined && typeof onTrigger !== 'function') {
    throw wrong(`${option}.onTrigger`, onTrigger, 'a function');
  }
  return {
    name: required(string(given.name, `${option}.name`), `${option}.name`, 'a non-empty string'),
    level: required(level(given.level, `${option}.level`), `${option}.level`, 'a level'),
    count: required(
      whole(given.count, `${option}.count`, 1, MAX_COUNT),
      `${option}.count`,
      'how many events',
    ),
    withinMs: required(
      whole(given.withinMs, `${option}.withinMs`, 1, MAX_MS),
      `${option}.withinMs`,
      'milliseconds',
    ),
    match: string(given.match, `${option}.match`),
    cooldownMs: whole(given.cooldownMs, `${option}.cooldownMs`, 0, MAX_MS) ?? COOLDOWN_MS,
  };
}

function required<T>(value: T | undefined, option: string, takes: string): T {
  if (value === undefined) throw wrong(option, value, takes);
  return value;
}
