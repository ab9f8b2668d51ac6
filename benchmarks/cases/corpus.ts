// The table of all cases, by name. The first part of a name is its chapter in the results.

import type { CaseTable } from '../runner/case.ts';
import { INSIDE_SPAN } from './inside-span.ts';
import { LOG_CALLS } from './log-calls.ts';
import { MEMORY } from './memory.ts';
import { OUTPUT } from './output.ts';
import { PEER_CALLS } from './peer-calls.ts';
import { READER } from './reader.ts';
import { RING } from './ring.ts';
import { SILENT_CALLS } from './silent-calls.ts';
import { SNAPSHOT } from './snapshot.ts';
import { START } from './start.ts';
import { THREADS } from './threads.ts';
import { VIEWER } from './viewer.ts';
import { VIEWER_KEYS } from './viewer-keys.ts';

export const CASES: CaseTable = {
  ...LOG_CALLS,
  ...INSIDE_SPAN,
  ...SILENT_CALLS,
  ...PEER_CALLS,
  ...THREADS,
  ...RING,
  ...MEMORY,
  ...OUTPUT,
  ...SNAPSHOT,
  ...READER,
  ...VIEWER,
  ...VIEWER_KEYS,
  ...START,
};

/**
 * Cases whose name one of the patterns fits; all of them where there is none. A pattern that is a
 * case's whole name fits only that one, so that `threads/2` is not `threads/256` too.
 */
export function selectCases(patterns: readonly string[], isQuick: boolean): string[] {
  const expressions = patterns.map((pattern) => {
    return new RegExp(pattern in CASES ? `^${pattern}$` : pattern);
  });
  return Object.entries(CASES)
    .filter(([name, { isLong = false }]) => {
      if (isQuick && isLong) return false;
      return expressions.length === 0 || expressions.some((expression) => expression.test(name));
    })
    .map(([name]) => name);
}
