/** The keys and what they do, for `?`, for help and for the README. What they do is done elsewhere. */

export interface KeyRow {
  readonly keys: string;
  readonly meaning: string;
}

export const LIST_KEYS: readonly KeyRow[] = [
  { keys: 'j k, arrows', meaning: 'Next and previous event.' },
  { keys: 'Space b, Page Up, Page Down; d u', meaning: 'A screen, half a screen down and up.' },
  { keys: 'g G, Home, End', meaning: 'The first and the last event.' },
  { keys: 'h l, arrows', meaning: 'Scroll sideways.' },
  { keys: 'Enter, p', meaning: 'The event as a tree.' },
  { keys: '/, then n N', meaning: 'Search by regular expression; next and previous hit.' },
  {
    keys: '&',
    meaning: 'Filter by a query or /RE, seen while typed; without text the list of filters.',
  },
  { keys: 'f, Ctrl-F', meaning: 'The list of filters; all of them off and on.' },
  { keys: '1 to 6', meaning: 'From trace, debug, info, warn, error, fatal on.' },
  { keys: 'e E, w W', meaning: 'Next and previous error; warning or worse.' },
  { keys: 's S', meaning: 'Next and previous gap, where much time passed.' },
  { keys: 'o O, r R', meaning: 'Next and previous event of the same trace, of the same thread.' },
  { keys: '. ,', meaning: 'Next and previous event whose message has the same pattern.' },
  { keys: 'm, then \' "; c', meaning: 'Mark an event; next and previous mark; no marks.' },
  {
    keys: '{ }',
    meaning: 'Previous and next landmark: a mark, where lost events end, the last event.',
  },
  { keys: '[ ]', meaning: 'Back and forward among jumps.' },
  { keys: 't', meaning: 'Go to a time (-2s, 12:00:05, @EPOCH), to 50% or to #1234.' },
  {
    keys: 'T',
    meaning: 'Times: of day, since the event above, since the mark, to the crash, UTC.',
  },
  { keys: 'i', meaning: 'The histogram.' },
  { keys: 'K', meaning: 'Choose fields that stand in columns of their own.' },
  { keys: 'y, then y or j', meaning: 'Copy the line, or the event as JSON.' },
  { keys: 'Ctrl-L, Ctrl-Z', meaning: 'Paint anew; suspend.' },
  { keys: '?, q', meaning: 'These keys; back, and from the list the end.' },
];

export const DETAIL_KEYS: readonly KeyRow[] = [
  { keys: 'Enter, h l', meaning: 'Open and close a branch; Enter elsewhere: back.' },
  { keys: 'e E', meaning: 'Open and close all.' },
  { keys: '+ - =', meaning: 'Only events with this value; none with it; only this filter.' },
  { keys: 'y, then v k p y j', meaning: 'Copy value, key, path, line, or the event as JSON.' },
];

export const FILTER_KEYS: readonly KeyRow[] = [
  { keys: 'Space, Enter, d', meaning: 'Switch a filter off and on; change it; remove it.' },
];
