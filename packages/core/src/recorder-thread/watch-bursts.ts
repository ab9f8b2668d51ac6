/**
 * The recorder thread's job of watching for bursts: it follows the ring, and where one is complete
 * it says so and takes a snapshot.
 */

import { EventFollower } from '../follow/event-follower.ts';
import type { FollowedEvent } from '../follow/lane-tail.ts';
import { addToCounter, isRunning } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { describeProcess } from '../snapshot/describe-process.ts';
import type { SnapshotRequest } from '../snapshot/take-snapshot.ts';
import { maySnapshot } from '../snapshot/trigger-budget.ts';
import { BurstWindow } from '../triggers/burst.ts';
import type { BurstNews, BurstOrder } from './protocol.ts';

const nowMs = performance.now.bind(performance);
const monotonicNs = process.hrtime.bigint.bind(process.hrtime);
const wallClockMs = Date.now.bind(Date);

/** A fifth of the time in which a burst has to be told. */
const PERIOD_MS = 20;
/** Other work of the thread, such as a snapshot that was asked for, waits no longer than this. */
const SLICE_MS = 10;
/** Events between two looks at the clock. */
const EVENTS_PER_LOOK = 256;
const MS_NS = 1e6;

interface Watched {
  readonly order: BurstOrder;
  readonly ordinal: number;
  readonly window: BurstWindow;
}

export function watchBursts(
  memory: RingMemory,
  orders: readonly BurstOrder[],
  onBurst: (news: BurstNews) => void,
  takeSnapshot: (request: SnapshotRequest) => void,
): void {
  const watched: Watched[] = orders.map((order, ordinal) => {
    return { order, ordinal, window: new BurstWindow(order) };
  });
  const minSeverity = Math.min(...orders.map(({ severity }) => severity));
  const follower = new EventFollower(memory, minSeverity, monotonicNs);
  let missed = 0;

  const tell = ({ order, ordinal }: Watched, event: FollowedEvent, spanNs: number): void => {
    const { name, level, count, withinMs } = order;
    const ageMs = (Number(monotonicNs() - follower.originNs) - event.timeNs) / MS_NS;
    const details = { name, level, count, withinMs, spanMs: spanNs / MS_NS };
    // Asked for first: whoever is told finds a refusal counted already.
    const isGranted = maySnapshot(memory, 'burst', ordinal);
    onBurst({ kind: 'burst', ordinal, spanMs: details.spanMs, atMs: wallClockMs() - ageMs });
    if (!isGranted) return;
    takeSnapshot({
      reason: name,
      trigger: { kind: 'burst', thread: event.threadId, ...details },
      errorCbor: null,
      process: describeProcess(false),
    });
  };

  const count = (event: FollowedEvent): void => {
    const { severity, timeNs } = event;
    let message: string | undefined;
    for (const trigger of watched) {
      const { order, window } = trigger;
      if (severity < order.severity) continue;
      if (order.match !== undefined) {
        message ??= event.message;
        if (!message.includes(order.match)) continue;
      }
      const spanNs = window.add(timeNs);
      if (spanNs !== null) tell(trigger, event, spanNs);
    }
  };

  const work = (): void => {
    if (!isRunning(memory)) return;
    const untilMs = nowMs() + SLICE_MS;
    for (let left = EVENTS_PER_LOOK; ; left--) {
      const event = follower.next();
      if (event === null) break;
      count(event);
      if (left > 0) continue;
      if (nowMs() > untilMs) {
        setImmediate(work);
        return;
      }
      left = EVENTS_PER_LOOK;
    }
    if (follower.missed > missed) {
      addToCounter(memory, 'lagged', follower.missed - missed);
      missed = follower.missed;
    }
    setTimeout(round, PERIOD_MS);
  };
  const round = (): void => {
    follower.begin();
    work();
  };
  round();
}
