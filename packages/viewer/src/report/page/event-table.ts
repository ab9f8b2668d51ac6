/**
 * The events as a table of which only the rows in sight exist. A browser has no element as high as
 * a million rows, so the scroll bar stands for the place in the table rather than for pixels, and
 * the wheel moves rows by itself.
 */

import { type ComponentChild, h, type Ref } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Clock } from './clock.ts';
import { fieldsLine, LEVEL_NAMES, type Report } from './recording.ts';

const ROW_PX = 24;
/** Well below what the browsers of today cap heights at, the least of which is 17.8 million. */
const MAX_HEIGHT_PX = 8_000_000;
const WHEEL_ROWS_PER_LINE = 3;
/** Longer texts are in the detail. */
const SHOWN_UNITS = 500;
/** By the kind of an event. */
const SPAN_WORDS: readonly string[] = ['', '(span began)', '(span ended)'];

interface EventTableProps {
  readonly report: Report;
  readonly rows: Uint32Array;
  readonly clock: Clock;
  /** An event by its place. */
  readonly selected: number | null;
  setSelected(event: number): void;
  open(event: number, isByKey: boolean): void;
  readonly element: Ref<HTMLDivElement> & { current: HTMLDivElement | null };
}

export function EventTable(props: EventTableProps): ComponentChild {
  const { report, rows, clock, selected, setSelected, open, element } = props;
  const { top, heightPx, setTop, spacerPx } = useScrolling(element, rows.length);
  const chosen = placeOf(rows, selected);
  useEffect(() => {
    if (chosen >= 0 && heightPx > 0) setTop((before) => inSight(before, chosen, heightPx));
  }, [chosen, rows, heightPx === 0]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (rows.length === 0) return;
    if (event.key === 'Enter') {
      if (chosen >= 0) open(rows[chosen], true);
    } else {
      const from = chosen < 0 ? Math.floor(top) - 1 : chosen;
      const next = rowByKey(event.key, from, rows.length, Math.floor(heightPx / ROW_PX) - 1);
      if (next === null) return;
      setSelected(rows[next]);
    }
    event.preventDefault();
  };
  const first = Math.floor(top);
  const count = Math.min(rows.length - first, Math.ceil(heightPx / ROW_PX) + 1);
  const shown = Array.from({ length: Math.max(0, count) }, (_, index) => first + index);
  return h(
    'div',
    {
      ref: element,
      class: 'events',
      role: 'grid',
      tabIndex: 0,
      'aria-label': 'Events',
      'aria-rowcount': rows.length,
      'aria-colcount': 5,
      'aria-activedescendant': chosen >= 0 ? `row-${chosen}` : undefined,
      'aria-keyshortcuts': 'g',
      onKeyDown,
    },
    h(
      'div',
      { class: 'spacer', role: 'presentation', style: { height: `${spacerPx}px` } },
      h(
        'div',
        { class: 'window', role: 'presentation', style: { height: `${heightPx}px` } },
        h(
          'div',
          {
            role: 'rowgroup',
            style: { transform: `translateY(${Math.round((first - top) * ROW_PX)}px)` },
          },
          shown.map((row) =>
            h(Row, {
              key: row,
              ...{ report, clock, row, event: rows[row] },
              isChosen: row === chosen,
              choose: (event) => open(event, false),
            }),
          ),
        ),
      ),
    ),
    rows.length === 0 && h('p', { class: 'nothing' }, 'No event passes the filters.'),
  );
}

interface RowProps {
  readonly report: Report;
  readonly clock: Clock;
  readonly row: number;
  readonly event: number;
  readonly isChosen: boolean;
  choose(event: number): void;
}

