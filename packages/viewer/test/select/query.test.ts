import fc from 'fast-check';
import type { RecordedEvent } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { QueryError } from '../../src/arguments/query-error.ts';
import { parseQuery } from '../../src/select/query.ts';
import { sampleError, sampleEvent, sampleFile } from '../sample.ts';

const FILE = sampleFile([]);
const FRAME = { endNs: sampleEvent({ atMs: 10_000 }).timeNs, startedAtMs: 0, utc: true };

function fits(query: string, event: RecordedEvent): boolean {
  const bound = parseQuery(query)(FRAME);
  const isFit = bound.test(event, FILE);
  // What the reader is asked for may never leave out what fits.
  const { minSeverity, sinceNs, untilNs } = bound.bounds;
  const isFound =
    event.severity >= minSeverity &&
    (sinceNs === null || event.timeNs >= sinceNs) &&
    (untilNs === null || event.timeNs <= untilNs) &&
    bound.title?.(event) !== false;
  expect(isFound || !isFit).toBe(true);
  if (bound.isAnswered) expect(isFound).toBe(isFit);
  return isFit;
}

const EVENT = sampleEvent({
  atMs: 6000,
  level: 'warn',
  severity: 14,
  message: 'GET /Health took long',
  fields: {
    status: 502,
    dur: 312.5,
    took_ns: 2_000_000,
    waitSeconds: 3,
    timeout: '1.5s',
    bytes: 5000,
    big: 2n ** 60n,
    user: { id: 7, name: 'Ada' },
    'a.b': 1,
    items: [{ id: 1 }, { id: 2 }],
    tags: ['x', 'y'],
    at: new Date('2026-01-02T03:04:05Z'),
    level: 'low',
    empty: null,
    err: sampleError('no route'),
  },
  context: { requestId: 'r-1', status: 999 },
});

describe('a query', () => {
  it.each([
    ['level >= warn and (status in (500,502) or dur > 250ms) and not msg ~= "health"', false],
    ['level >= warn and (status in (500,502) or dur > 250ms) and not msg ~= "healthy"', true],
    ['level = warn', true],
    ['level > warn', false],
    ['level <= warn', true],
    ['level < warn', false],
    ['level in (info, W)', true],
    ['level not in (info, error)', true],
    ['level ~= ar', true],
    ['.level = low', true],
    ['"level" = low', true],
    ['status = 502', true],
    ['status = "502"', true],
    ['status == 502.0', true],
    ['status != 502', false],
    ['status != 500', true],
    ['status = 999', false],
    ['missing != 5', false],
    ['missing? != 5', true],
    ['not missing = 5', true],
    ['status? = 500', false],
    ['dur > 312', true],
    ['dur > 312ms', true],
    ['dur > 313ms', false],
    ['took_ns = 2ms', true],
    ['took_ns < 1ms', false],
    ['waitSeconds >= 3s', true],
    ['timeout > 1s', true],
    ['timeout < 1m', true],
    ['bytes > 4KiB', true],
    ['bytes > 5kB', false],
    ['big > 1000', true],
    ['big = 1152921504606846976', true],
    ['user.id = 7', true],
    ['user.name like "A?a"', true],
    ['user.name like d', false],
    ['a.b = 1', true],
    ['items.[0].id = 1', true],
    ['items[1].id = 2', true],
    ['items.[].id = 2', true],
    ['items.[].id = 3', false],
    ['tags = y', true],
    ['tags.[0] = y', false],
    ['at > 2026-01-01', true],
    ['empty = null', true],
    ['err ~= route', true],
    ['err.message = "no route"', true],
    ['requestId = r-1', true],
    ['exists(requestId) and not exists(nothing)', true],
    ['exists(trace_id)', false],
    ['exists status', true],
    ['msg ~= health', true],
    ['msg ~= HEALTH', false],
    ['msg !~= health', false],
    ['msg contains took', true],
    ['msg not contains took', false],
    ['msg ~~= "^get"', true],
    ['msg ~~= "^Get"', false],
    ['msg match \\d', false],
    ['msg !~~= x', true],
    ['logger = http', true],
    ['thread = main', true],
    ['thread = 0', true],
    ['service = payments && pid = 4242 && host = host-a', true],
    ['time > -5s', true],
    ['time < -5s', false],
    ['time >= 03:04:11 and time <= 03:04:11', true],
    ['!(status = 1) || status = 502', true],
    ['status = 1 or status = 502 and dur > 1', true],
    ['(status = 502 or status = 1) and dur < 1', false],
    ["user.name = 'A\\u0064a'", false],
    ['NOT status = 1 AND EXISTS(status)', true],
  ])('%s: %s', (query, expected) => {
    expect(fits(query, EVENT)).toBe(expected);
  });
});

