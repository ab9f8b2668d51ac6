/** How levels and threads look in every pane: by the sixteen colours that follow the terminal's theme. */

import type { Paint, Palette } from '../format/colour.ts';

const LEVEL_TEXTS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

export function levelText(severity: number): string {
  return LEVEL_TEXTS[(severity - 1) >> 2] ?? '?';
}

export function levelPaint(severity: number, colours: Palette): Paint {
  if (severity >= 21) return colours.alarm;
  if (severity >= 17) return colours.red;
  if (severity >= 13) return colours.yellow;
  if (severity >= 9) return colours.green;
  return severity >= 5 ? colours.blue : colours.dim;
}

/** Threads side by side look different. */
export function lanePaint(lane: number, { cyan, magenta, blue, green }: Palette): Paint {
  return [cyan, magenta, blue, green][lane % 4];
}
