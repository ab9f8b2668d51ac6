/** What stands around the panes: title with filters, status line, prompt. */

import { instantText } from '../format/clock.ts';
import { causeText, isCrash } from '../format/ending.ts';
import { printable } from '../format/escape.ts';
import { zeroOf } from '../format/event-clock.ts';
import { countOf, countText, durationText } from '../format/quantity.ts';
import { processLabel } from '../format/source-label.ts';
import { fitted, widthOf, withoutColumns } from '../format/width.ts';
import { isLevel } from './digits.ts';
import type { Drawing } from './draw.ts';
import { SOUGHT_WORDS } from './jumps.ts';
import type { KnownEvents } from './known-events.ts';
import type { Awaited, PromptKind, Sought, View } from './model.ts';
import { CLOCK_WORDS } from './row-clock.ts';

const LEVEL_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Whose events these are, why it died, what times count from, and the filters as chips. */
export function titleLine(view: View, { known, columns, colours, utc }: Drawing): string {
  const { files } = known.index;
  const [first] = files;
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  const who = `${processLabel(first)}${more}`;
  const facts = [files.length === 1 ? causeText(first) : '', ...flawTexts(known)];
  const all = [...facts, clockText(view, known, utc)].filter((text) => text !== '').join(' · ');
  const chips = chipTexts(view).join(' ');
  const left = Math.max(0, columns - widthOf(who) - (chips === '' ? 0 : widthOf(chips) + 2));
  const about = fitted(`  ${all}`, left);
  const isDead = isCrash(first.recording.header);
  const shownWho = fitted(who, columns);
  if (chips === '') return colours.bold(shownWho) + (isDead ? colours.red(about) : about);
  const room = columns - widthOf(shownWho) - 2;
  const shownChips = room > 4 ? `  ${colours.inverse(fitted(chips, room))}` : '';
  const rest = columns - widthOf(shownWho) - widthOf(chips) - 2;
  return colours.bold(shownWho) + shownChips + (rest > 0 ? fitted(about, rest) : '');
}

/** What is missing, or cannot be read. */
function flawTexts({ index: { files } }: KnownEvents): string[] {
  let lost = 0;
  let damaged = 0;
  for (const { recording } of files) {
    const { overwritten, refused, tooLarge } = recording.losses;
    lost += overwritten + refused + tooLarge;
    damaged += recording.damage.length;
  }
  const flaws = lost > 0 ? [`${countText(lost)} lost`] : [];
  return damaged > 0 ? [...flaws, `damaged in ${countText(damaged)} places`] : flaws;
}

function chipTexts(view: View): string[] {
  const { minSeverity, filters, areFiltersOn } = view;
  const level = LEVEL_NAMES[(minSeverity - 1) >> 2];
  const chips = view.isOnlyLevel
    ? [`[level = ${level}]`]
    : minSeverity > 1
      ? [`[level >= ${level}]`]
      : [];
  for (const { text, isOn } of filters) {
    chips.push(isOn && areFiltersOn ? `[${printable(text)}]` : `(${printable(text)})`);
  }
  if (view.contextEvents > 0) chips.push(`[±${view.contextEvents}]`);
  return chips;
}

function clockText({ clock }: View, { index }: KnownEvents, utc: boolean): string {
  if (clock !== 'crash') return CLOCK_WORDS[clock];
  const { timeNs: zeroNs } = zeroOf(index.files);
  return `T is ${instantText(Number(zeroNs / 1_000_000n), utc)}`;
}

const AWAITED_TEXTS: { readonly [awaited in Awaited]: string } = {
  copy: 'copy: y the line, j JSON, m marked lines; in the event v the value, k its key, p its path',
  'mark-name': 'mark: a letter to call it by, m without a name, or no more',
  'mark-wanted': "go to the mark of a letter; ' the next one",
};

export function statusText(view: View, known: KnownEvents): string {
  if (view.awaited !== null) return AWAITED_TEXTS[view.awaited];
  if (view.count !== null && !isLevel(view.count)) {
    return `${view.count.digits}   g to that row  % of the way  j k n N e E … so often  Esc none`;
  }
  const place = placeText(view, known);
  if (view.message !== '') return `${view.message}   ${place}`;
  const hint = paneHint(view, known);
  if (hint !== '') return `${hint}   ${place}`;
  const parts = [place];
  const work = workText(view, known);
  if (work !== '') parts.push(work);
  for (const sought of ['search', 'pattern', 'trace'] as const) {
    const text = hitText(sought, view, known);
    if (text !== '') parts.push(text);
  }
  return `${parts.join('   ')}   Enter the event  ? keys  q quit`;
}

