/** Everything about one event. */

import { type ComponentChild, h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { KINDS } from '../layout.ts';
import type { Change } from './app.ts';
import type { Clock } from './clock.ts';
import { type Field, fieldsOf, LEVEL_NAMES, type Report } from './recording.ts';

interface DetailProps {
  readonly report: Report;
  readonly event: number;
  readonly clock: Clock;
  readonly change: Change;
  /** Whether it was asked for by a key, and a reader of the screen should go there. */
  readonly takesFocus: boolean;
  close(): void;
}

export function Detail(props: DetailProps): ComponentChild {
  const { report, event, clock, change, takesFocus, close } = props;
  const { head, events } = report;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [event, takesFocus]);
  const message = events.message[event];
  const thread = events.thread[event];
  const trace = events.trace[event];
  const facts: [string, string][] = [
    ['time', clock.instant(events.time[event])],
    ['level', `${LEVEL_NAMES[events.level[event]]} (severity ${events.severity[event]})`],
    ['logger', head.loggers[events.logger[event]]],
    ['thread', head.threads[thread].label],
    ['kind', KINDS[events.kind[event]]],
    ['trace', head.ids[trace]],
    ['span', head.ids[events.span[event]]],
  ];
  return h(
    'aside',
    { class: 'detail', 'aria-label': 'Event' },
    h('button', { type: 'button', class: 'close', 'aria-label': 'Close', onClick: close }, '×'),
    h('h2', { ref: heading, tabIndex: -1 }, head.messages[message] || '(no message)'),
    h(
      'p',
      { class: 'only' },
      'Show only ',
      only('this message', () => change({ message })),
      only('this thread', () => change({ thread })),
      trace !== 0 && only('this trace', () => change({ trace })),
    ),
    h(
      'dl',
      null,
      facts.filter(([, text]) => text !== '').map(([term, text]) => fact(term, [text])),
    ),
    fieldList('Fields', fieldsOf(events.fields.rowText(event))),
    fieldList('Context', fieldsOf(head.contexts[events.context[event]])),
  );
}

function only(what: string, onClick: () => void): ComponentChild {
  return h('button', { type: 'button', onClick }, what);
}

function fieldList(title: string, fields: readonly Field[]): ComponentChild {
  if (fields.length === 0) return null;
  return h(
    'section',
    null,
    h('h3', null, title),
    h(
      'dl',
      null,
      fields.map(({ key, lines }) => fact(key, lines)),
    ),
  );
}

function fact(term: string, lines: readonly string[]): ComponentChild[] {
  return [
    h('dt', null, term),
    h('dd', null, lines.length === 1 ? lines[0] : h('pre', null, lines.join('\n'))),
  ];
}
