/** How many lines of the terminal each part of the picture has. */

import type { View } from './model.ts';

/** Bars, and below them where we are. */
export const HISTOGRAM_LINES = 2;
/** Title and status line. */
const LINES_AROUND = 2;
const LEAST_LINES_FOR_HISTOGRAM = 10;
/** Of list, rule and event together, below which there is only one of them at a time. */
const LEAST_LINES_FOR_SPLIT = 9;
const LEAST_LINES_FOR_PINNED = 4;
const DETAIL_SHARE = 0.45;

export interface Sizes {
  readonly histogramLines: number;
  /** Of the event that stays above the list. */
  readonly pinnedLines: number;
  /** Of the list, or of the pane in its place. */
  readonly heightLines: number;
  readonly detailLines: number;
  /** Whether list and event stand one above the other, with a rule between. */
  readonly isDivided: boolean;
}

export function sizesOf(
  {
    hasHistogram,
    isSplit,
    pane,
    pinned,
  }: Pick<View, 'hasHistogram' | 'isSplit' | 'pane' | 'pinned'>,
  lines: number,
): Sizes {
  const histogramLines =
    hasHistogram && lines >= LEAST_LINES_FOR_HISTOGRAM && pane !== 'timeline' ? HISTOGRAM_LINES : 0;
  const room = lines - LINES_AROUND - histogramLines;
  const pinnedLines = pinned !== null && pane === 'list' && room >= LEAST_LINES_FOR_PINNED ? 1 : 0;
  const left = Math.max(1, room - pinnedLines);
  const isDivided =
    isSplit && left >= LEAST_LINES_FOR_SPLIT && (pane === 'list' || pane === 'detail');
  const around = { histogramLines, pinnedLines, isDivided };
  if (!isDivided) return { ...around, heightLines: left, detailLines: left };
  const detailLines = Math.floor(left * DETAIL_SHARE);
  return { ...around, heightLines: left - detailLines - 1, detailLines };
}
