/**
 * Events grouped by what their messages have in common. Every event belongs to exactly one pattern,
 * so counts add up; levels, times and the values under each wildcard are those of its events.
 */

import { LEVELS, type Level, type RecordedEvent } from 'ttlog/reader';
import { type GrowingNumbers, growingFloats, growingWords } from './growing-numbers.ts';
import { type MaskedMessage, maskMessage, WILDCARD } from './message-mask.ts';
import { templateSteps } from './template-tree.ts';

export interface WildcardValue {
  readonly value: string;
  readonly count: number;
}

export interface Wildcard {
  /** Different values, of those messages that were kept apart. */
  readonly distinct: number;
  /** The most frequent ones. */
  readonly top: readonly WildcardValue[];
}

export interface Pattern {
  readonly logger: string;
  /** With `<*>` for what varies. */
  readonly template: string;
  readonly events: number;
  readonly byLevel: { readonly [level in Level]?: number };
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** Events in each of `BINS` equal parts of the time that all patterns span. */
  readonly bins: readonly number[];
  readonly wildcards: readonly Wildcard[];
}

export const BINS = 24;
const SHOWN_VALUES = 5;
/** Messages kept apart; beyond it a new one is known by its words without values. */
const MAX_MESSAGES = 100_000;

/** Messages after which grouping pauses. */
const MESSAGES_PER_PAUSE = 256;
const EVENTS_PER_PAUSE = 65_536;

export interface Grouping {
  readonly patterns: Pattern[];
  /** The place of an event's pattern, given the event's in the order of `add`. */
  patternOf(event: number): number;
}

/** What is known of a message that several events have. */
interface Message {
  readonly logger: string;
  readonly text: string;
  count: number;
  readonly levels: number[];
  firstNs: bigint;
  lastNs: bigint;
}

export class PatternCollector {
  readonly #messages = new Map<string, Map<string, Message>>();
  readonly #all: Message[] = [];
  readonly #numbers = new Map<Message, number>();
  /** Of each event: the number of its message, and milliseconds after the first event. */
  readonly #messageOf: GrowingNumbers = growingWords();
  readonly #atMs: GrowingNumbers = growingFloats();
  #originNs: bigint | null = null;

  get events(): number {
    return this.#messageOf.length;
  }

  add(event: RecordedEvent): void {
    const message = this.#find(event);
    this.#originNs ??= event.timeNs;
    message.count++;
    message.levels[LEVELS.indexOf(event.level)]++;
    if (event.timeNs < message.firstNs) message.firstNs = event.timeNs;
    if (event.timeNs > message.lastNs) message.lastNs = event.timeNs;
    this.#messageOf.push(this.#numbers.get(message)!);
    this.#atMs.push(Number(event.timeNs - this.#originNs) / 1e6);
  }

