/**
 * What a trigger says of an incident that the process survives: a stalled loop, a heap near its
 * limit, a burst of events. The details are foreign, so each is looked at before it is shown.
 */

import type { SnapshotHeader } from 'ttlog/reader';
import { printable } from './escape.ts';
import { countOf, durationText, sizeText } from './quantity.ts';

type Trigger = SnapshotHeader['trigger'];

const INCIDENTS: ReadonlySet<string> = new Set(['stall', 'heap', 'burst']);
/** Frames and heap spaces shown; `info --json` has all. */
const MAX_LINES = 50;

export function isIncident({ trigger }: SnapshotHeader): boolean {
  return INCIDENTS.has(trigger.kind);
}

/** ` for 1.2 s or more`; empty for what is no incident. */
export function incidentText(trigger: Trigger): string {
  const { stalledMs, usedBytes, limitBytes, count, spanMs, level } = trigger;
  switch (trigger.kind) {
    case 'stall':
      return typeof stalledMs === 'number' ? ` for ${durationText(stalledMs)} or more` : '';
    case 'heap':
      return typeof usedBytes === 'number' && typeof limitBytes === 'number'
        ? `: ${sizeText(usedBytes)} of ${sizeText(limitBytes)}`
        : '';
    case 'burst': {
      if (typeof count !== 'number' || typeof spanMs !== 'number') return '';
      const from = typeof level === 'string' ? ` from ${printable(level)}` : '';
      return `: ${countOf(count, 'event')}${from} within ${durationText(spanMs)}`;
    }
    default:
      return '';
  }
}

/** Below the cause: the stack of a stalled thread, or why there is none; the spaces of a heap. */
export function incidentLines(trigger: Trigger): string[] {
  const { kind, stack, stackProblem, spaces } = trigger;
  if (kind === 'stall' && Array.isArray(stack)) {
    return limited(stack.map((frame) => `      at ${nameText(frame)}`));
  }
  if (kind === 'stall' && typeof stackProblem === 'string') {
    return [`  no stack: ${printable(stackProblem)}`];
  }
  if (kind === 'heap' && Array.isArray(spaces)) return limited(spaces.flatMap(spaceLine));
  return [];
}

/** Nothing of a space that is empty, or none. */
function spaceLine(space: unknown): string[] {
  if (typeof space !== 'object' || space === null) return [];
  const { name, usedBytes, sizeBytes } = space as { [key: string]: unknown };
  if (typeof usedBytes !== 'number' || typeof sizeBytes !== 'number' || usedBytes === 0) return [];
  return [`  ${nameText(name)}: ${sizeText(usedBytes)} of ${sizeText(sizeBytes)}`];
}

function nameText(name: unknown): string {
  return typeof name === 'string' ? printable(name) : '?';
}

function limited(lines: string[]): string[] {
  const hidden = lines.length - MAX_LINES;
  return hidden > 0 ? [...lines.slice(0, MAX_LINES), `      … and ${hidden} more`] : lines;
}
