/**
 * The recorder thread's job of keeping the black box up to date: a mirrored one is written, a mapped
 * one writes itself and only needs its sign of life.
 */

import { mirrorFile } from '../black-box/box-file.ts';
import { HEARTBEAT_PERIOD_MS, Heartbeat } from '../black-box/heartbeat.ts';
import { BlackBoxMirror } from '../black-box/mirror.ts';
import { isRunning } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';

/** `onProblem` hears why writing fails, and null once it works again. */
export function keepBlackBox(
  memory: RingMemory,
  box: NonNullable<RecorderFacts['box']>,
  periodMs: number,
  onProblem: (problem: string | null) => void,
): void {
  const tick = box.mapping === null ? mirrored() : mapped();
  const turn = (): void => {
    // The file of a stopped recorder is closed, and its number may be another file's by now.
    if (isRunning(memory)) setTimeout(turn, tick());
  };
  turn();

  function mirrored(): () => number {
    const mirror = new BlackBoxMirror(memory, mirrorFile(box.descriptor), periodMs, (error) =>
      onProblem(error === null ? null : error.message),
    );
    return () => mirror.tick();
  }

  function mapped(): () => number {
    const heartbeat = new Heartbeat(memory, mirrorFile(box.descriptor));
    let problem: string | null = null;
    return () => {
      const before = problem;
      problem = null;
      try {
        heartbeat.beat();
      } catch (error) {
        problem = (error as Error).message;
      }
      if (problem !== before) onProblem(problem);
      return HEARTBEAT_PERIOD_MS;
    };
  }
}
