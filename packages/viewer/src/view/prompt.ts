/** The line that one types into: text is text there, whatever a character means elsewhere. */

import { problemOf } from './filters.ts';
import type { Events, Key, Prompt, PromptKind, View } from './model.ts';
import { completed } from './prompt-commands.ts';
import { submitted } from './submitted.ts';

export function opened(
  view: View,
  kind: PromptKind,
  text = '',
  about: Partial<Pick<Prompt, 'filter' | 'step'>> = {},
): View {
  const fresh = { problem: '', choice: '', filter: null, step: 1, recalled: 0 } as const;
  return { ...view, prompt: { ...fresh, kind, text, cursor: text.length, ...about } };
}

/** Text from the clipboard, as one line. */
export function pasted(view: View, text: string): View {
  if (view.prompt === null) return view;
  return typed(view, view.prompt, text.replace(/[\r\n\t]+/g, ' '));
}

export function pressedInPrompt(view: View, key: Key, events: Events): View {
  const { prompt } = view;
  if (prompt === null) return view;
  const { text, cursor } = prompt;
  switch (key) {
    case 'escape':
    case 'ctrl-g':
      return { ...view, prompt: null };
    case 'return':
      return submitted(view, prompt, events);
    case 'backspace':
      if (text === '') return { ...view, prompt: null };
      return changed(view, prompt, text.slice(0, startBefore(text, cursor)) + text.slice(cursor), {
        cursor: startBefore(text, cursor),
      });
    case 'delete':
      return changed(view, prompt, text.slice(0, cursor) + text.slice(endAfter(text, cursor)));
    case 'ctrl-u':
      return changed(view, prompt, text.slice(cursor), { cursor: 0 });
    case 'ctrl-k':
      return changed(view, prompt, text.slice(0, cursor));
    case 'ctrl-w': {
      const kept = text.slice(0, cursor).replace(/\S*\s*$/, '');
      return changed(view, prompt, kept + text.slice(cursor), { cursor: kept.length });
    }
    case 'left':
      return { ...view, prompt: { ...prompt, cursor: startBefore(text, cursor) } };
    case 'right':
      return { ...view, prompt: { ...prompt, cursor: endAfter(text, cursor) } };
    case 'home':
    case 'ctrl-a':
      return { ...view, prompt: { ...prompt, cursor: 0 } };
    case 'end':
    case 'ctrl-e':
      return { ...view, prompt: { ...prompt, cursor: text.length } };
    case 'tab':
      return prompt.kind === 'command' ? withCompletion(view, prompt) : view;
    case 'up':
      return recalled(view, prompt, prompt.recalled + 1);
    case 'down':
      return recalled(view, prompt, prompt.recalled - 1);
    default:
      return isTyped(key) ? typed(view, prompt, key) : view;
  }
}

/** One character, not the name of a key. */
function isTyped(key: Key): boolean {
  return [...key].length === 1 && !/\p{Cc}/u.test(key);
}

function typed(view: View, prompt: Prompt, added: string): View {
  const clean = added.replace(/\p{Cc}/gu, '');
  const { text, cursor } = prompt;
  return changed(view, prompt, text.slice(0, cursor) + clean + text.slice(cursor), {
    cursor: cursor + clean.length,
  });
}

/** Longer texts are no queries; whoever pastes a file is stopped here. */
const MAX_TEXT_UNITS = 4000;

function changed(view: View, prompt: Prompt, text: string, other: Partial<Prompt> = {}): View {
  if (text.length > MAX_TEXT_UNITS) return view;
  const problem = prompt.kind === 'filter' && text.trim() !== '' ? problemOf(text) : '';
  return { ...view, prompt: { ...prompt, choice: '', ...other, text, problem } };
}

function withCompletion(view: View, prompt: Prompt): View {
  const { text, cursor } = prompt;
  const { text: before, choice } = completed(text.slice(0, cursor));
  return changed(view, prompt, before + text.slice(cursor), { cursor: before.length, choice });
}

function recalled(view: View, prompt: Prompt, back: number): View {
  const past = view.history[prompt.kind];
  if (back < 0 || back > past.length) return view;
  const text = back === 0 ? '' : past[past.length - back];
  return changed(view, prompt, text, { cursor: text.length, recalled: back });
}

function startBefore(text: string, cursor: number): number {
  let start = 0;
  for (const { index } of SEGMENTER.segment(text.slice(0, cursor))) start = index;
  return start;
}

function endAfter(text: string, cursor: number): number {
  for (const { segment } of SEGMENTER.segment(text.slice(cursor))) return cursor + segment.length;
  return cursor;
}

/** The cursor never stands within what a reader takes for one character. */
const SEGMENTER = new Intl.Segmenter();
