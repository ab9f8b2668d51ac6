/** The spans of the chosen time, thread and trace, the longest first, each as a bar in that time. */

import { type ComponentChild, h } from 'preact';
import { useMemo } from 'preact/hooks';
import { SPAN_CRITICAL, SPAN_FAILED, SPAN_UNFINISHED } from '../layout.ts';
import type { Change } from './app.ts';
import { type Clock, countText, durationText } from './clock.ts';
import type { Filter } from './filter.ts';
import { Listing } from './listing.ts';
import { fieldsLine, type Report, type SpanColumns } from './recording.ts';

const MAX_SPANS = 500;

interface SpanListProps {
  readonly report: Report;
  readonly filter: Filter;
  readonly clock: Clock;
  readonly change: Change;
}

export function SpanList({ report, filter, clock, change }: SpanListProps): ComponentChild {
  const { head, spans } = report;
  const { fromNs, toNs, thread, trace } = filter;
  const { listed, count } = useMemo(
    () => chooseSpans(report, filter),
    [report, fromNs, toNs, thread, trace],
  );
  const isTrace = trace !== null;
  const first = Math.min(...listed.map((span) => spans.start[span]));
  const last = Math.max(...listed.map((span) => spans.end[span]), first + 1);
  const share = (ns: number): string => `${(100 * ns) / (last - first)}%`;
  return h(
    Listing,
    {
      name: 'Spans',
      headings: ['Start', 'Lasted', 'Thread', 'State', 'When', 'Name'],
      leftOut: count > listed.length ? `and ${countText(count - listed.length)} shorter spans` : '',
      nothing: count === 0 ? 'No span passes the filters.' : '',
    },
    listed.map((span) => {
      const state = spans.state[span];
      const isCritical = isTrace && (state & SPAN_CRITICAL) !== 0;
      const words = stateWords(state, isCritical);
      const lastedNs = spans.end[span] - spans.start[span];
      const bar = {
        class: `bar ${words.join(' ')}`,
        style: { marginLeft: share(spans.start[span] - first), width: share(lastedNs) },
      };
      return h(
        'tr',
        { key: span, class: isCritical ? 'critical' : '' },
        h('td', { class: 'time' }, clock.time(spans.start[span])),
        h('td', { class: 'number' }, durationText(lastedNs)),
        h('td', null, head.threads[spans.thread[span]].label),
        h(
          'td',
          { class: `state ${words.join(' ')}`, title: isCritical ? CRITICAL_MEANING : undefined },
          words.join(', '),
        ),
        h('td', { class: 'when', 'aria-hidden': 'true' }, h('div', bar)),
        h(
          'td',
          null,
          h(
            'button',
            {
              type: 'button',
              class: 'plain',
              title: 'Show only this trace',
              onClick: () => change({ trace: spans.trace[span] }),
              style: { paddingLeft: `${isTrace ? 16 * depthOf(spans, span) : 0}px` },
            },
            head.messages[spans.name[span]] || '(no name)',
          ),
          ' ',
          h('span', { class: 'fields' }, fieldsLine(spans.fields.rowText(span)).slice(0, 200)),
        ),
      );
    }),
  );
}

const CRITICAL_MEANING = 'On the critical path: what the trace waited for';

/** Of one trace in the order of their starts, else the longest first. */
function chooseSpans(
  { spans }: Report,
  { fromNs, toNs, thread, trace }: Filter,
): { listed: number[]; count: number } {
  const chosen: number[] = [];
  for (let span = 0; span < spans.count; span++) {
    if (thread !== null && spans.thread[span] !== thread) continue;
    if (trace !== null && spans.trace[span] !== trace) continue;
    if (fromNs !== null && spans.end[span] < fromNs) continue;
    if (toNs !== null && spans.start[span] >= toNs) continue;
    chosen.push(span);
  }
  const lastedNs = (span: number): number => spans.end[span] - spans.start[span];
  if (trace === null) chosen.sort((a, b) => lastedNs(b) - lastedNs(a));
  return { listed: chosen.slice(0, MAX_SPANS), count: chosen.length };
}

/** Parents above a span in its trace; no further than a row is wide, whatever circles there are. */
function depthOf({ id, parent, trace }: SpanColumns, span: number): number {
  let depth = 0;
  let wanted = parent[span];
  for (let other = span - 1; other >= 0 && wanted !== 0 && depth < 12; other--) {
    if (id[other] !== wanted || trace[other] !== trace[span]) continue;
    depth++;
    wanted = parent[other];
  }
  return depth;
}

/** Also the classes that colour them. */
function stateWords(state: number, isCritical: boolean): string[] {
  return [
    ...((state & SPAN_FAILED) !== 0 ? ['failed'] : []),
    ...((state & SPAN_UNFINISHED) !== 0 ? ['unfinished'] : []),
    ...(isCritical ? ['critical'] : []),
  ];
}
