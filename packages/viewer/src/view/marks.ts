/** Marks, and the keys that say in a second step what is meant: a mark's letter, or what to copy. */

import { toNamedMark, toNextMark } from './jumps.ts';
import type { CopyForm, Events, Key, PlacedMark, View } from './model.ts';

/** The key that was waited for; any other is nothing. */
export function answered(before: View, key: Key, events: Events): View {
  const view: View = { ...before, awaited: null };
  switch (before.awaited) {
    case 'copy':
      return copied(view, key);
    case 'mark-name':
      if (events.count === 0) return view;
      return key === 'm' ? marked(view) : /^\p{L}$/u.test(key) ? named(view, key) : view;
    default:
      if (key === "'") return toNextMark({ ...view, isAtEnd: false }, 1, events);
      return /^\p{L}$/u.test(key) ? toNamedMark(view, key, events) : view;
  }
}

const COPY_FORMS: { readonly [key: Key]: CopyForm | undefined } = Object.assign(
  Object.create(null),
  { y: 'line', r: 'line', j: 'json', v: 'value', k: 'key', p: 'path', m: 'marked' },
);

function copied(view: View, key: Key): View {
  const form = COPY_FORMS[key];
  return form === undefined ? view : { ...view, request: { kind: 'copy', form } };
}

/** Marks the chosen event, or no more. */
function marked(view: View): View {
  const { chosen, marks } = view;
  const kept = marks.filter(({ index }) => index !== chosen);
  const hadOne = kept.length < marks.length;
  return { ...view, marks: hadOne ? kept : [...marks, { index: chosen, name: '' }] };
}

/** A letter stands for one event at a time, and an event has one mark. */
function named(view: View, name: string): View {
  const { chosen, marks } = view;
  const kept = marks.filter((mark) => mark.index !== chosen && mark.name !== name);
  return { ...view, marks: [...kept, { index: chosen, name }] };
}

const MAX_MARKED = 1000;

/** Marks all events on the list between the last mark and the chosen event. */
export function markedTo(view: View, { shown }: Events): View {
  const { chosen, marks } = view;
  const last = marks.at(-1)?.index ?? chosen;
  const known = new Set(marks.map(({ index }) => index));
  const added: PlacedMark[] = [];
  const [from, to] = [Math.min(last, chosen), Math.max(last, chosen)];
  let index = shown.next(from);
  while (index !== undefined && index <= to && known.size < MAX_MARKED) {
    if (!known.has(index)) added.push({ index, name: '' });
    known.add(index);
    index = shown.next(index + 1);
  }
  const isCut = index !== undefined && index <= to;
  const message = isCut ? `no more than ${MAX_MARKED} marks` : '';
  return { ...view, marks: [...marks, ...added], message };
}
