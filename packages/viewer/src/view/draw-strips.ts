/** Histogram and right edge as characters. Without colour they say the same by their shapes. */

import type { Paint, Palette } from '../format/colour.ts';
import type { Drawing } from './draw.ts';
import type { View } from './model.ts';
import { listStretches, type Stretch, timePart, timeStretches, type Worst } from './strips.ts';

export const EIGHTHS: readonly string[] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Where events are missing from the time, and where none were. */
export const LOST = '░';

export function histogramLines(view: View, { known, columns, colours }: Drawing): string[] {
  const width = Math.max(1, columns - 1);
  const stretches = timeStretches(known, width);
  if (stretches.length === 0) return ['', ''];
  const most = stretches.reduce((largest, { events }) => Math.max(largest, events), 1);
  const bars = stretches.map((stretch) => {
    const height = Math.max(0, Math.ceil((stretch.events / most) * EIGHTHS.length) - 1);
    const text = stretch.events > 0 ? EIGHTHS[height] : stretch.isLossy ? LOST : ' ';
    return { text, paint: worstPaint(stretch.worst, colours) };
  });
  const here = timePart(known, view.chosen, width);
  const marked = new Set(view.marks.map(({ index }) => timePart(known, index, width)));
  const signs = stretches.map((stretch, part) => {
    if (part === here) return { text: '▲', paint: colours.bold };
    if (marked.has(part)) return { text: '*', paint: colours.yellow };
    if (stretch.worst === 'error') return { text: '!', paint: colours.red };
    return { text: stretch.isLossy ? LOST : '─', paint: colours.dim };
  });
  return [joined(bars), joined(signs)];
}

/** A cell for each line of the list: what that part of all shown events holds. */
export function edgeCells(view: View, { known, colours }: Drawing): string[] {
  const { starts, stretches } = listStretches(known, view.heightLines);
  if (known.shown.count === 0) return [];
  const hits = known.hits('search')?.found;
  return stretches.map((stretch, part) => {
    const [from, to] = [starts[part], starts[part + 1]];
    const isIn = (index: number | undefined): boolean =>
      index !== undefined && index >= from && index < to;
    const isHere = isIn(view.chosen);
    const paint = isHere ? colours.bold : worstPaint(stretch.worst, colours);
    if (isHere) return paint('█');
    if (view.marks.some(({ index }) => isIn(index))) return colours.yellow('*');
    if (isIn(hits?.next(from))) return colours.cyan('/');
    return paint(shapeOf(stretch));
  });
}

function shapeOf({ worst, isLossy }: Stretch): string {
  if (worst === 'error') return '!';
  if (worst === 'warning') return '-';
  if (worst === 'none') return ' ';
  return isLossy ? LOST : '│';
}

export function worstPaint(worst: Worst, { red, yellow, dim }: Palette): Paint {
  return worst === 'error' ? red : worst === 'warning' ? yellow : dim;
}

/** One sequence for neighbours of the same colour. */
export function joined(cells: readonly { text: string; paint: Paint }[]): string {
  let line = '';
  for (let at = 0; at < cells.length; ) {
    const { paint } = cells[at];
    let text = '';
    while (at < cells.length && cells[at].paint === paint) text += cells[at++].text;
    line += paint(text);
  }
  return line;
}
