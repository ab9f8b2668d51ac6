/** How a pattern of messages reads, and the values under its wildcards. */

import type { Pattern } from '../digest/patterns.ts';
import { printable } from './escape.ts';
import { countText } from './quantity.ts';

/** `http: request <*> served`. */
export function patternTitle({ logger, template }: Pattern): string {
  return printable(logger === '' ? template : `${logger}: ${template}`);
}

/** `1: 7 (12), 8 (3), … 40 in all`, one for each wildcard. */
export function wildcardTexts({ wildcards }: Pattern): string[] {
  return wildcards.map(({ distinct, top }, index) => {
    const values = top.map(({ value, count }) => `${printable(value)} (${countText(count)})`);
    const more = distinct > top.length ? `, … ${countText(distinct)} in all` : '';
    return `${index + 1}: ${values.join(', ')}${more}`;
  });
}