describe('what the reader answers by its dictionaries and its index', () => {
  it.each([
    'logger = http',
    'msg ~= health',
    'message like "GET *"',
    'kind != log',
    'not msg = stored',
    'not (msg = stored and logger = db)',
    'logger in (http, db) and msg ~~= ^GET',
    'msg = stored or logger = http',
    'level >= warn',
    'level > info and time >= -5s and logger = http',
  ])('%s: all of it', (query) => {
    expect(parseQuery(query)(FRAME)).toMatchObject({ isAnswered: true });
    fits(query, EVENT);
    fits(query, { ...EVENT, message: 'stored', logger: 'db' });
    fits(query, { ...EVENT, logger: 'http', severity: 21, level: 'fatal' });
  });

  it.each([
    ['logger = http and status = 502', true],
    ['msg = stored and level = warn', true],
    ['msg = stored or level >= warn', false],
    ['msg = stored or status = 502', false],
    ['.logger = http', false],
    ['not level >= warn', false],
    ['time < -5s', false],
    ['level = warn', false],
  ])('%s: not all of it', (query, hasTitle) => {
    const bound = parseQuery(query)(FRAME);
    expect(bound.isAnswered).toBe(false);
    expect(bound.title !== null).toBe(hasTitle);
    fits(query, EVENT);
    fits(query, { ...EVENT, message: 'stored', logger: 'http' });
  });
});

describe('a mistake in a query', () => {
  it.each([
    ['level >=', 8, 'expected a value after >='],
    ['level >= and a = 1', 9, 'expected a value after >=, not and'],
    ['level >= loud', 9, 'level is one of trace, debug, info, warn, error or fatal, not loud'],
    ['(a = 1', 0, 'this parenthesis is never closed'],
    ['a = 1)', 5, 'expected and, or, or the end before )'],
    ['a in 5', 5, 'expected a list, as in (500, 502)'],
    ['a in (5', 5, 'this parenthesis is never closed'],
    ['a in (5 6)', 8, 'expected ) before 6'],
    ['a = "x', 4, 'this quote has no end'],
    ['a', 1, 'expected an operator after a, as in a = 5'],
    [
      'a contians b',
      2,
      'expected an operator after a, as in a = 5, not contians; did you mean contains?',
    ],
    ['and a = 1', 0, 'expected the name of a field, not and'],
    ['a = 1 and', 9, 'expected the name of a field'],
    ['', 0, 'expected the name of a field'],
    ['a & b', 2, '"&" means nothing here; did you mean and?'],
    ['time > noon', 7, 'this is no time'],
    ['a ~~= "("', 6, 'Invalid regular expression'],
    ['a in @/no/such/file', 5, 'cannot read /no/such/file'],
    [`${'('.repeat(500)}a = 1`, 200, 'this is nested too deep'],
  ])('%s is shown at its place', (query, position, message) => {
    let error: unknown;
    try {
      parseQuery(query);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(QueryError);
    const [what, shown, caret] = (error as QueryError).lines;
    expect(what).toContain(message);
    expect(shown).toBe(`  ${query}`);
    expect(caret.indexOf('^')).toBe(position + 2);
  });

  it('never is anything but a QueryError', () => {
    const piece = fc.constantFrom(
      ...[
        'level',
        'msg',
        'time',
        'a.b',
        '.x',
        'n?',
        '=',
        '!=',
        '~=',
        '~~=',
        '>',
        'in',
        'not',
        'and',
      ],
      ...[
        'or',
        '(',
        ')',
        ',',
        '5',
        '250ms',
        '4KiB',
        '-5s',
        '"q"',
        'warn',
        'exists',
        '[',
        '*',
        '@',
        '"',
      ],
      ...['like', 'match', '&', '\\', '[].x'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom('', ' '), (pieces, gap) => {
        try {
          expect(typeof fits(pieces.join(gap), EVENT)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