  #find({ logger, message: text, timeNs }: RecordedEvent): Message {
    let ofLogger = this.#messages.get(logger);
    if (ofLogger === undefined) {
      ofLogger = new Map();
      this.#messages.set(logger, ofLogger);
    }
    let message = ofLogger.get(text);
    if (message !== undefined) return message;
    const isKept = this.#all.length < MAX_MESSAGES;
    const known = isKept ? text : maskMessage(text).words.join(' ');
    message = ofLogger.get(known);
    if (message !== undefined) return message;
    const levels = LEVELS.map(() => 0);
    message = { logger, text: known, count: 0, levels, firstNs: timeNs, lastNs: timeNs };
    ofLogger.set(known, message);
    this.#numbers.set(message, this.#all.length);
    this.#all.push(message);
    return message;
  }

  /** The patterns of all events so far, the most frequent first. */
  patterns(): Pattern[] {
    return this.group().patterns;
  }

  /** The same, and the place among them of each event's pattern, in the order of `add`. */
  group(): Grouping {
    const steps = this.groupSteps();
    for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
  }

  /** The same with a pause now and then. */
  *groupSteps(): Generator<void, Grouping> {
    const builders: Builder[] = [];
    const builderOf: number[] = new Array(this.#all.length);
    for (const [logger, messages] of this.#messages) {
      const ofLogger = [...messages.values()];
      const masked: MaskedMessage[] = [];
      for (const { text } of ofLogger) {
        masked.push(maskMessage(text));
        if (masked.length % MESSAGES_PER_PAUSE === 0) yield;
      }
      const templates = yield* templateSteps(masked.map(({ words }) => words));
      const byTemplate = new Map<string, number>();
      for (const [index, message] of ofLogger.entries()) {
        const template = templates[index].join(' ');
        let number = byTemplate.get(template);
        if (number === undefined) {
          number = builders.length;
          byTemplate.set(template, number);
          builders.push(new Builder(logger, templates[index], message));
        }
        builders[number].add(message, masked[index]);
        builderOf[this.#numbers.get(message)!] = number;
        if (index % MESSAGES_PER_PAUSE === 0) yield;
      }
    }
    yield* this.#fillBins(builders, builderOf);
    const found = builders.map((builder, number) => ({ number, ...builder.pattern() }));
    found.sort((a, b) => b.events - a.events || compare(a.firstNs, b.firstNs));
    const placeOf = new Uint32Array(found.length);
    for (const [place, { number }] of found.entries()) placeOf[number] = place;
    yield;
    const patternOf = (event: number): number => placeOf[builderOf[this.#messageOf.at(event)]];
    return { patterns: found.map(({ number: _, ...pattern }) => pattern), patternOf };
  }

  *#fillBins(builders: readonly Builder[], builderOf: readonly number[]): Generator<void> {
    const times = this.#atMs;
    let [fromMs, toMs] = [Infinity, -Infinity];
    for (let index = 0; index < times.length; index++) {
      fromMs = Math.min(fromMs, times.at(index));
      toMs = Math.max(toMs, times.at(index));
    }
    const spanMs = toMs - fromMs;
    for (let index = 0; index < times.length; index++) {
      if (index % EVENTS_PER_PAUSE === 0) yield;
      const share = spanMs === 0 ? 0 : (times.at(index) - fromMs) / spanMs;
      const { bins } = builders[builderOf[this.#messageOf.at(index)]];
      bins[Math.min(BINS - 1, Math.floor(share * BINS))]++;
    }
  }
}

/** Gathers the messages of one pattern. */
class Builder {
  readonly bins: number[] = new Array(BINS).fill(0);
  readonly #logger: string;
  readonly #words: readonly string[];
  readonly #levels: number[] = LEVELS.map(() => 0);
  readonly #values: Map<string, number>[] = [];
  #events = 0;
  #firstNs: bigint;
  #lastNs: bigint;

  constructor(logger: string, words: readonly string[], { firstNs, lastNs }: Message) {
    this.#logger = logger;
    this.#words = words;
    this.#firstNs = firstNs;
    this.#lastNs = lastNs;
  }

  add(message: Message, masked: MaskedMessage): void {
    const { count, levels, firstNs, lastNs } = message;
    this.#events += count;
    for (const [index, ofLevel] of levels.entries()) this.#levels[index] += ofLevel;
    if (firstNs < this.#firstNs) this.#firstNs = firstNs;
    if (lastNs > this.#lastNs) this.#lastNs = lastNs;
    let place = 0;
    this.#words.forEach((word, index) => {
      if (!word.includes(WILDCARD)) return;
      for (const value of valuesAt(word, index, masked)) {
        this.#values[place] ??= new Map();
        this.#values[place].set(value, (this.#values[place].get(value) ?? 0) + count);
        place++;
      }
    });
  }

  pattern(): Pattern {
    const byLevel: { [level in Level]?: number } = {};
    LEVELS.forEach((level, index) => {
      if (this.#levels[index] > 0) byLevel[level] = this.#levels[index];
    });
    return {
      logger: this.#logger,
      template: this.#words.join(' '),
      events: this.#events,
      byLevel,
      firstNs: this.#firstNs,
      lastNs: this.#lastNs,
      bins: this.bins,
      wildcards: this.#values.map((counts) => ({
        distinct: counts.size,
        top: [...counts]
          .map(([value, count]) => ({ value, count }))
          .sort((a, b) => b.count - a.count)
          .slice(0, SHOWN_VALUES),
      })),
    };
  }
}

/** A word that is a wildcard as a whole stands for the word as it was written. */
function valuesAt(word: string, index: number, { words, values }: MaskedMessage): string[] {
  if (word === words[index]) return [...values[index]];
  let next = 0;
  return [words[index].replaceAll(WILDCARD, () => values[index][next++] ?? WILDCARD)];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
