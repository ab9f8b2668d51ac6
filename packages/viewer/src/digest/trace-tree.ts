/**
 * The spans of a trace as a tree, with the critical path: what the trace waited for. Takes spans as
 * anybody may have written them: parents that are missing, circles, chains of any depth.
 */

import type { RecordedEvent, RecordedSpan } from 'ttlog/reader';

/** A span, and the end of the recording that it is in. */
export interface FoundSpan {
  readonly span: RecordedSpan;
  readonly recordingEndNs: bigint;
}

export interface TraceNode {
  readonly span: RecordedSpan;
  /** Of a span that never ended: the end of the recording. */
  readonly endNs: bigint;
  /** By their starts. */
  readonly children: TraceNode[];
  /** Log events inside it, by time. */
  readonly events: RecordedEvent[];
  isCritical: boolean;
}

export interface TraceTree {
  readonly traceId: string;
  /** More than one where spans are missing. */
  readonly roots: readonly TraceNode[];
  /** Log events of the trace whose span is not in the recording. */
  readonly strayEvents: RecordedEvent[];
  readonly nodes: ReadonlyMap<string, TraceNode>;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly unfinishedCount: number;
  /** Spans whose status says so, and events of level error and above. */
  errorCount: number;
}

const STATUS_ERROR = 2;

export function isFailed({ status }: RecordedSpan): boolean {
  return status.code === STATUS_ERROR;
}

/** One tree for each trace, by their starts. */
export function growTrees(found: Iterable<FoundSpan>): TraceTree[] {
  const traces = new Map<string, Map<string, TraceNode>>();
  for (const { span, recordingEndNs } of found) {
    let nodes = traces.get(span.traceId);
    if (nodes === undefined) {
      nodes = new Map();
      traces.set(span.traceId, nodes);
    }
    const endNs = span.endNs ?? later(recordingEndNs, span.startNs);
    nodes.set(span.spanId, { span, endNs, children: [], events: [], isCritical: false });
  }
  const trees = Array.from(traces, ([traceId, nodes]) => growTree(traceId, nodes));
  return trees.sort((a, b) => compare(a.startNs, b.startNs));
}

function growTree(traceId: string, nodes: Map<string, TraceNode>): TraceTree {
  const byStart = [...nodes.values()].sort((a, b) => compare(a.span.startNs, b.span.startNs));
  const childrenOf = new Map<string, TraceNode[]>();
  const roots: TraceNode[] = [];
  for (const node of byStart) {
    const { parentSpanId } = node.span;
    if (parentSpanId === undefined || !nodes.has(parentSpanId)) roots.push(node);
    else {
      const siblings = childrenOf.get(parentSpanId);
      if (siblings === undefined) childrenOf.set(parentSpanId, [node]);
      else siblings.push(node);
    }
  }
  const placed = new Set<TraceNode>();
  for (const root of roots) attach(root, childrenOf, placed);
  // What is left hangs in a circle; its first span is taken for a root.
  for (const node of byStart) {
    if (placed.has(node)) continue;
    roots.push(node);
    attach(node, childrenOf, placed);
  }
  for (const root of roots) markCriticalPath(root);
  return {
    traceId,
    roots,
    strayEvents: [],
    nodes,
    startNs: byStart[0].span.startNs,
    endNs: byStart.reduce((endNs, node) => later(endNs, node.endNs), byStart[0].endNs),
    unfinishedCount: byStart.filter(({ span }) => span.endNs === null).length,
    errorCount: byStart.filter(({ span }) => isFailed(span)).length,
  };
}

/** Hangs everything below `root` in its place, each span once. */
function attach(
  root: TraceNode,
  childrenOf: ReadonlyMap<string, TraceNode[]>,
  placed: Set<TraceNode>,
): void {
  placed.add(root);
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const child of childrenOf.get(node.span.spanId) ?? []) {
      if (placed.has(child)) continue;
      placed.add(child);
      node.children.push(child);
      waiting.push(child);
    }
  }
}

/**
 * From a span's end backwards: the child that ended last, then the one that ended last before that
 * one began, and so on; and the same within each of them.
 */
function markCriticalPath(root: TraceNode): void {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    node.isCritical = true;
    const byEnd = [...node.children].sort((a, b) => compare(b.endNs, a.endNs));
    let cursorNs: bigint | null = null;
    for (const child of byEnd) {
      if (cursorNs !== null && child.endNs > cursorNs) continue;
      cursorNs = child.span.startNs;
      waiting.push(child);
    }
  }
}

function later(a: bigint, b: bigint): bigint {
  return compare(a, b) < 0 ? b : a;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