/** Instead of what is said of the list. */
function paneHint(view: View, known: KnownEvents): string {
  const percent = Math.floor((known.digestProgress ?? 0) * 100);
  switch (view.pane) {
    case 'detail':
      return '+ only with, - without this value  x hides the field  y copies';
    case 'patterns':
      return known.digestProgress !== null
        ? `grouping ${percent}%`
        : `${countOf(known.patterns?.length ?? 0, 'pattern')}  Enter only this  - without it  q back`;
    case 'timeline':
      return `${measuredText(view)}z Z zoom  A B measure  Enter there  q back${
        known.digestProgress === null ? '' : `  looking for spans ${percent}%`
      }`;
    default:
      return '';
  }
}

function measuredText({ timeline: { fromNs, toNs } }: View): string {
  if (fromNs === null && toNs === null) return '';
  if (fromNs === null || toNs === null) return `${fromNs === null ? 'B' : 'A'} is set  `;
  return `A to B ${durationText(Number(toNs - fromNs) / 1e6)}, Enter shows only that  `;
}

function placeText({ chosen }: View, { shown, count }: KnownEvents): string {
  const at = shown.count === 0 ? 0 : shown.countBefore(chosen) + 1;
  const hidden = count - shown.count;
  const share = shown.count === 0 ? 0 : Math.round((at / shown.count) * 100);
  const rest = hidden === 0 ? '' : `, ${countText(hidden)} hidden`;
  return `${countText(at)} of ${countText(shown.count)}${rest} (${share}%)`;
}

function workText({ pending, isFollowing }: View, { index, progress }: KnownEvents): string {
  if (!index.isComplete || index.isOutdated) {
    const share = index.progress;
    return share === null ? 'reading…' : `reading ${Math.floor(share * 100)}%`;
  }
  if (progress === null) return isFollowing ? 'following' : '';
  const percent = `${Math.floor(progress * 100)}%`;
  return pending === null ? `searching ${percent}` : `looking for the next one, ${percent}`;
}

/** Of the events on the list; those that filters hide are told beside. */
function hitText(sought: Sought, view: View, known: KnownEvents): string {
  const hits = known.hits(sought);
  if (hits === null) return '';
  const { found, isComplete } = hits;
  const isAll = known.shown.count === known.count;
  const onList = isAll ? found : found.and(known.shown);
  const word = SOUGHT_WORDS[sought];
  const hidden = found.count - onList.count;
  const rest = hidden === 0 ? '' : `, ${countText(hidden)} hidden`;
  const total = `${countText(onList.count)}${isComplete ? '' : '+'}`;
  if (onList.has(view.chosen) && isComplete) {
    return `${word} ${countText(onList.countBefore(view.chosen) + 1)} of ${total}${rest}`;
  }
  const words = `${word}${onList.count === 1 ? '' : 's'}`.replace(
    /event of (.*)s$/,
    'events of $1',
  );
  return `${total} ${words}${rest}`;
}

const PROMPT_LEADS: { readonly [kind in PromptKind]: string } = {
  search: '/',
  filter: '&',
  time: 'go to: ',
  columns: 'columns: ',
  hidden: 'hide: ',
  pipe: '|',
  command: ':',
};

/** The end of the text before the cursor stays in sight. */
export function promptLine(
  view: View,
  { columns, colours, known }: Drawing,
): { text: string; column: number } {
  const prompt = view.prompt!;
  const lead = prompt.step === 1 ? PROMPT_LEADS[prompt.kind] : '\\';
  const before = printable(prompt.text.slice(0, prompt.cursor));
  const after = printable(prompt.text.slice(prompt.cursor));
  const room = Math.max(1, columns - lead.length - 1);
  const shown = withoutColumns(before, Math.max(0, widthOf(before) - room));
  const column = Math.min(columns - 1, lead.length + widthOf(shown));
  const text = fitted(`${lead}${shown}${fitted(after, columns - column)}`, columns);
  const isPreview = prompt.kind === 'filter' && !/^[\s!]*$/.test(prompt.text);
  const preview = `${countText(known.shown.count)} shown${known.progress === null ? '' : '…'}`;
  const piped = view.marks.length > 0 ? `${countText(view.marks.length)} marked` : preview;
  const told = prompt.kind === 'pipe' ? piped : isPreview ? preview : prompt.choice;
  const hint = prompt.problem !== '' ? prompt.problem : told;
  const left = columns - widthOf(text) - 3;
  if (hint === '' || left < 5) return { text, column };
  const paint = prompt.problem !== '' ? colours.red : colours.dim;
  return { text: `${text}   ${paint(fitted(hint, left))}`, column };
}
