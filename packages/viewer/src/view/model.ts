/**
 * The state of the full-screen reader and what a key makes of it. Pure: no terminal, no recording;
 * of the events it knows only how many there are and how severe each is.
 */

export interface Events {
  readonly count: number;
  severityAt(index: number): number;
}

export interface View {
  /** Index of the chosen event, and of the one on the first line; both among all events. */
  readonly chosen: number;
  readonly top: number;
  /** Lines for events, or for the detail. */
  readonly heightLines: number;
  /** Events below this severity are hidden; 1 shows all. */
  readonly minSeverity: number;
  readonly pane: 'list' | 'detail' | 'help';
  /** Lines of detail or help that are scrolled away. */
  readonly scrolledLines: number;
  readonly isDone: boolean;
}

/** A name of a special key, or the character typed. */
export type Key = string;

export function firstView(heightLines: number): View {
  return {
    chosen: 0,
    top: 0,
    heightLines,
    minSeverity: 1,
    pane: 'list',
    scrolledLines: 0,
    isDone: false,
  };
}

export function resized(view: View, heightLines: number, events: Events): View {
  return follow({ ...view, heightLines: Math.max(1, heightLines) }, events);
}

/** What a key does; the same view where it means nothing. */
export function pressed(view: View, key: Key, events: Events): View {
  if (key === 'q' || key === 'escape') {
    if (view.pane !== 'list') return { ...view, pane: 'list' };
    return key === 'q' ? { ...view, isDone: true } : view;
  }
  if (key === '?' || key === 'f1') return { ...view, pane: 'help', scrolledLines: 0 };
  return view.pane === 'list' ? pressedInList(view, key, events) : scrolled(view, key);
}

function scrolled(view: View, key: Key): View {
  if (view.pane === 'detail' && key === 'return') return { ...view, pane: 'list' };
  const lines = linesMoved(key, view.heightLines);
  if (lines === 0) return view;
  return { ...view, scrolledLines: Math.max(0, view.scrolledLines + lines) };
}

function pressedInList(view: View, key: Key, events: Events): View {
  if (events.count === 0) return view;
  const lines = linesMoved(key, view.heightLines);
  if (lines !== 0) return follow({ ...view, chosen: moved(view, lines, events) }, events);
  switch (key) {
    case 'g':
    case 'home':
      return follow({ ...view, chosen: next(view, -1, 1, events) ?? 0 }, events);
    case 'G':
    case 'end':
      return follow(
        { ...view, chosen: next(view, events.count, -1, events) ?? view.chosen },
        events,
      );
    case 'return':
      return { ...view, pane: 'detail', scrolledLines: 0 };
    case 'e':
      return jumped(view, 17, 1, events);
    case 'E':
      return jumped(view, 17, -1, events);
    case 'w':
      return jumped(view, 13, 1, events);
    case 'W':
      return jumped(view, 13, -1, events);
  }
  return /^[1-6]$/.test(key) ? levelled(view, (Number(key) - 1) * 4 + 1, events) : view;
}

/** Lines that a key moves by, down being positive. */
function linesMoved(key: Key, heightLines: number): number {
  switch (key) {
    case 'j':
    case 'down':
      return 1;
    case 'k':
    case 'up':
      return -1;
    case 'space':
    case 'pagedown':
      return heightLines;
    case 'b':
    case 'pageup':
      return -heightLines;
    case 'd':
      return Math.ceil(heightLines / 2);
    case 'u':
      return -Math.ceil(heightLines / 2);
    default:
      return 0;
  }
}

/** The nearest shown event before or behind an index, or undefined. */
function next(
  { minSeverity }: { minSeverity: number },
  from: number,
  step: 1 | -1,
  events: Events,
): number | undefined {
  for (let index = from + step; index >= 0 && index < events.count; index += step) {
    if (events.severityAt(index) >= minSeverity) return index;
  }
  return undefined;
}

function moved(view: View, lines: number, events: Events): number {
  let { chosen } = view;
  const step = lines > 0 ? 1 : -1;
  for (let left = Math.abs(lines); left > 0; left--) {
    const index = next(view, chosen, step, events);
    if (index === undefined) break;
    chosen = index;
  }
  return chosen;
}

function jumped(view: View, severity: number, step: 1 | -1, events: Events): View {
  const wanted = { minSeverity: Math.max(severity, view.minSeverity) };
  const chosen = next(wanted, view.chosen, step, events);
  return chosen === undefined ? view : follow({ ...view, chosen }, events);
}

/** Keeps the chosen event where it is shown still, else takes the nearest. */
function levelled(view: View, minSeverity: number, events: Events): View {
  const wanted = { ...view, minSeverity };
  const chosen =
    next(wanted, view.chosen - 1, 1, events) ??
    next(wanted, view.chosen, -1, events) ??
    view.chosen;
  return follow({ ...wanted, chosen, top: chosen }, events);
}

/** Shown events from the first line on, as many as there are lines. */
export function shownIndexes(view: View, events: Events): number[] {
  const indexes: number[] = [];
  let index = next(view, view.top - 1, 1, events);
  while (index !== undefined && indexes.length < view.heightLines) {
    indexes.push(index);
    index = next(view, index, 1, events);
  }
  return indexes;
}

/** Moves the first line as little as brings the chosen event into sight. */
function follow(view: View, events: Events): View {
  if (view.chosen <= view.top) return { ...view, top: view.chosen };
  let top = view.chosen;
  for (let line = 1; line < view.heightLines; line++) {
    const above = next(view, top, -1, events);
    if (above === undefined || above < view.top) return view;
    top = above;
  }
  return { ...view, top };
}
