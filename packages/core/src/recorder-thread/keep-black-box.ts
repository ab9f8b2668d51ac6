/**
 * The recorder thread's job of keeping the black box up to date.
 */

import { mirrorFile } from '../black-box/box-file.ts';
import { BlackBoxMirror } from '../black-box/mirror.ts';
import { isRunning } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';

/** `onProblem` hears why writing fails, and null once it works again. */
export function keepBlackBox(
  memory: RingMemory,
  box: { readonly descriptor: number; readonly periodMs: number },
  onProblem: (problem: string | null) => void,
): void {
  const mirror = new BlackBoxMirror(memory, mirrorFile(box.descriptor), box.periodMs, (error) =>
    onProblem(error === null ? null : error.message),
  );
  const tick = (): void => {
    // The file of a stopped recorder is closed, and its number may be another file's by now.
    if (isRunning(memory)) setTimeout(tick, mirror.tick());
  };
  tick();
}
