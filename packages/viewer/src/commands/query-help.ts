/** The query language on one page: `ttlog-view help query`, and a section of the manual. */

export const QUERY_SUMMARY = 'What --where takes, as in:';

export const QUERY_EXAMPLE =
  "level >= warn and (status in (500, 502) or dur > 250ms) and not msg ~= 'health'";

/** Terms and what they mean. */
export const QUERY_ROWS: readonly (readonly [term: string, meaning: string])[] = [
  ['and, or, not, ( )', 'also && || !; and binds closer than or.'],
  ['= != < <= > >=', 'equal, as text or as number; order, of numbers, times, levels and texts.'],
  ['~= !~=', 'contains a text; also contains.'],
  ['~~= !~~=', 'matches a regular expression; also match. Case counts if it holds a capital.'],
  ['like', 'the whole value, where * is any text and ? any character.'],
  ['in (a, b)', 'one of them; in @FILE: one of the lines of a file. Also not in.'],
  ['exists(a)', 'there is such a field or binding.'],
  [
    'level, time, msg, logger, thread, …',
    'what ttlog knows of every event: also severity, kind, thread_name, trace_id, span_id, service, host, pid. .level is the field of that name.',
  ],
  ['user.id, tags.[0], items.[].id', 'inside a field or binding; [] is any item.'],
  ['status?', 'fits as well where there is no such field: status? != 500.'],
  [
    '250ms, 1.5s, 4KiB',
    'values with units. A plain number in a field counts as ms, unless the name of the field ends in _ns, _us or _s, or Ns, Us or Seconds.',
  ],
  ['-5s, 12:00:05, 2026-01-31T12:00', 'times, in the forms of --since: time > -5s.'],
];
