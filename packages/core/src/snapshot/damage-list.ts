/**
 * Damage as it is found, each stretch once, however often a recording is walked.
 */

import type { Damage } from './recording.ts';

/** A hostile file could otherwise make its list of complaints larger than itself. */
const MAX_ENTRIES = 1000;

export class DamageList {
  readonly entries: Damage[] = [];
  private readonly known: Set<string> = new Set();

  report(offset: number, length: number, what: string): void {
    const key = `${offset} ${what}`;
    if (this.known.has(key) || this.entries.length > MAX_ENTRIES) return;
    this.known.add(key);
    const isLast = this.entries.length === MAX_ENTRIES;
    this.entries.push({ offset, length, what: isLast ? 'more damage is not listed' : what });
  }
}
