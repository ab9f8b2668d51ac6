/** The events by what their messages have in common: how many, how bad, when. */

import { type ComponentChild, h } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Change } from './app.ts';
import { type TimeSpan, wholeTime } from './bins.ts';
import { type Clock, countText } from './clock.ts';
import type { Filter } from './filter.ts';
import { Listing } from './listing.ts';
import { LEVEL_NAMES, type Report } from './recording.ts';

/** The most frequent ones. */
const MAX_PATTERNS = 300;
const SPARK_BINS = 48;
const SPARK_HEIGHT = 16;

interface PatternsProps {
  readonly report: Report;
  readonly rows: Uint32Array;
  readonly filter: Filter;
  readonly clock: Clock;
  readonly change: Change;
}

interface Pattern {
  readonly pattern: number;
  readonly count: number;
  readonly worst: number;
  readonly firstNs: number;
  readonly lastNs: number;
  readonly bins: Uint32Array;
}

export function Patterns({ report, rows, filter, clock, change }: PatternsProps): ComponentChild {
  const { head, events } = report;
  const { patterns, distinctCount } = useMemo(
    () => findPatterns(report, rows, stretch(report, filter)),
    [report, rows],
  );
  const hidden = distinctCount - patterns.length;
  return h(
    Listing,
    {
      name: 'Patterns',
      headings: ['Events', 'Share', 'Worst', 'Over time', 'First', 'Last', 'Pattern'],
      leftOut: hidden > 0 ? `and ${countText(hidden)} rarer patterns` : '',
      nothing: events.count === 0 ? 'The recording has no events.' : '',
    },
    patterns.map(({ pattern, count, worst, firstNs, lastNs, bins }) =>
      h(
        'tr',
        { key: pattern, class: `level-${worst}` },
        h('td', { class: 'number' }, countText(count)),
        h('td', { class: 'number' }, `${((100 * count) / rows.length).toFixed(1)} %`),
        h('td', { class: 'level' }, LEVEL_NAMES[worst]),
        h('td', null, h(Spark, { bins })),
        h('td', { class: 'time' }, clock.time(firstNs)),
        h('td', { class: 'time' }, clock.time(lastNs)),
        h(
          'td',
          null,
          h(
            'button',
            { type: 'button', class: 'plain', onClick: () => change({ pattern }) },
            head.patterns[pattern].title || '(no message)',
          ),
          head.patterns[pattern].values.map((values) =>
            h('div', { key: values, class: 'fields' }, values),
          ),
        ),
      ),
    ),
  );
}

function Spark({ bins }: { bins: Uint32Array }): ComponentChild {
  const most = Math.max(1, ...bins);
  const bars = Array.from(bins, (count, bin) => {
    if (count === 0) return '';
    const height = Math.max(1, (count / most) * SPARK_HEIGHT).toFixed(1);
    return `M${2 * bin} ${SPARK_HEIGHT}v-${height}h1.6v${height}z`;
  });
  const [width, height] = [2 * SPARK_BINS, SPARK_HEIGHT];
  return h(
    'svg',
    { class: 'spark', width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    h('path', { d: bars.join('') }),
  );
}

function stretch({ events }: Report, { fromNs, toNs }: Filter): TimeSpan {
  return fromNs === null || toNs === null ? wholeTime(events) : { fromNs, toNs };
}

function findPatterns(
  { head, events }: Report,
  rows: Uint32Array,
  { fromNs, toNs }: TimeSpan,
): { patterns: Pattern[]; distinctCount: number } {
  const counts = new Uint32Array(head.patterns.length);
  for (const event of rows) counts[events.pattern[event]]++;
  const met = [...counts.keys()].filter((pattern) => counts[pattern] > 0);
  const listed = met.sort((a, b) => counts[b] - counts[a]).slice(0, MAX_PATTERNS);
  const patterns = new Map(
    listed.map((pattern) => [
      pattern,
      {
        ...{ pattern, count: counts[pattern], worst: 0, firstNs: 0, lastNs: 0 },
        ...{ bins: new Uint32Array(SPARK_BINS), isMet: false },
      },
    ]),
  );
  const perNs = SPARK_BINS / (toNs - fromNs);
  for (const event of rows) {
    const pattern = patterns.get(events.pattern[event]);
    if (pattern === undefined) continue;
    const timeNs = events.time[event];
    if (!pattern.isMet) pattern.firstNs = timeNs;
    pattern.isMet = true;
    pattern.lastNs = timeNs;
    pattern.worst = Math.max(pattern.worst, events.level[event]);
    pattern.bins[Math.min(SPARK_BINS - 1, Math.max(0, Math.floor((timeNs - fromNs) * perNs)))]++;
  }
  return { patterns: [...patterns.values()], distinctCount: met.length };
}
