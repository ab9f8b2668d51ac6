/**
 * When a recorded value passes an operator and a literal of a query. Numbers are compared as
 * numbers, durations and sizes with their units, all else as text; text search and patterns heed
 * case only where they hold a capital. A list passes when one of its items does.
 */

import { Mark } from 'ttlog/reader';
import { errorTitle, valueText } from '../format/value.ts';
import { type ValueTest, valueTest } from './field-match.ts';
import { expressionOf, hasCapital } from './grep.ts';
import type { Literal, Operator } from './query-syntax.ts';
import { parseDurationNs } from './time-expression.ts';

/** Throws what the regular expression throws. `fieldName` tells the unit of plain numbers. */
export function literalTest(operator: Operator, literal: Literal, fieldName: string): ValueTest {
  switch (operator) {
    case '=':
      return equalityTest(literal, fieldName);
    case 'contains':
      return textTest(containsTest(literal.text));
    case 'like':
      return textTest(patternTest(globExpression(literal.text)));
    case 'match':
      return textTest(patternTest(expressionOf(literal.text)));
    default:
      return orderTest(operator, literal, fieldName);
  }
}

const SIZE_UNITS: { readonly [unit: string]: number | undefined } = Object.assign(
  Object.create(null),
  { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 },
);

function sizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]?i?B)$/.exec(text);
  const unit = match === null ? undefined : SIZE_UNITS[match[2]];
  return unit === undefined ? undefined : Number(match![1]) * unit;
}

/** What a literal with a unit stands for, and how a value is brought to the same unit. */
interface Quantity {
  readonly amount: number;
  of(value: unknown): number | undefined;
}

function quantityOf({ text, isQuoted }: Literal, fieldName: string): Quantity | undefined {
  if (isQuoted) return undefined;
  const ns = parseDurationNs(text);
  if (ns !== undefined) {
    const unitNs = unitOfName(fieldName);
    return {
      amount: Number(ns),
      of: (value) => {
        if (typeof value === 'string') {
          const valueNs = parseDurationNs(value);
          if (valueNs !== undefined) return Number(valueNs);
        }
        const number = numberOf(value);
        return number === undefined ? undefined : number * unitNs;
      },
    };
  }
  const bytes = sizeBytes(text);
  if (bytes === undefined) return undefined;
  return {
    amount: bytes,
    of: (value) => (typeof value === 'string' ? sizeBytes(value) : undefined) ?? numberOf(value),
  };
}

/** Nanoseconds that a plain number in a field stands for: by the ending of its name, else 1 ms. */
function unitOfName(name: string): number {
  const match = /(?:^|[_.-])(ns|us|s|secs?|seconds)$|[a-z](Ns|Us|Secs?|Seconds)$/.exec(name);
  switch ((match?.[1] ?? match?.[2])?.toLowerCase()) {
    case undefined:
      return 1e6;
    case 'ns':
      return 1;
    case 'us':
      return 1e3;
    default:
      return 1e9;
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function equalityTest(literal: Literal, fieldName: string): ValueTest {
  const isEqual = valueTest(literal.text);
  const quantity = quantityOf(literal, fieldName);
  if (quantity === undefined) return isEqual;
  return overItems((value) => isEqual(value) || quantity.of(value) === quantity.amount);
}

type Order = '<' | '<=' | '>' | '>=';

const IS_ORDERED: {
  readonly [order in Order]: <T extends number | bigint | string>(a: T, b: T) => boolean;
} = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function orderTest(operator: Order, literal: Literal, fieldName: string): ValueTest {
  const isOrdered = IS_ORDERED[operator];
  const quantity = quantityOf(literal, fieldName);
  if (quantity !== undefined) {
    return overItems((value) => {
      const amount = quantity.of(value);
      return amount !== undefined && isOrdered(amount, quantity.amount);
    });
  }
  const { text, isQuoted } = literal;
  const wanted = text.trim() === '' ? Number.NaN : Number(text);
  const wantedMs = Date.parse(text);
  return overItems((value) => {
    if (value instanceof Date) return isOrdered(value.getTime(), wantedMs);
    if (Number.isNaN(wanted)) return typeof value === 'string' && isOrdered(value, text);
    if (typeof value === 'string' && isQuoted) return isOrdered(value, text);
    if (typeof value === 'bigint' && Number.isSafeInteger(wanted)) {
      return isOrdered(value, BigInt(wanted));
    }
    const number = numberOf(value);
    return number !== undefined && isOrdered(number, wanted);
  });
}

/** Applies a test of text to whatever a value reads as. */
function textTest(isWanted: (text: string) => boolean): ValueTest {
  return overItems((value) => {
    if (typeof value === 'string') return isWanted(value);
    if (value instanceof Error) {
      return (
        isWanted(errorTitle(value)) || (typeof value.stack === 'string' && isWanted(value.stack))
      );
    }
    return isWanted(typeof value === 'bigint' ? String(value) : valueText(value));
  });
}

function overItems(isWanted: ValueTest): ValueTest {
  const test: ValueTest = (value) => {
    if (typeof value !== 'object' || value === null) return isWanted(value);
    if (Array.isArray(value)) return value.some(test);
    if (value instanceof Set) return [...value].some(test);
    if (value instanceof Mark && value.kind === 'cut') return test(value.value);
    return isWanted(value);
  };
  return test;
}

function containsTest(wanted: string): (text: string) => boolean {
  if (hasCapital(wanted)) return (text) => text.includes(wanted);
  const lower = wanted.toLowerCase();
  return remembering((text) => text.toLowerCase().includes(lower));
}

function patternTest(expression: RegExp): (text: string) => boolean {
  return remembering((text) => expression.test(text));
}

/** `*` any text, `?` any character, the whole value. */
function globExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, hasCapital(pattern) ? 'su' : 'siu');
}

/** Texts whose answer is kept: messages of constant text are one text for many events. */
const MAX_REMEMBERED = 1024;

function remembering(isWanted: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = isWanted(text);
    if (answers.size < MAX_REMEMBERED) answers.set(text, answer);
    return answer;
  };
}
