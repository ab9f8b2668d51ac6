/** Moving through the shown events, and which of them stand on the screen. Jumps are in `jumps.ts`. */

import type { Events, Key, View } from './model.ts';
import { WHEEL_ROWS } from './rows.ts';

/** The shown events on the screen, and the line of the chosen one. */
export interface Visible {
  readonly indexes: readonly number[];
  readonly line: number;
}

/** Puts another shown event in place of a chosen one that is hidden; the anchor stays. */
export function settled(view: View, { shown, count }: Events): View {
  const wanted = view.isAtEnd && view.pane === 'list' ? count - 1 : view.anchor;
  const chosen = shown.has(wanted)
    ? wanted
    : (shown.next(wanted) ?? shown.previous(wanted) ?? view.anchor);
  const line = view.isAtEnd ? view.heightLines - 1 : view.line;
  if (chosen === view.chosen && line === view.line) return view;
  const anchor = view.isAtEnd ? chosen : view.anchor;
  return { ...view, chosen, line, anchor };
}

export function visible(view: View, { shown }: Events): Visible {
  const { chosen, heightLines } = view;
  if (!shown.has(chosen)) return { indexes: [], line: 0 };
  const above: number[] = [];
  const aboveWanted = Math.min(view.line, heightLines - 1);
  addPrevious(above, chosen, aboveWanted);
  const below: number[] = [];
  const belowWanted = heightLines - 1 - above.length;
  let next = shown.next(chosen + 1);
  while (next !== undefined && below.length < belowWanted) {
    below.push(next);
    next = shown.next(next + 1);
  }
  // No empty lines at the bottom while there is something above.
  addPrevious(above, above.at(-1) ?? chosen, belowWanted - below.length);
  return { indexes: [...above.reverse(), chosen, ...below], line: above.length };

  function addPrevious(found: number[], from: number, count: number): void {
    let previous = shown.previous(from - 1);
    for (let left = count; left > 0 && previous !== undefined; left--) {
      found.push(previous);
      previous = shown.previous(previous - 1);
    }
  }
}

export function resized(view: View, heightLines: number, events: Events): View {
  const { line } = visible(view, events);
  const height = Math.max(1, heightLines);
  return { ...view, heightLines: height, line: Math.min(line, height - 1) };
}

/** What a key that moves does in the list, so many times; null for other keys. */
export function moved(view: View, key: Key, events: Events, times: number): View | null {
  const { heightLines, screenEvents } = view;
  switch (key) {
    case 'j':
    case 'down':
      return stepped(view, times, events);
    case 'k':
    case 'up':
      return stepped(view, -times, events);
    case ' ':
    case 'pagedown':
      return scrolled(view, screenEvents * times, events);
    case 'b':
    case 'pageup':
    case 'ctrl-b':
      return scrolled(view, -screenEvents * times, events);
    case 'd':
    case 'ctrl-d':
      return scrolled(view, Math.ceil(screenEvents / 2) * times, events);
    case 'u':
    case 'ctrl-u':
      return scrolled(view, -Math.ceil(screenEvents / 2) * times, events);
    case 'g':
    case 'home':
      return at(view, events.shown.next(0), 0);
    case 'G':
    case 'end':
      return at(view, events.shown.previous(events.count), heightLines - 1);
    case 'wheel-down':
      return scrolled(view, WHEEL_ROWS, events);
    case 'wheel-up':
      return scrolled(view, -WHEEL_ROWS, events);
    case 'l':
      return sideways(view, Math.ceil(view.widthColumns / 2) * times);
    case 'h':
      return sideways(view, -Math.ceil(view.widthColumns / 2) * times);
    case 'right':
      return sideways(view, SIDEWAYS_COLUMNS * times);
    case 'left':
      return sideways(view, -SIDEWAYS_COLUMNS * times);
    default:
      return null;
  }
}

const SIDEWAYS_COLUMNS = 10;
const MAX_LEFT = 16_000;

function sideways(view: View, columns: number): View {
  return { ...view, leftColumns: Math.max(0, Math.min(MAX_LEFT, view.leftColumns + columns)) };
}

/** So many events on; the picture moves only at its edges. */
function stepped(view: View, steps: number, events: Events): View {
  const { shown } = events;
  const { line } = visible(view, events);
  const rank = shown.countBefore(view.chosen);
  const wanted = Math.min(shown.count - 1, Math.max(0, rank + steps));
  const next = Math.min(view.heightLines - 1, Math.max(0, line + wanted - rank));
  return at(view, shown.nth(wanted), next);
}

/** The picture moves by lines, the chosen event with it. */
function scrolled(view: View, lines: number, events: Events): View {
  const { shown } = events;
  const { line } = visible(view, events);
  const rank = shown.countBefore(view.chosen);
  const wanted = Math.min(shown.count - 1, Math.max(0, rank + lines));
  const isAtEdge = wanted !== rank + lines;
  const edge = lines > 0 ? view.heightLines - 1 : 0;
  return at(view, shown.nth(wanted), isAtEdge ? edge : line);
}

export function beside(index: number, step: 1 | -1, { shown }: Events): number | undefined {
  return step === 1 ? shown.next(index + 1) : shown.previous(index - 1);
}

function at(view: View, index: number | undefined, line: number): View {
  if (index === undefined) return view;
  return { ...view, chosen: index, anchor: index, line };
}

/** Goes to an event from afar: where it is on the screen already, the picture stays. */
export function goneTo(view: View, index: number, events: Events): View {
  if (index === view.chosen) return view;
  const { indexes } = visible(view, events);
  const place = indexes.indexOf(index);
  const line = place >= 0 ? place : Math.floor(view.heightLines / 3);
  return {
    ...view,
    chosen: index,
    anchor: index,
    line,
    visited: visitedFrom(view),
    unvisited: [],
  };
}

/** The places left by jumps, when one is made from here. */
export function visitedFrom({ visited, anchor }: View): readonly number[] {
  return [...visited.slice(-MAX_VISITED + 1), anchor];
}

const MAX_VISITED = 100;
