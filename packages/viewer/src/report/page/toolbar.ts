/** What narrows the events by hand, and chips for all that does. */

import { type ComponentChild, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Change } from './app.ts';
import { type Clock, type ClockMode, countText, durationText } from './clock.ts';
import { ALL_LEVELS, type Filter, NO_FILTER } from './filter.ts';
import { LEVEL_NAMES, type Report } from './recording.ts';

/** A search begins when nothing was typed for so long. */
const TYPING_MS = 150;

interface ToolbarProps {
  readonly report: Report;
  readonly filter: Filter;
  readonly change: Change;
  readonly mode: ClockMode;
  setMode(mode: ClockMode): void;
  /** Moves the focus to the events. */
  toEvents(): void;
}

export function Toolbar(props: ToolbarProps): ComponentChild {
  const { report, filter, change, mode, setMode, toEvents } = props;
  const [counts] = useState(() => levelCounts(report));
  return h(
    'div',
    { class: 'toolbar', role: 'search' },
    h(Search, { text: filter.text, change, toEvents }),
    h(
      'fieldset',
      { class: 'levels' },
      h('legend', null, 'Levels'),
      LEVEL_NAMES.map((name, level) =>
        h(
          'label',
          { key: name, class: `level-${level}`, title: `${countText(counts[level])} events` },
          h('input', {
            type: 'checkbox',
            checked: ((filter.levels >> level) & 1) === 1,
            onChange: () => change({ levels: filter.levels ^ (1 << level) }),
          }),
          h('span', null, name),
          h('small', null, countText(counts[level])),
        ),
      ),
    ),
    h(
      'label',
      null,
      'Times ',
      h(
        'select',
        {
          value: mode,
          onChange: (event: Event) =>
            setMode((event.currentTarget as HTMLSelectElement).value as ClockMode),
        },
        h('option', { value: 'local' }, 'local'),
        h('option', { value: 'utc' }, 'UTC'),
        h('option', { value: 'end' }, 'before the end'),
      ),
    ),
    h(ThemeSwitch, null),
  );
}

interface SearchProps {
  readonly text: string;
  readonly change: Change;
  toEvents(): void;
}

function Search({ text, change, toEvents }: SearchProps): ComponentChild {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => change({ text: typed }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return h('input', {
    type: 'search',
    id: 'search',
    'aria-label': 'Search events',
    'aria-keyshortcuts': '/',
    placeholder: 'Search: words in message, logger, fields   /',
    value: typed,
    spellcheck: false,
    autocomplete: 'off',
    onInput: (event: Event) => setTyped((event.currentTarget as HTMLInputElement).value),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') toEvents();
    },
  });
}

function ThemeSwitch(): ComponentChild {
  const [theme, setTheme] = useState('auto');
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    // Canvases take their colours when they are drawn.
    window.dispatchEvent(new Event('themechange'));
  }, [theme]);
  return h(
    'label',
    null,
    'Theme ',
    h(
      'select',
      {
        value: theme,
        onChange: (event: Event) => setTheme((event.currentTarget as HTMLSelectElement).value),
      },
      ['auto', 'light', 'dark'].map((name) => h('option', { key: name, value: name }, name)),
    ),
  );
}

interface ChipsProps {
  readonly report: Report;
  readonly filter: Filter;
  readonly change: Change;
  readonly clock: Clock;
}

export function Chips({ report: { head }, filter, change, clock }: ChipsProps): ComponentChild {
  const { levels, thread, message, pattern, trace, text, fromNs, toNs } = filter;
  const chips: [text: string, without: Partial<Filter>][] = [];
  if (text !== '') chips.push([`“${text}”`, { text: '' }]);
  if (levels !== ALL_LEVELS) {
    const names = LEVEL_NAMES.filter((_, level) => ((levels >> level) & 1) === 1);
    chips.push([names.join(', ') || 'no level', { levels: ALL_LEVELS }]);
  }
  if (thread !== null) chips.push([`thread ${head.threads[thread].label}`, { thread: null }]);
  if (message !== null) chips.push([head.messages[message], { message: null }]);
  if (pattern !== null) chips.push([head.patterns[pattern].title, { pattern: null }]);
  if (trace !== null) chips.push([`trace ${head.ids[trace]}`, { trace: null }]);
  if (fromNs !== null && toNs !== null) {
    const range = `${clock.time(fromNs)} + ${durationText(toNs - fromNs)}`;
    chips.push([range, { fromNs: null, toNs: null }]);
  }
  if (chips.length === 0) return null;
  return h(
    'ul',
    { class: 'chips', 'aria-label': 'Filters' },
    chips.map(([words, without]) =>
      h(
        'li',
        { key: words },
        h(
          'button',
          {
            type: 'button',
            'aria-label': `Remove filter ${words}`,
            onClick: () => change(without),
          },
          h('span', null, words),
          ' ×',
        ),
      ),
    ),
    h(
      'li',
      null,
      h('button', { type: 'button', class: 'all', onClick: () => change(NO_FILTER) }, 'Clear all'),
    ),
  );
}

function levelCounts({ events }: Report): number[] {
  const counts = LEVEL_NAMES.map(() => 0);
  for (const level of events.level) counts[level]++;
  return counts;
}