function Row({
  report: { head, events },
  clock,
  row,
  event,
  isChosen,
  choose,
}: RowProps): ComponentChild {
  const level = events.level[event];
  const kind = events.kind[event];
  // The facts of a span are for machines; they are in the detail, and in the list of spans.
  const fields = kind === 0 ? fieldsLine(events.fields.rowText(event)) : SPAN_WORDS[kind];
  const logger = head.loggers[events.logger[event]];
  return h(
    'div',
    {
      role: 'row',
      id: `row-${row}`,
      class: `row level-${level}`,
      'aria-rowindex': row + 1,
      'aria-selected': isChosen,
      onClick: () => choose(event),
    },
    h('span', { role: 'gridcell', class: 'time' }, clock.time(events.time[event])),
    h('span', { role: 'gridcell', class: 'level' }, LEVEL_NAMES[level]),
    h('span', { role: 'gridcell', class: 'thread' }, head.threads[events.thread[event]].label),
    h('span', { role: 'gridcell', class: 'logger' }, logger),
    h(
      'span',
      { role: 'gridcell', class: 'text' },
      head.messages[events.message[event]].slice(0, SHOWN_UNITS),
      ' ',
      h('span', { class: 'fields' }, fields.slice(0, SHOWN_UNITS)),
    ),
  );
}

interface Scrolling {
  /** The row at the upper edge, with its fraction. */
  readonly top: number;
  readonly heightPx: number;
  readonly spacerPx: number;
  setTop(next: (before: number) => number): void;
}

function useScrolling(element: { current: HTMLDivElement | null }, rowCount: number): Scrolling {
  const [heightPx, setHeightPx] = useState(0);
  const [top, setTop] = useState(0);
  /** Where the scroll bar was put by us; what it says then is no news. */
  const putAtPx = useRef(0);
  const spacerPx = Math.min(rowCount * ROW_PX, MAX_HEIGHT_PX);
  const maxTop = Math.max(0, rowCount - heightPx / ROW_PX);
  const maxPx = Math.max(0, spacerPx - heightPx);
  const clamped = Math.min(top, maxTop);

  useLayoutEffect(() => {
    setHeightPx(element.current!.clientHeight);
    const observer = new ResizeObserver(([{ contentRect }]) => setHeightPx(contentRect.height));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const { current } = element;
    const px = maxTop === 0 ? 0 : Math.round((clamped / maxTop) * maxPx);
    if (current === null || Math.abs(current.scrollTop - px) < 1) return;
    current.scrollTop = px;
    putAtPx.current = current.scrollTop;
  }, [clamped, maxTop, maxPx]);
  // Before the next event of scrolling, which must be measured by the heights of now.
  useLayoutEffect(() => {
    const current = element.current!;
    const onScroll = (): void => {
      if (Math.abs(current.scrollTop - putAtPx.current) < 1) return;
      putAtPx.current = current.scrollTop;
      // The ends are reached although pixels are whole.
      const isAtEnd = current.scrollTop >= maxPx - 1;
      setTop(isAtEnd ? maxTop : (current.scrollTop / maxPx) * maxTop);
    };
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.deltaY === 0) return;
      const isByLine = event.deltaMode === WheelEvent.DOM_DELTA_LINE;
      const rows = isByLine ? event.deltaY * WHEEL_ROWS_PER_LINE : event.deltaY / ROW_PX;
      setTop((before) => Math.max(0, Math.min(maxTop, Math.min(before, maxTop) + rows)));
      event.preventDefault();
    };
    current.addEventListener('scroll', onScroll, { passive: true });
    current.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      current.removeEventListener('scroll', onScroll);
      current.removeEventListener('wheel', onWheel);
    };
  }, [maxPx, maxTop]);
  return { top: clamped, heightPx, spacerPx, setTop };
}

/** The row at the upper edge with which another is in sight, with the least scrolling. */
function inSight(top: number, row: number, heightPx: number): number {
  const fits = heightPx / ROW_PX - 1;
  if (row < top) return row;
  return row > top + fits ? Math.max(0, row - fits) : top;
}

function rowByKey(key: string, from: number, count: number, page: number): number | null {
  const target = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  }[key];
  return target === undefined ? null : Math.max(0, Math.min(count - 1, target));
}

/** The row of an event, or -1; rows are in the order of their events. */
function placeOf(rows: Uint32Array, event: number | null): number {
  if (event === null) return -1;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle] < event) low = middle + 1;
    else high = middle;
  }
  return rows[low] === event ? low : -1;
}
