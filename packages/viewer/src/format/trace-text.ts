/**
 * Traces as a person reads them: a tree with offsets and durations, the events in their places,
 * and a list of many. All names and values come from outside and are printable when they leave.
 */

import type { RecordedEvent, SpanEvent } from 'ttlog/reader';
import { isFailed, type TraceNode, type TraceTree } from '../digest/trace-tree.ts';
import { instantText } from './clock.ts';
import type { Palette } from './colour.ts';
import { printable } from './escape.ts';
import { countOf, durationText } from './quantity.ts';
import { type Column, tableText } from './table.ts';
import { keyText, valueText } from './value.ts';

const KINDS = ['', 'server', 'client', 'producer', 'consumer'];
const OFFSET_WIDTH = 9;
const DURATION_WIDTH = 8;
/** Deeper spans are not indented any further. */
const MAX_INDENTS = 40;

const COLUMNS: readonly Column[] = [
  { heading: 'STARTED', align: 'left' },
  { heading: 'DURATION', align: 'right' },
  { heading: 'SPANS', align: 'right' },
  { heading: 'ERRORS', align: 'right' },
  { heading: 'UNFINISHED', align: 'right' },
  { heading: 'ROOT', align: 'left' },
  { heading: 'TRACE', align: 'left' },
];

export function traceListText(trees: readonly TraceTree[], palette: Palette, utc: boolean): string {
  const rows = trees.map((tree) => [
    instantText(msOf(tree.startNs), utc),
    durationText(msOf(tree.endNs - tree.startNs)),
    String(tree.nodes.size),
    String(tree.errorCount),
    String(tree.unfinishedCount),
    printable(tree.roots[0].span.name),
    printable(tree.traceId),
  ]);
  return tableText(COLUMNS, rows, palette, (text, row, column) => {
    const { errorCount, unfinishedCount } = trees[row];
    const isAlarming = (column === 3 && errorCount > 0) || (column === 4 && unfinishedCount > 0);
    return isAlarming ? palette.red(text) : text;
  });
}

/** Title and lines of one trace, a piece at a time since it may have a great many. */
export function* traceText(tree: TraceTree, palette: Palette, utc: boolean): Generator<string> {
  yield titleText(tree, palette, utc);
  for (const event of tree.strayEvents) {
    yield `${offsetText(event.timeNs, tree)}${NO_COLUMNS}${logText(event, palette)}\n`;
  }
  const waiting: { item: Item; branch: string; indent: string; depth: number }[] = tree.roots
    .map((node) => ({ item: spanItem(node), branch: '', indent: '', depth: 0 }))
    .reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { item, branch, indent, depth } = next;
    yield `${offsetText(item.timeNs, tree)}${item.columns(palette)}${palette.dim(branch)}${item.text(palette)}\n`;
    const items = item.node === null ? [] : itemsOf(item.node);
    const isDeep = depth >= MAX_INDENTS;
    for (let index = items.length - 1; index >= 0; index--) {
      const isLast = index === items.length - 1;
      waiting.push({
        item: items[index],
        branch: indent + (isLast ? '└─ ' : '├─ '),
        indent: isDeep ? indent : indent + (isLast ? '   ' : '│  '),
        depth: depth + 1,
      });
    }
  }
}

/** A line of the tree. */
interface Item {
  readonly timeNs: bigint;
  readonly node: TraceNode | null;
  columns(palette: Palette): string;
  text(palette: Palette): string;
}

const NO_COLUMNS = ' '.repeat(DURATION_WIDTH + 3);

function itemsOf(node: TraceNode): Item[] {
  const items = [
    ...node.children.map(spanItem),
    ...node.events.map(
      (event): Item => ({
        timeNs: event.timeNs,
        node: null,
        columns: () => NO_COLUMNS,
        text: (palette) => logText(event, palette),
      }),
    ),
    ...node.span.events.map(
      (event): Item => ({
        timeNs: event.timeNs,
        node: null,
        columns: () => NO_COLUMNS,
        text: (palette) => spanEventText(event, palette),
      }),
    ),
  ];
  return items.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

function spanItem(node: TraceNode): Item {
  const { span, endNs, isCritical } = node;
  const ms = msOf(endNs - span.startNs);
  return {
    timeNs: span.startNs,
    node,
    columns: (palette) => {
      const duration = `${span.endNs === null ? '>' : ''}${durationText(ms)}`;
      const padded = duration.padStart(DURATION_WIDTH);
      const mark = isCritical ? palette.yellow('*') : ' ';
      return `${span.endNs === null ? palette.red(padded) : padded} ${mark} `;
    },
    text: (palette) => spanText(node, palette),
  };
}

function spanText({ span }: TraceNode, palette: Palette): string {
  let text = palette.bold(printable(span.name));
  if (span.kind > 0) text += ` ${KINDS[span.kind]}`;
  if (span.scope.name !== '') text += ` ${palette.cyan(printable(span.scope.name))}`;
  if (span.endNs === null) text += ` ${palette.red('never ended')}`;
  if (isFailed(span)) {
    const { message } = span.status;
    text += ` ${palette.red(message === '' ? 'failed' : `failed: ${printable(message)}`)}`;
  }
  return text + fieldsText(span.attributes, palette);
}

function spanEventText(event: SpanEvent, palette: Palette): string {
  return `· ${printable(event.name)}${fieldsText(event.attributes, palette)}`;
}

function logText(event: RecordedEvent, palette: Palette): string {
  const level = event.level.toUpperCase();
  const paint =
    event.severity >= 17 ? palette.red : event.severity >= 13 ? palette.yellow : palette.dim;
  const logger = event.logger === '' ? '' : `${palette.cyan(`${printable(event.logger)}:`)} `;
  return `${paint(level)} ${logger}${printable(event.message)}${fieldsText(event.fields, palette)}`;
}

function fieldsText(fields: { readonly [key: string]: unknown }, { dim }: Palette): string {
  let text = '';
  for (const key of Object.keys(fields))
    text += ` ${dim(`${keyText(key)}=`)}${valueText(fields[key])}`;
  return text;
}

function titleText(tree: TraceTree, palette: Palette, utc: boolean): string {
  const { startNs, endNs, nodes, unfinishedCount, errorCount } = tree;
  const facts = [
    instantText(msOf(startNs), utc),
    durationText(msOf(endNs - startNs)),
    countOf(nodes.size, 'span'),
  ];
  if (unfinishedCount > 0) facts.push(palette.red(`${unfinishedCount} never ended`));
  if (errorCount > 0) facts.push(palette.red(countOf(errorCount, 'error')));
  return `trace ${printable(tree.traceId)}\n${facts.join(', ')}\n\n`;
}

function offsetText(timeNs: bigint, { startNs }: TraceTree): string {
  const ms = msOf(timeNs - startNs);
  const text = ms < 0 ? durationText(ms) : `+${durationText(ms)}`;
  return `${text.padStart(OFFSET_WIDTH)}  `;
}

function msOf(ns: bigint): number {
  return Number(ns) / 1e6;
}
