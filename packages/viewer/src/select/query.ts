/**
 * `--where QUERY`: a query compiled once into a test of events and bounds for the reader. Names
 * without a dot that ttlog knows (level, time, msg, …) mean ttlog's; all others are fields.
 */

import { type EventTitle, LEVELS, type RecordedEvent } from 'ttlog/reader';
import { listed } from '../arguments/option.ts';
import { QueryError } from '../arguments/query-error.ts';
import type { RecordingFile } from '../recording-file.ts';
import { type EventTest, OWN_VALUES, type ValueTest } from './field-match.ts';
import { fieldLookup } from './field-path.ts';
import { levelOf } from './level-word.ts';
import { bothBounds, eitherBounds, type QueryBounds, UNBOUNDED } from './query-bounds.ts';
import {
  type FieldName,
  type Literal,
  type Operator,
  parseQueryText,
  type QueryNode,
} from './query-syntax.ts';
import { literalTest } from './query-values.ts';
import { TIME_FORMS, type TimeFrame, timeResolver } from './time-expression.ts';

/** Asked of what many events have in common. */
export type TitleTest = (title: EventTitle) => boolean;

export interface BoundQuery {
  readonly test: EventTest;
  readonly bounds: QueryBounds;
  /** Holds for every event that fits; null where nothing of the kind is known. */
  readonly title: TitleTest | null;
  /** Whether all events fit that are within `bounds` and pass `title`. */
  readonly isAnswered: boolean;
}

/** Times in a query are relative to the end of what is read, so the rest waits for that. */
export type Query = (frame: TimeFrame) => BoundQuery;

/** Throws QueryError. */
export function parseQuery(text: string): Query {
  return compile(parseQueryText(text), text);
}

type Comparison = Extract<QueryNode, { kind: 'compare' }>;

function compile(node: QueryNode, text: string): Query {
  switch (node.kind) {
    case 'and':
    case 'or':
      return compileChain(
        node.kind,
        node.parts.map((part) => compile(part, text)),
      );
    case 'not': {
      const part = compile(node.part, text);
      return (frame) => negated(part(frame));
    }
    case 'exists': {
      const lookup = lookupOf(node.name);
      const isThere: ValueTest = (value) => value !== undefined;
      return constant((event, file) => lookup(event, file, isThere) === true);
    }
    case 'compare':
      return compileComparison(node, text);
  }
}

/** What fits where the query does not. */
export function negated({ test, bounds, title, isAnswered }: BoundQuery): BoundQuery {
  const isByTitle = isAnswered && bounds === UNBOUNDED && title !== null;
  return {
    test: (event, file) => !test(event, file),
    bounds: UNBOUNDED,
    title: isByTitle ? (asked) => !title(asked) : null,
    isAnswered: isByTitle,
  };
}

function compileChain(kind: 'and' | 'or', parts: readonly Query[]): Query {
  return (frame) => parts.map((part) => part(frame)).reduce(kind === 'and' ? both : either);
}

function both(left: BoundQuery, right: BoundQuery): BoundQuery {
  const [a, b] = [left.title, right.title];
  return {
    test: (event, file) => left.test(event, file) && right.test(event, file),
    bounds: bothBounds(left.bounds, right.bounds),
    title: a !== null && b !== null ? (title) => a(title) && b(title) : (a ?? b),
    isAnswered: left.isAnswered && right.isAnswered,
  };
}

function either(left: BoundQuery, right: BoundQuery): BoundQuery {
  const [a, b] = [left.title, right.title];
  const isByTitle = left.bounds === UNBOUNDED && right.bounds === UNBOUNDED;
  return {
    test: (event, file) => left.test(event, file) || right.test(event, file),
    bounds: eitherBounds(left.bounds, right.bounds),
    title: a !== null && b !== null ? (title) => a(title) || b(title) : null,
    // Of two with bounds, what lies between could fit neither.
    isAnswered: isByTitle && left.isAnswered && right.isAnswered,
  };
}

function compileComparison(node: Comparison, text: string): Query {
  const { name, operator } = node;
  const isOwn = !name.isOfApplication;
  const isText = operator === 'contains' || operator === 'like' || operator === 'match';
  if (isOwn && name.text === 'level' && !isText) return compileLevel(node, text);
  if (isOwn && name.text === 'time' && !isText) return compileTime(node, text);
  const tests = node.values.map((value) => valueTestOf(operator, value, name, text));
  const isWanted: ValueTest =
    tests.length === 1 ? tests[0] : (value) => tests.some((test) => test(value));
  const lookup = lookupOf(name);
  const { isOptional } = name;
  const test: EventTest = (event, file) => {
    const found = lookup(event, file, isWanted);
    if (found === null) return isOptional;
    return found !== node.isNegated;
  };
  const titleValue = isOwn ? TITLE_VALUES[name.text] : undefined;
  if (titleValue === undefined) return constant(test);
  const title: TitleTest = (asked) => isWanted(titleValue(asked)) !== node.isNegated;
  return () => ({ test, bounds: UNBOUNDED, title, isAnswered: true });
}

