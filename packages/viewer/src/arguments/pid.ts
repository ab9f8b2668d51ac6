/** `--pid`: the process whose newest recording or black box is meant, instead of a file. */

import type { OptionSpec, ParsedArguments } from './option.ts';
import { UsageError } from './usage-error.ts';

export const PID_OPTION: OptionSpec = {
  name: 'pid',
  value: 'PID',
  summary: 'The newest recording or black box of a process, dead or living.',
};

/** undefined where it is not given. Throws UsageError. */
export function parsePid(given: ParsedArguments): number | undefined {
  const text = given.value('pid');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`--pid takes a number, not "${text}"`);
  if (given.operands.length > 0) throw new UsageError('--pid stands instead of a file');
  return Number(text);
}

/** What `cat` and `info` look for. */
export function wantedBy(given: ParsedArguments): {
  fallback: 'newest';
  kind: 'recordings' | 'both';
  hasFilters: boolean;
  pid?: number;
} {
  const pid = parsePid(given);
  const hasFilters = given.fieldValues !== null;
  if (pid === undefined) return { fallback: 'newest', kind: 'recordings', hasFilters };
  return { fallback: 'newest', kind: 'both', hasFilters, pid };
}
