/**
 * The recorder thread's job of watching an event loop: while it stands still, a snapshot that says
 * for how long, and, if asked for, where.
 */

import { readLoopTurn } from '../ring/loop-turn.ts';
import { isRunning } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { describeProcess } from '../snapshot/describe-process.ts';
import type { SnapshotRequest } from '../snapshot/take-snapshot.ts';
import { maySnapshot } from '../snapshot/trigger-budget.ts';
import { StallWatch } from '../triggers/stall.ts';
import { captureMainStack, type MainStack } from './main-stack.ts';
import type { StallOrder } from './protocol.ts';

const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

export function watchStall(
  memory: RingMemory,
  order: StallOrder,
  onStall: (request: SnapshotRequest) => void,
  onEnd: (stalledMs: number) => void,
): void {
  const { afterMs, periodMs, threadId, stack } = order;
  const watch = new StallWatch(afterMs, periodMs);
  const look = (): void => {
    if (!isRunning(memory)) return;
    const turn = readLoopTurn(memory);
    const outcome = watch.look(Number(monotonicNs()) / 1e6, Number(turn.atNs) / 1e6);
    if (outcome === null) return;
    const stalledMs = Math.round(outcome.stalledMs);
    if (outcome.kind === 'ended') {
      onEnd(stalledMs);
      return;
    }
    if (!maySnapshot(memory, 'stall')) return;
    const request = (details: object): SnapshotRequest => ({
      reason: 'stall',
      trigger: { kind: 'stall', thread: threadId, stalledMs, afterMs, ...details },
      errorCbor: null,
      process: { ...describeProcess(false), eventLoopDelayMs: stalledMs },
    });
    if (!stack) onStall(request({}));
    else if (turn.isInspected) onStall(request(stackDetails(INSPECTED)));
    else captureMainStack(memory, (captured) => onStall(request(stackDetails(captured))));
  };
  setInterval(look, periodMs);
}

const INSPECTED: MainStack = { frames: null, problem: 'another inspector is open' };

function stackDetails({ frames, problem }: MainStack): object {
  return frames === null ? { stackProblem: problem } : { stack: frames };
}
