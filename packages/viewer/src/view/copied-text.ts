/** What is copied of the chosen event, of its chosen value, or of the marked events. */

import { printable } from '../format/escape.ts';
import { jsonlFormat } from '../format/jsonl.ts';
import { lineText } from './draw-list.ts';
import type { KnownEvents } from './known-events.ts';
import type { CopyForm, View } from './model.ts';

/** null where there is nothing. */
export function copiedText(form: CopyForm, view: View, known: KnownEvents): string | null {
  if (form === 'marked') return markedText(view, known);
  const { chosen, inDetail, toggled, pane } = view;
  const sourced = known.eventAt(chosen);
  if (sourced === undefined) return null;
  if (form === 'json') return jsonlFormat()(sourced.event, sourced.file).trimEnd();
  if (form === 'line') return lineText(sourced.event);
  const rows = pane === 'detail' ? known.detailRows(chosen, toggled) : [];
  const node = rows[inDetail.row]?.node;
  if (node === undefined) return null;
  if (form === 'key') return node.label === '' ? null : node.label;
  if (form === 'path') return node.path;
  return typeof node.value === 'string' ? node.value : printable(node.text);
}

function markedText({ marks }: View, known: KnownEvents): string | null {
  const lines = marks
    .map(({ index }) => index)
    .sort((a, b) => a - b)
    .map((index) => known.eventAt(index))
    .filter((sourced) => sourced !== undefined)
    .map(({ event }) => lineText(event));
  return lines.length === 0 ? null : `${lines.join('\n')}\n`;
}
