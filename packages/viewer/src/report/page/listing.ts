/** A table with headings that scrolls by itself, what it leaves out, and what is said when it is empty. */

import { type ComponentChild, type ComponentChildren, h } from 'preact';

interface ListingProps {
  readonly name: string;
  readonly headings: readonly string[];
  /** Rows that are not listed, in words; empty for none. */
  readonly leftOut: string;
  /** Instead of rows; empty where there are some. */
  readonly nothing: string;
  readonly children?: ComponentChildren;
}

export function Listing(props: ListingProps): ComponentChild {
  const { name, headings, leftOut, nothing, children } = props;
  return h(
    'div',
    { class: 'scrolled', tabIndex: 0, role: 'region', 'aria-label': name },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          headings.map((heading) => h('th', { key: heading, scope: 'col' }, heading)),
        ),
      ),
      h('tbody', null, children),
    ),
    leftOut !== '' && h('p', { class: 'note' }, leftOut),
    nothing !== '' && h('p', { class: 'nothing' }, nothing),
  );
}
