/**
 * The whole picture: title and filters, histogram, a pane, the status line or a prompt. Text that
 * comes from a recording is printable when it gets here; sequences of the terminal are added by
 * `format/colour.ts` and `output/screen.ts` alone.
 */

import { instantText } from '../format/clock.ts';
import type { Palette } from '../format/colour.ts';
import { causeText, isCrash } from '../format/ending.ts';
import { printable } from '../format/escape.ts';
import { zeroOf } from '../format/event-clock.ts';
import { countText } from '../format/quantity.ts';
import { processLabel } from '../format/source-label.ts';
import { fitted, widthOf, withoutColumns } from '../format/width.ts';
import type { Picture, PictureLine } from '../output/picture.ts';
import { detailLines } from './draw-detail.ts';
import { listLines } from './draw-list.ts';
import { filterLines, helpLines } from './draw-panes.ts';
import { HISTOGRAM_LINES, histogramLines } from './draw-strips.ts';
import { SOUGHT_WORDS } from './jumps.ts';
import type { KnownEvents } from './known-events.ts';
import type { PromptKind, Sought, View } from './model.ts';
import { CLOCK_WORDS } from './row-clock.ts';

export interface Drawing {
  readonly known: KnownEvents;
  readonly columns: number;
  readonly colours: Palette;
  readonly utc: boolean;
  /** Whether the picture has taken as long as a key may. */
  isLate(): boolean;
}

/** Lines that are left for a pane on a terminal of so many. */
export function paneLines(lines: number, hasHistogram: boolean): number {
  const around = 2 + (hasHistogram && lines >= LEAST_LINES_FOR_HISTOGRAM ? HISTOGRAM_LINES : 0);
  return Math.max(1, lines - around);
}

const LEAST_LINES_FOR_HISTOGRAM = 10;

export function picture(view: View, drawing: Drawing, lineCount: number): Picture {
  const { columns, colours, known } = drawing;
  const lines: PictureLine[] = [{ text: titleLine(view, drawing), edge: '' }];
  const hasStrip = paneLines(lineCount, view.hasHistogram) < paneLines(lineCount, false);
  if (hasStrip) lines.push(...histogramLines(view, drawing).map((text) => ({ text, edge: '' })));
  const { body, isPartial } = pane(view, drawing);
  for (let line = 0; line < view.heightLines; line++) lines.push(body[line] ?? EMPTY_LINE);
  if (view.prompt !== null) {
    const { text, column } = promptLine(view, drawing);
    lines.push({ text, edge: '' });
    return { lines, cursor: { line: lines.length - 1, column }, isPartial };
  }
  const status = fitted(statusText(view, known), columns);
  lines.push({ text: colours.dim(status), edge: '' });
  return { lines, cursor: null, isPartial };
}

const EMPTY_LINE: PictureLine = { text: '', edge: '' };

function pane(view: View, drawing: Drawing): { body: PictureLine[]; isPartial: boolean } {
  switch (view.pane) {
    case 'list':
      return listLines(view, drawing);
    case 'detail':
      return { body: detailLines(view, drawing).map(plainLine), isPartial: false };
    case 'filters':
      return { body: filterLines(view, drawing).map(plainLine), isPartial: false };
    case 'help':
      return { body: helpLines(view, drawing).map(plainLine), isPartial: false };
  }
}

function plainLine(text: string): PictureLine {
  return { text, edge: '' };
}

const LEVEL_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Whose events these are, why it died, what times count from, and the filters as chips. */
function titleLine(view: View, { known, columns, colours, utc }: Drawing): string {
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
  const chips = minSeverity > 1 ? [`[level >= ${level}]`] : [];
  for (const { text, isOn } of filters) {
    chips.push(isOn && areFiltersOn ? `[${printable(text)}]` : `(${printable(text)})`);
  }
  return chips;
}

function clockText({ clock }: View, { index }: KnownEvents, utc: boolean): string {
  if (clock !== 'crash') return CLOCK_WORDS[clock];
  const { timeNs: zeroNs } = zeroOf(index.files);
  return `T is ${instantText(Number(zeroNs / 1_000_000n), utc)}`;
}

function statusText(view: View, known: KnownEvents): string {
  const parts = [placeText(view, known)];
  const work = workText(view, known);
  if (work !== '') parts.push(work);
  for (const sought of ['search', 'pattern', 'trace'] as const) {
    const text = hitText(sought, view, known);
    if (text !== '') parts.push(text);
  }
  if (view.isCopying) return 'copy: y the line, j JSON, v the value, k its key, p its path';
  if (view.message !== '') return `${view.message}   ${parts[0]}`;
  if (view.pane === 'detail') return `+ only with, - without this value  y copies   ${parts[0]}`;
  return `${parts.join('   ')}   Enter the event  ? keys  q quit`;
}

function placeText({ chosen }: View, { shown, count }: KnownEvents): string {
  const at = shown.count === 0 ? 0 : shown.countBefore(chosen) + 1;
  const hidden = count - shown.count;
  const share = shown.count === 0 ? 0 : Math.round((at / shown.count) * 100);
  const rest = hidden === 0 ? '' : `, ${countText(hidden)} hidden`;
  return `${countText(at)} of ${countText(shown.count)}${rest} (${share}%)`;
}

function workText({ pending }: View, { index, progress }: KnownEvents): string {
  if (!index.isComplete) return 'reading…';
  if (progress === null) return '';
  const percent = `${Math.floor(progress * 100)}%`;
  return pending === null ? `searching ${percent}` : `looking for the next one, ${percent}`;
}

function hitText(sought: Sought, view: View, known: KnownEvents): string {
  const hits = known.hits(sought);
  if (hits === null) return '';
  const { found, isComplete } = hits;
  const word = SOUGHT_WORDS[sought];
  const total = `${countText(found.count)}${isComplete ? '' : '+'}`;
  if (!found.has(view.chosen) || !isComplete) {
    return `${total} ${word}${found.count === 1 ? '' : 's'}`.replace(
      /event of (.*)s$/,
      'events of $1',
    );
  }
  return `${word} ${countText(found.countBefore(view.chosen) + 1)} of ${total}`;
}

const PROMPT_LEADS: { readonly [kind in PromptKind]: string } = {
  search: '/',
  filter: '&',
  time: 'go to: ',
  columns: 'columns: ',
};

/** The end of the text before the cursor stays in sight. */
function promptLine(
  view: View,
  { columns, colours, known }: Drawing,
): { text: string; column: number } {
  const prompt = view.prompt!;
  const lead = PROMPT_LEADS[prompt.kind];
  const before = printable(prompt.text.slice(0, prompt.cursor));
  const after = printable(prompt.text.slice(prompt.cursor));
  const room = Math.max(1, columns - lead.length - 1);
  const shown = withoutColumns(before, Math.max(0, widthOf(before) - room));
  const column = Math.min(columns - 1, lead.length + widthOf(shown));
  const text = fitted(`${lead}${shown}${fitted(after, columns - column)}`, columns);
  const isPreview = prompt.kind === 'filter' && prompt.text.trim() !== '';
  const preview = `${countText(known.shown.count)} shown${known.progress === null ? '' : '…'}`;
  const hint = prompt.problem !== '' ? prompt.problem : isPreview ? preview : '';
  const left = columns - widthOf(text) - 3;
  if (hint === '' || left < 5) return { text, column };
  const paint = prompt.problem !== '' ? colours.red : colours.dim;
  return { text: `${text}   ${paint(fitted(hint, left))}`, column };
}
