/**
 * The whole picture: title and filters, histogram, a pane, the status line or a prompt. Text that
 * comes from a recording is printable when it gets here; sequences of the terminal are added by
 * `format/colour.ts` and `output/screen.ts` alone.
 */

import type { Palette } from '../format/colour.ts';
import { fitted } from '../format/width.ts';
import type { Picture, PictureLine } from '../output/picture.ts';
import { detailLines } from './draw-detail.ts';
import { listLines, pinnedLine } from './draw-list.ts';
import { filterLines, helpLines, infoLines } from './draw-panes.ts';
import { patternLines } from './draw-patterns.ts';
import { promptLine, statusText, titleLine } from './draw-status.ts';
import { histogramLines } from './draw-strips.ts';
import { timelineLines } from './draw-timeline.ts';
import type { KnownEvents } from './known-events.ts';
import type { View } from './model.ts';
import { sizesOf } from './sizes.ts';

export interface Drawing {
  readonly known: KnownEvents;
  readonly columns: number;
  readonly colours: Palette;
  readonly utc: boolean;
  /** Whether the picture has taken as long as a key may. */
  isLate(): boolean;
}

export interface DrawnPicture extends Picture {
  /** Events on the screen. */
  readonly screenEvents: number;
  /** What stands on a line, for clicks: the list's event, or the row of another pane. */
  readonly targets: readonly (number | undefined)[];
}

/** Lines of a pane, and the row that each is of. */
export interface DrawnPane {
  readonly body: readonly PictureLine[];
  readonly targets: readonly (number | undefined)[];
}

export function picture(view: View, drawing: Drawing, lineCount: number): DrawnPicture {
  const { columns, colours, known } = drawing;
  const sizes = sizesOf(view, lineCount);
  const lines: PictureLine[] = [plainLine(titleLine(view, drawing))];
  if (sizes.histogramLines > 0) lines.push(...histogramLines(view, drawing).map(plainLine));
  const targets: (number | undefined)[] = lines.map(() => undefined);
  const add = ({ body, targets: rows }: DrawnPane, count: number): void => {
    for (let line = 0; line < count; line++) {
      lines.push(body[line] ?? EMPTY_LINE);
      targets.push(rows[line]);
    }
  };
  let isPartial = false;
  let screenEvents = view.heightLines;
  if (view.pinned !== null && sizes.pinnedLines > 0) {
    add({ body: [plainLine(pinnedLine(view.pinned, view, drawing))], targets: [view.pinned] }, 1);
  }
  if (view.pane === 'list' || sizes.isDivided) {
    const list = listLines(view, drawing);
    ({ isPartial, screenEvents } = list);
    add(list, sizes.heightLines);
    if (sizes.isDivided) {
      add({ body: [plainLine(colours.dim('─'.repeat(columns)))], targets: [] }, 1);
      add(textPane(detailLines(view, drawing)), sizes.detailLines);
    }
  } else add(otherPane(view, drawing), sizes.heightLines);
  const rest = { isPartial, screenEvents, targets };
  if (view.prompt !== null) {
    const { text, column } = promptLine(view, drawing);
    lines.push(plainLine(text));
    return { lines, cursor: { line: lines.length - 1, column }, ...rest };
  }
  lines.push(plainLine(colours.dim(fitted(statusText(view, known), columns))));
  return { lines, cursor: null, ...rest };
}

const EMPTY_LINE: PictureLine = { text: '', edge: '' };

function otherPane(view: View, drawing: Drawing): DrawnPane {
  switch (view.pane) {
    case 'filters':
      return rowPane(view, filterLines(view, drawing));
    case 'patterns':
      return rowPane(view, patternLines(view, drawing));
    case 'timeline':
      return textPane(timelineLines(view, drawing));
    case 'info':
      return textPane(infoLines(view, drawing));
    case 'help':
      return textPane(helpLines(view, drawing));
    default:
      return textPane(detailLines(view, drawing));
  }
}

function plainLine(text: string): PictureLine {
  return { text, edge: '' };
}

function textPane(lines: readonly string[]): DrawnPane {
  return { body: lines.map(plainLine), targets: [] };
}

function rowPane({ inPane }: View, lines: readonly string[]): DrawnPane {
  return { body: lines.map(plainLine), targets: lines.map((_, line) => inPane.topRow + line) };
}
