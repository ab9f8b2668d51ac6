/** The page as a whole: what is filtered, chosen and open, and the parts that show it. */

import { type ComponentChild, h } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Clock, type ClockMode, countText } from './clock.ts';
import { Detail } from './detail.ts';
import { EventTable } from './event-table.ts';
import { type Filter, matchColumns, matchText, NO_FILTER, withinTime } from './filter.ts';
import { Histogram } from './histogram.ts';
import { Lanes } from './lanes.ts';
import { Patterns } from './patterns.ts';
import type { Report } from './recording.ts';
import { SpanList } from './span-list.ts';
import { TabPanel, Tabs } from './tabs.ts';
import { Chips, Toolbar } from './toolbar.ts';

/** A search lets the page breathe after so many milliseconds. */
const SEARCH_SLICE_MS = 12;

export type Change = (change: Partial<Filter>) => void;

export function App({ report }: { report: Report }): ComponentChild {
  const { head, events, baseNs } = report;
  const [filter, setFilter] = useState(NO_FILTER);
  const [selected, setSelected] = useState<number | null>(
    // What happened last is what one looks for first.
    events.count === 0 ? null : events.count - 1,
  );
  const [detail, setDetail] = useState<'closed' | 'open' | 'focused'>('closed');
  const [mode, setMode] = useState<ClockMode>('local');
  const [tab, setTab] = useState('Events');
  const table = useRef<HTMLDivElement>(null);
  const { matched, isSearching } = useMatched(report, filter);
  const rows = useMemo(() => withinTime(report, matched, filter), [matched, filter]);
  const clock = useMemo(() => new Clock(mode, baseNs, head.takenNs), [mode]);
  const change: Change = useCallback(
    (given) => setFilter((before) => ({ ...before, ...given })),
    [],
  );
  const open = useCallback((event: number, isByKey: boolean) => {
    setSelected(event);
    setDetail(isByKey ? 'focused' : 'open');
  }, []);
  const close = useCallback(() => {
    setDetail('closed');
    table.current?.focus();
  }, []);
  const toEvents = useCallback(() => table.current?.focus(), []);
  useShortcuts(table, close);

  const names = ['Events', 'Patterns', ...(report.spans.count > 0 ? ['Spans'] : []), 'Summary'];
  const shown = `${countText(rows.length)} of ${countText(events.count)} events`;
  const shared = { report, rows, filter, clock, change };
  return h(
    'div',
    { class: 'page' },
    h(Header, { report }),
    h(Toolbar, { report, filter, change, mode, setMode, toEvents }),
    h(
      'div',
      { class: 'overview' },
      h(Histogram, { ...shared, rows: matched }),
      h(Lanes, { ...shared, rows: matched }),
    ),
    h(
      'div',
      { class: 'status' },
      h(Tabs, { names, chosen: tab, choose: setTab }),
      h('p', { role: 'status', class: 'count' }, isSearching ? `searching… ${shown}` : shown),
      h(Chips, { report, filter, change, clock }),
    ),
    h(
      'main',
      { class: 'body' },
      h(
        TabPanel,
        { name: tab },
        tab === 'Events' &&
          h(EventTable, { report, rows, clock, selected, setSelected, open, element: table }),
        tab === 'Patterns' && h(Patterns, shared),
        tab === 'Spans' && h(SpanList, shared),
        tab === 'Summary' && h('pre', { class: 'card', tabIndex: 0 }, head.card),
      ),
      detail !== 'closed' &&
        selected !== null &&
        h(Detail, {
          ...{ report, event: selected, clock, change, close },
          takesFocus: detail === 'focused',
        }),
    ),
  );
}

function Header({ report: { head } }: { report: Report }): ComponentChild {
  const [first, ...rest] = head.deathLines;
  return h(
    'header',
    { class: head.isCrash ? 'head crash' : 'head' },
    h('h1', null, head.title),
    first !== undefined &&
      h(
        'details',
        null,
        h('summary', null, first.trim()),
        rest.length > 0 && h('pre', null, rest.join('\n')),
      ),
    head.leftOutCount > 0 &&
      h('p', { class: 'note' }, `${countText(head.leftOutCount)} older events are left out`),
  );
}

/** The events that pass all but time; those of the filter before, while a search goes on. */
function useMatched(
  report: Report,
  { levels, thread, message, pattern, trace, text }: Filter,
): { matched: Uint32Array; isSearching: boolean } {
  const [matched, setMatched] = useState(() => matchColumns(report, NO_FILTER));
  const [isSearching, setSearching] = useState(false);
  useEffect(() => {
    let isStale = false;
    const wanted = { ...NO_FILTER, levels, thread, message, pattern, trace };
    const places = matchColumns(report, wanted);
    if (text.trim() === '') {
      setSearching(false);
      setMatched(places);
      return;
    }
    let sliceEndMs = performance.now() + SEARCH_SLICE_MS;
    const pause = (): Promise<'go on' | 'stop'> | null => {
      if (performance.now() < sliceEndMs) return null;
      return new Promise((resolve) => {
        setTimeout(() => {
          sliceEndMs = performance.now() + SEARCH_SLICE_MS;
          resolve(isStale ? 'stop' : 'go on');
        });
      });
    };
    setSearching(true);
    matchText(report, places, text, pause).then((found) => {
      if (isStale || found === null) return;
      setSearching(false);
      setMatched(found);
    });
    return () => {
      isStale = true;
    };
  }, [levels, thread, message, pattern, trace, text]);
  return { matched, isSearching };
}

/** `/` goes to the search, `g` to the events, Escape closes the detail. Not while something is typed. */
function useShortcuts(table: { current: HTMLDivElement | null }, close: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLInputElement && event.target.type === 'search';
      if (isTyping || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === '/') document.getElementById('search')?.focus();
      else if (event.key === 'g') table.current?.focus();
      else if (event.key === 'Escape') close();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
