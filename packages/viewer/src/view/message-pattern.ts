/** Whether messages are of one pattern: by their words without values, each message looked at once. */

import type { EventTitle } from 'ttlog/reader';
import { maskMessage, WILDCARD } from '../digest/message-mask.ts';

type Title = Pick<EventTitle, 'logger' | 'message'>;

/** What the messages of a pattern have in common, with the logger that they are of. */
export function patternOf(logger: string, message: string): string {
  return `${logger}\n${maskMessage(message).words.join(' ')}`;
}

/** Titles whose pattern is `wanted`, as `patternOf` gives it. */
export function patternTest(wanted: string): (title: Title) => boolean {
  const logger = wanted.slice(0, wanted.indexOf('\n'));
  return remembering(logger, (message) => patternOf(logger, message) === wanted);
}

/**
 * Titles that a template stands for, `http: request <*> served`: it may be of words that are the same
 * nowhere but in their places.
 */
export function templateTest(text: string): (title: Title) => boolean {
  const tests = new Map<string, (title: Title) => boolean>();
  return (title) => {
    const { logger } = title;
    let test = tests.get(logger);
    if (test === undefined) {
      const lead = logger === '' ? '' : `${logger}: `;
      const isOfLogger = text.startsWith(lead);
      const words = text.slice(lead.length).split(' ');
      test = isOfLogger ? remembering(logger, (message) => fits(message, words)) : () => false;
      if (tests.size === MAX_LOGGERS) tests.clear();
      tests.set(logger, test);
    }
    return test(title);
  };
}

function fits(message: string, template: readonly string[]): boolean {
  const { words } = maskMessage(message);
  if (words.length !== template.length) return false;
  return template.every((word, place) => word === WILDCARD || word === words[place]);
}

const MAX_KNOWN_MESSAGES = 10_000;
const MAX_LOGGERS = 1000;

/** Most messages come again and again. */
function remembering(
  loggerWanted: string,
  isWanted: (message: string) => boolean,
): (title: Title) => boolean {
  const known = new Map<string, boolean>();
  return ({ logger, message }) => {
    if (logger !== loggerWanted) return false;
    let answer = known.get(message);
    if (answer === undefined) {
      answer = isWanted(message);
      if (known.size === MAX_KNOWN_MESSAGES) known.clear();
      known.set(message, answer);
    }
    return answer;
  };
}
