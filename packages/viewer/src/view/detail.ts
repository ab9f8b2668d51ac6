/**
 * One event as a tree: what ttlog knows of it, its fields and bindings, and what is inside them.
 * Branches are made when they are opened, since a foreign log may nest without end.
 */

import { Mark, type RecordedEvent } from 'ttlog/reader';
import { isoClock } from '../format/clock.ts';
import { errorLines } from '../format/error-text.ts';
import { printable } from '../format/escape.ts';
import { sourceLabel, threadLabel } from '../format/source-label.ts';
import { errorTitle, isPlainObject, keyText, valueText } from '../format/value.ts';
import { type SourcedEvent, sourceOf } from '../recording-file.ts';
import { OWN_VALUES } from '../select/field-match.ts';

export interface DetailNode {
  /** Unique within the tree. */
  readonly id: string;
  /** Printable; empty for a line of a stack. */
  readonly label: string;
  /** Printable. */
  readonly text: string;
  /** What is copied. */
  readonly value: unknown;
  /** As a query calls it; null where none can ask for it. */
  readonly path: string | null;
  /** The field or binding that it is of, as the list calls it; null where it is of none. */
  readonly field: string | null;
  readonly isOpenAtFirst: boolean;
  readonly branches: (() => readonly DetailNode[]) | null;
}

export interface DetailRow {
  readonly node: DetailNode;
  readonly depth: number;
  readonly isOpen: boolean;
}

/** A value with more is shown up to here. */
const MAX_BRANCHES = 1000;
const MAX_ROWS = 5000;
const MAX_DEPTH = 40;

export function detailTree({ event, file }: SourcedEvent): DetailNode[] {
  const { threads } = file.recording;
  const source = sourceOf(event, file);
  const nodes: DetailNode[] = [
    ...(event.message.includes('\n')
      ? [messageNode(event.message)]
      : [leaf('message', 'msg', event.message)]),
    leaf('time', null, isoClock()(event.timeNs)),
    leaf('level', 'level', event.level, `${event.level} (${event.severity})`),
    leaf('thread', 'thread', event.thread.id, threadLabel(event.thread, threads)),
    leaf('process', 'pid', source.pid, sourceLabel(source)),
  ];
  if (event.logger !== '') nodes.push(leaf('logger', 'logger', event.logger));
  if (event.kind !== 'log') nodes.push(leaf('kind', 'kind', event.kind));
  if (event.traceId !== undefined) nodes.push(leaf('trace', 'trace_id', event.traceId));
  if (event.spanId !== undefined) nodes.push(leaf('span', 'span_id', event.spanId));
  for (const part of ['fields', 'context'] as const) {
    if (Object.keys(event[part]).length > 0) nodes.push(partNode(part, event));
  }
  return nodes;
}

/** The lines to show; `toggled` holds the ids of what is not as it is at first. */
export function detailRows(
  nodes: readonly DetailNode[],
  toggled: ReadonlySet<string>,
): DetailRow[] {
  const rows: DetailRow[] = [];
  const add = (node: DetailNode, depth: number): void => {
    if (rows.length === MAX_ROWS) return;
    const isOpen = node.branches !== null && node.isOpenAtFirst !== toggled.has(node.id);
    rows.push({ node, depth, isOpen });
    if (!isOpen || depth === MAX_DEPTH) return;
    for (const branch of node.branches?.() ?? []) add(branch, depth + 1);
  };
  for (const node of nodes) add(node, 0);
  return rows;
}

function leaf(
  label: string,
  path: string | null,
  value: unknown,
  text: string = printable(String(value)),
): DetailNode {
  const field = path === 'trace_id' || path === 'span_id' ? path : null;
  return { id: `/${label}`, label, text, value, path, field, isOpenAtFirst: false, branches: null };
}

function messageNode(message: string): DetailNode {
  const lines = message.split('\n').slice(0, MAX_BRANCHES);
  return {
    ...leaf('message', 'msg', message, printable(lines[0])),
    isOpenAtFirst: true,
    branches: () => lines.slice(1).map((line, index) => textLine('/message', index, line)),
  };
}

function partNode(part: 'fields' | 'context', event: RecordedEvent): DetailNode {
  const values = event[part];
  return {
    ...leaf(part, null, values, ''),
    isOpenAtFirst: true,
    branches: () =>
      Object.keys(values)
        .slice(0, MAX_BRANCHES)
        .map((key) => {
          const [id, path] = [`/${part}/${key}`, pathOf('', key)];
          return valueNode({ id, label: keyText(key), path, field: key }, values[key]);
        }),
  };
}

type Name = Pick<DetailNode, 'id' | 'label' | 'path' | 'field'>;

function valueNode(name: Name, value: unknown): DetailNode {
  const inner = value instanceof Mark ? value.value : value;
  const isError = inner instanceof Error;
  const text = isError ? printable(errorTitle(inner)) : valueText(value);
  return {
    ...name,
    text,
    value,
    isOpenAtFirst: isError,
    branches: isBranching(inner) ? () => branchesOf(name, inner) : null,
  };
}

function isBranching(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Error) return true;
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  if (Array.isArray(value)) return value.length > 0;
  return isPlainObject(value) && Object.keys(value).length > 0;
}

function branchesOf({ id, path, field }: Name, value: object): DetailNode[] {
  if (value instanceof Error) {
    const [, ...lines] = errorLines(value);
    return lines.slice(0, MAX_BRANCHES).map((line, index) => textLine(id, index, line));
  }
  const isList = Array.isArray(value) || value instanceof Set;
  const entries: [unknown, unknown][] = isList
    ? [...value].slice(0, MAX_BRANCHES).map((item, index) => [index, item])
    : value instanceof Map
      ? [...value].slice(0, MAX_BRANCHES)
      : Object.entries(value).slice(0, MAX_BRANCHES);
  return entries.map(([key, item], index) => {
    const isText = typeof key === 'string';
    const label = isList ? `[${index}]` : isText ? keyText(key) : valueText(key);
    const inner = isList ? `[${index}]` : isText ? key : null;
    const innerPath = path === null || inner === null ? null : pathOf(path, inner);
    return valueNode({ id: `${id}/${index}`, label, path: innerPath, field }, item);
  });
}

/** Already printable where it comes from an error; escaping it again changes nothing then. */
function textLine(id: string, index: number, line: string): DetailNode {
  const text = printable(line);
  return {
    id: `${id}:${index}`,
    label: '',
    text,
    value: line,
    path: null,
    field: null,
    isOpenAtFirst: false,
    branches: null,
  };
}

/** Null where a query has no word for it. */
function pathOf(outer: string, key: string): string | null {
  const isItem = /^\[\d+\]$/.test(key) && outer !== '';
  if (!isItem && !/^[^\s(),"'=!<>~&|[\]?.][^\s(),"'=!<>~&|[\]?]*$/.test(key)) return null;
  if (outer !== '') return `${outer}.${key}`;
  return OWN_VALUES[key] !== undefined || key === 'time' || RESERVED.has(key) ? `.${key}` : key;
}

const RESERVED = new Set(['and', 'or', 'not', 'in', 'like', 'match', 'contains', 'exists']);

/** A query for events that have this value there, or null. */
export function queryFor({ path, value }: DetailNode): string | null {
  if (path === null) return null;
  switch (typeof value) {
    case 'string':
      return `${path} = ${quotedForQuery(value)}`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return `${path} = "${String(value)}"`;
    default:
      return value === null ? `${path} = "null"` : null;
  }
}

function quotedForQuery(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped.replaceAll('\t', '\\t')}"`;
}
