// Whether what was logged is there: takes a snapshot and decodes it. A figure without that would
// only show how fast calls can lose their arguments.

import type { Recorder } from 'ttlog';
import { openRecording, type RecordedEvent } from 'ttlog/reader';
import type { Plan, Stored } from '../runner/case.ts';

/** In a quick run this many events are decoded; the counts are checked for all. */
const QUICK_EVENTS = 20_000;

/** Checks that the recorder holds the events of `calls` calls, newest first to be kept. */
export async function checkStored(
  recorder: Recorder,
  calls: number,
  isWhole: (event: RecordedEvent) => boolean,
  plan: Plan,
): Promise<Stored> {
  const recording = openRecording(await recorder.capture('benchmark'));
  const { losses, threads, footer, damage } = recording;
  const attempted = threads.reduce((sum, thread) => sum + thread.attempted, 0);
  const dropped = losses.refused + losses.tooLarge;
  const expected = attempted - losses.overwritten - dropped;
  const faults: string[] = [];
  let walked = 0;
  let broken = 0;
  for (const event of recording.events()) {
    if (!isWhole(event)) {
      if (broken === 0) faults.push(`not as it was logged: ${describe(event)}`);
      broken++;
    }
    walked++;
    if (plan.isQuick && walked === QUICK_EVENTS) break;
  }
  if (broken > 1) faults.push(`${broken} events are not as they were logged`);
  if (attempted !== calls) faults.push(`${calls} calls, but ${attempted} are accounted for`);
  if (!plan.isQuick && walked !== expected) {
    faults.push(`${expected} events should be there, but ${walked} are`);
  }
  for (const { what } of damage) faults.push(`damage: ${what}`);
  const found = (footer?.events ?? walked) - broken;
  return { attempted, found, overwritten: losses.overwritten, dropped, cut: losses.cut, faults };
}

/** How much longer a stored event took than a call, of which some were dropped. */
export function dropFactor({ attempted, dropped }: Stored): number {
  return attempted > dropped ? attempted / (attempted - dropped) : 1;
}

function describe({ level, logger, message, fields, context }: RecordedEvent): string {
  const seen = { level, logger, message, fields, context };
  return JSON.stringify(seen, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