/** Names of what stands in the reader's dictionaries. */
const TITLE_VALUES: { readonly [name: string]: ((title: EventTitle) => string) | undefined } =
  Object.assign(Object.create(null), {
    logger: ({ logger }: EventTitle) => logger,
    msg: ({ message }: EventTitle) => message,
    message: ({ message }: EventTitle) => message,
    kind: ({ kind }: EventTitle) => kind,
  });

function valueTestOf(operator: Operator, value: Literal, name: FieldName, text: string): ValueTest {
  try {
    return literalTest(operator, value, name.text);
  } catch (error) {
    throw new QueryError((error as Error).message, text, value.position);
  }
}

export type Lookup = (
  event: RecordedEvent,
  file: RecordingFile,
  isWanted: ValueTest,
) => boolean | null;

/** Where the values of a name are. */
export function lookupOf({
  text,
  isOfApplication,
}: Pick<FieldName, 'text' | 'isOfApplication'>): Lookup {
  const own = isOfApplication ? undefined : OWN_VALUES[text];
  if (own === undefined) {
    const lookup = fieldLookup(text);
    return (event, _file, isWanted) => lookup(event, isWanted);
  }
  return (event, file, isWanted) => {
    const values = own(event, file).filter((value) => value !== undefined);
    return values.length === 0 ? null : values.some(isWanted);
  };
}

function constant(test: EventTest): Query {
  return () => ({ test, bounds: UNBOUNDED, title: null, isAnswered: false });
}

/** Severity numbers of a level. */
const SEVERITIES_PER_LEVEL = 4;

function compileLevel({ operator, values, isNegated }: Comparison, text: string): Query {
  const ranges = values.map((value) => {
    const level = levelOf(value.text);
    if (level === undefined) {
      const what = `level is one of ${listed(LEVELS)}, not ${value.text}`;
      throw new QueryError(what, text, value.position);
    }
    const first = LEVELS.indexOf(level) * SEVERITIES_PER_LEVEL + 1;
    return severityRange(operator, first, first + SEVERITIES_PER_LEVEL - 1);
  });
  const test: EventTest = ({ severity }) =>
    ranges.some(([from, to]) => severity >= from && severity <= to) !== isNegated;
  const minSeverity = isNegated ? 0 : Math.min(...ranges.map(([from]) => from));
  const isAnswered = !isNegated && ranges.length === 1 && ranges[0][1] === Infinity;
  return () => ({ test, bounds: { ...UNBOUNDED, minSeverity }, title: null, isAnswered });
}

function severityRange(
  operator: Operator,
  first: number,
  last: number,
): readonly [from: number, to: number] {
  switch (operator) {
    case '<':
      return [0, first - 1];
    case '<=':
      return [0, last];
    case '>':
      return [last + 1, Infinity];
    case '>=':
      return [first, Infinity];
    default:
      return [first, last];
  }
}

function compileTime({ operator, values, isNegated }: Comparison, text: string): Query {
  const resolvers = values.map((value) => {
    const resolve = timeResolver(value.text);
    if (resolve !== undefined) return resolve;
    const what = `this is no time; it may be ${TIME_FORMS}`;
    throw new QueryError(what, text, value.position);
  });
  return (frame) => {
    const times = resolvers.map((resolve) => resolve(frame));
    const test: EventTest = ({ timeNs }) =>
      times.some((wantedNs) => isInOrder(operator, timeNs, wantedNs)) !== isNegated;
    const rest = { test, title: null, isAnswered: false };
    if (isNegated || times.length > 1) return { ...rest, bounds: UNBOUNDED };
    const isFrom = operator === '>' || operator === '>=' || operator === '=';
    const isTo = operator === '<' || operator === '<=' || operator === '=';
    const bounds: QueryBounds = {
      minSeverity: 0,
      sinceNs: isFrom ? times[0] : null,
      untilNs: isTo ? times[0] : null,
    };
    return { ...rest, bounds, isAnswered: operator !== '<' && operator !== '>' };
  };
}

function isInOrder(operator: Operator, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return left === right;
  }
}
