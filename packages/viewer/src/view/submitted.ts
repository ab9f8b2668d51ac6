/** What a text that was typed into a prompt does, once it is confirmed. */

import { expressionOf } from '../select/grep.ts';
import { filtered, problemOf } from './filters.ts';
import { PLACE_FORMS, toPlace } from './going.ts';
import type { Events, Prompt, View } from './model.ts';
import { commanded } from './prompt-commands.ts';

/** The prompt stays, with what is wrong, where the text cannot be understood. */
export function submitted(view: View, prompt: Prompt, events: Events): View {
  const text = prompt.text.trim();
  const past = view.history[prompt.kind].filter((other) => other !== text);
  const history = text === '' ? view.history : { ...view.history, [prompt.kind]: [...past, text] };
  const after: View = { ...view, prompt: null, history };
  const refused = (problem: string): View => ({ ...view, prompt: { ...prompt, problem } });
  switch (prompt.kind) {
    case 'columns':
      return { ...after, columns: namesIn(text).slice(0, MAX_COLUMNS) };
    case 'hidden':
      return { ...after, hiddenFields: namesIn(text) };
    case 'filter': {
      const problem = text === '' ? '' : problemOf(text);
      return problem === '' ? filtered(after, text, prompt.filter) : refused(problem);
    }
    case 'search':
      return searched(after, text, prompt.step, refused);
    case 'time': {
      if (text === '') return after;
      return toPlace(after, text, events) ?? refused(`this takes ${PLACE_FORMS}`);
    }
    case 'command': {
      const outcome = text === '' ? after : commanded(after, text, events);
      return typeof outcome === 'string' ? refused(outcome) : outcome;
    }
    case 'pipe':
      return text === '' ? after : { ...after, request: { kind: 'pipe', command: text } };
  }
}

const MAX_COLUMNS = 12;

function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}

function searched(
  view: View,
  text: string,
  step: 1 | -1,
  refused: (problem: string) => View,
): View {
  if (text === '') return { ...view, sought: { ...view.sought, search: null }, pending: null };
  try {
    expressionOf(text);
  } catch (error) {
    return refused((error as Error).message);
  }
  const sought = { ...view.sought, search: text };
  const pending = { sought: 'search', step, times: 1 } as const;
  return { ...view, sought, searchStep: step, isAtEnd: false, pending };
}
