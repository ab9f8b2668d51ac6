/** The keys and what they do, for `?`, for help and for the README. What they do is done elsewhere. */

import { wordWrapped } from '../format/width.ts';
import { PROMPT_COMMANDS } from './prompt-commands.ts';

export interface KeyRow {
  readonly keys: string;
  readonly meaning: string;
}

export interface KeySection {
  /** Where these keys mean this. */
  readonly title: string;
  readonly rows: readonly KeyRow[];
}

export const HELP_SECTIONS: readonly KeySection[] = [
  {
    title: 'Moving',
    rows: rowsOf([
      ['j k, arrows', 'Next and previous event.'],
      ['Space b, Page Up, Page Down; d u', 'A screen, half a screen down and up.'],
      ['g G, Home, End', 'The first and the last event.'],
      ['h l; arrows', 'Scroll sideways by half a screen; by ten columns.'],
      ['t', 'Go to a time (-2s, 12:00:05, @EPOCH), to 50% or to #1234.'],
      ['( )', 'The previous and the next part of the histogram that has events.'],
      ['[ ]', 'Back and forward among jumps.'],
      ['12 g, 12 G; 50 %', 'To row 12 of what is shown; that far into it.'],
      ['12 j, 12 e, …', 'So many times. One digit from 1 to 6 is a level: 05 j is five.'],
    ]),
  },
  {
    title: 'Jumps',
    rows: rowsOf([
      ['/, \\', 'Search down and up by a regular expression.'],
      ['n N', 'Next hit in that direction; in the other one.'],
      ['e E, w W', 'Next and previous error; warning or worse.'],
      ['s S', 'Next and previous gap, where much time passed.'],
      ['o O, r R', 'Next and previous event of the same trace, of the same thread.'],
      ['. ,', 'Next and previous event whose message has the same pattern.'],
      ['{ }', 'Previous and next landmark: a mark, where lost events end, the last event.'],
      ['m and a letter; m m', 'Mark the event by a letter; without one, or no more.'],
      ["' and a letter; ' ' \"", 'To the mark of a letter; to the next and the previous mark.'],
      ['M; c', 'Mark all from the last mark to here; no marks.'],
      ['Ctrl-S', 'Keep the event above the list, or no more.'],
    ]),
  },
  {
    title: 'What is shown',
    rows: rowsOf([
      [
        '&, !',
        'Filter by a query, /RE, ~PATTERN or = FIELD=VALUE, seen while typed; by its opposite.',
      ],
      ['f, Ctrl-F', 'The list of filters; all of them off and on.'],
      ['1 to 6; with Alt', 'From trace, debug, info, warn, error, fatal on; of this level only.'],
      ['z Z', 'More and fewer events around each that passes the filters.'],
      ['T', 'Times: of day, since the event above, since the last mark, to the crash, UTC.'],
      ['K', 'Choose fields that stand in columns of their own.'],
      ['x X', 'Choose fields that are hidden; hide none.'],
      ['Ctrl-W, #', 'Wrap long rows; number them.'],
      ['i', 'The histogram.'],
      ['F', 'Follow what a living process logs, or a directory; G stays at the end.'],
    ]),
  },
  {
    title: 'Panes and the rest',
    rows: rowsOf([
      ['Enter', 'The event as a tree.'],
      ['p, then Tab', 'The event below the list; between the two.'],
      ['P, L, I', 'Patterns of what is shown; timeline of threads and spans; what this is.'],
      ['y, then y j m', 'Copy the line, the event as JSON, the marked lines.'],
      ['F2', 'The mouse: wheel, click, click again for the event.'],
      [':', 'A command, see below; Tab completes it. ; will be SQL.'],
      ['v', 'The source that logged it in VISUAL or EDITOR: a caller field or the stack.'],
      ['|', 'Pipe the marked events, else all shown, as text into a shell command.'],
      ['Ctrl-L, Ctrl-Z', 'Paint anew; suspend.'],
      ['? q Q', 'These keys; back, and from the list the end; the end.'],
      ['Escape', 'Back; in the list: forget search, trace and pattern.'],
      ['Ctrl-C', 'Give up a search or a write, else end with code 130 and without marks.'],
    ]),
  },
  {
    title: 'While typing',
    rows: rowsOf([
      ['Enter; Escape, Ctrl-G', 'Take it; leave it.'],
      ['Up, Down', 'What was typed before.'],
      ['Ctrl-A Ctrl-E, Home, End', 'To the beginning and the end.'],
      ['Ctrl-U Ctrl-K Ctrl-W', 'Delete to the beginning, to the end, a word.'],
    ]),
  },
  {
    title: 'After the colon',
    rows: PROMPT_COMMANDS.map(({ name, argument, meaning }) => ({
      keys: `${name} ${argument}`.trim(),
      meaning,
    })),
  },
  {
    title: 'In the event',
    rows: rowsOf([
      ['Enter, h l', 'Open and close a branch; Enter elsewhere: back.'],
      ['e E', 'Open and close all.'],
      ['+ - =', 'Only events with this value; none with it; only this filter.'],
      ['x', 'Hide this field in the list, or show it again.'],
      ['y, then v k p y j', 'Copy value, key, path, line, or the event as JSON.'],
    ]),
  },
  {
    title: 'In the list of filters',
    rows: rowsOf([['Space, Enter, d', 'Switch a filter off and on; change it; remove it.']]),
  },
  {
    title: 'Among patterns',
    rows: rowsOf([['Enter + - =', 'Only events of this pattern; none of it; only this filter.']]),
  },
  {
    title: 'On the timeline',
    rows: rowsOf([
      ['h l, arrows', 'Move the cursor through time; j k to another thread or span.'],
      ['z Z', 'Look closer; see more.'],
      ['A B, then Enter', 'Measure a stretch of time; only the events in it. c forgets it.'],
      ['Enter', 'To the event there.'],
    ]),
  },
];

export interface HelpRow extends KeyRow {
  readonly isTitle: boolean;
}

/** Keys are in a column of so many. */
export const KEYS_WIDTH = 32;
const LEAST_WIDTH = 16;

/** The lines of help on a terminal so wide: an empty one below each section. */
export function helpRows(columns: number): HelpRow[] {
  const width = Math.max(LEAST_WIDTH, columns - KEYS_WIDTH - 1);
  return HELP_SECTIONS.flatMap(({ title, rows }) => [
    { keys: title, meaning: '', isTitle: true },
    ...rows.flatMap(({ keys, meaning }) =>
      wordWrapped(meaning, width).map((text, line) => ({
        keys: line === 0 ? keys : '',
        meaning: text,
        isTitle: false,
      })),
    ),
    { keys: '', meaning: '', isTitle: false },
  ]);
}

function rowsOf(pairs: readonly (readonly [keys: string, meaning: string])[]): KeyRow[] {
  return pairs.map(([keys, meaning]) => ({ keys, meaning }));
}
