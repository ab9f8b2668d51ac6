/** The pane of patterns: a row each, and below them the values under the wildcards of the chosen one. */

import { LEVELS } from 'ttlog/reader';
import type { Pattern } from '../digest/patterns.ts';
import { patternTitle, wildcardTexts } from '../format/pattern-text.ts';
import { countText } from '../format/quantity.ts';
import { sparkline } from '../format/spark.ts';
import { fitted } from '../format/width.ts';
import type { Drawing } from './draw.ts';
import { levelPaint } from './level-paint.ts';
import type { View } from './model.ts';

const COUNT_WIDTH = 11;
const SHARE_WIDTH = 7;
const LEVEL_WIDTH = 6;

export function patternLines(view: View, { known, columns, colours }: Drawing): string[] {
  const { patterns } = known;
  if (patterns === null) return [fitted('grouping the events…', columns)];
  if (patterns.length === 0) return [fitted('no events to group', columns)];
  const all = patterns.reduce((sum, { events }) => sum + events, 0);
  const chosen = Math.min(view.inPane.row, patterns.length - 1);
  const { topRow } = view.inPane;
  const rows = patterns.slice(topRow, topRow + view.heightLines - 1).map((pattern, line) => {
    const isChosen = topRow + line === chosen;
    const count = countText(pattern.events).padStart(COUNT_WIDTH - 2);
    const share = `${((100 * pattern.events) / all).toFixed(1)}%`.padStart(SHARE_WIDTH);
    const lead = fitted(`${isChosen ? '> ' : '  '}${count}${share} `, columns);
    const worst = worstOf(pattern);
    const level = fitted(worst.toUpperCase().padEnd(LEVEL_WIDTH), columns - lead.length);
    const left = columns - lead.length - level.length;
    const title = fitted(`${sparkline(pattern.bins)} ${patternTitle(pattern)}`, left);
    const paint = levelPaint(LEVELS.indexOf(worst) * 4 + 1, colours);
    return lead + paint(level) + (isChosen ? colours.bold(title) : title);
  });
  while (rows.length < view.heightLines - 1) rows.push('');
  const values = wildcardTexts(patterns[chosen]).join('   ');
  return [...rows, colours.dim(fitted(values, columns))];
}

function worstOf({ byLevel }: Pattern): (typeof LEVELS)[number] {
  return LEVELS.findLast((level) => byLevel[level] !== undefined) ?? 'trace';
}
