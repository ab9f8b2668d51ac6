/**
 * The recorder thread's job after a start: the black boxes of this service's dead processes become
 * snapshots. At most a few, and not for long; a box whose process may live is left alone.
 */

import type { HeartbeatWatch } from '../black-box/liveness.ts';
import { examineBox, listBoxes, recoverBox } from '../black-box/recover.ts';
import type { Compressor } from '../snapshot/compress-frame.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';

const MAX_BOXES = 4;
const MAX_MS = 2000;
/** A heartbeat has to be watched for longer than it takes to be sure of its silence. */
const LOOK_AGAIN_MS = 1000;
const MAX_LOOKS = 5;

const now = performance.now.bind(performance);

export function recoverOthers(
  facts: RecorderFacts,
  compressor: Compressor,
  onRecovered: (path: string) => void,
): void {
  const watches = new Map<string, HeartbeatWatch>();
  let recovered = 0;
  let spentMs = 0;
  let looks = 0;
  const look = (): void => {
    const startedMs = now();
    let undecided = 0;
    for (const box of listBoxes(facts.directory, facts.service)) {
      if (recovered >= MAX_BOXES || spentMs + now() - startedMs > MAX_MS) return;
      const liveness = examineBox(box, watches);
      if (liveness === 'unknown') undecided++;
      if (liveness !== 'dead') continue;
      recovered++;
      const { fileMode, pid } = facts;
      const result = recoverBox(box, { compressor, fileMode, pid });
      if (result.path !== null) onRecovered(result.path);
    }
    spentMs += now() - startedMs;
    if (undecided > 0 && ++looks < MAX_LOOKS) setTimeout(look, LOOK_AGAIN_MS);
  };
  look();
}
