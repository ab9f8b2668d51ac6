/**
 * The recorder thread's job after a start: the black boxes of this service's dead processes become
 * snapshots. At most a few, and not for long; a box whose process may live is left alone.
 */

import path from 'node:path';
import type { HeartbeatWatch } from '../black-box/liveness.ts';
import { examineBox, foreignHostsOf, listBoxes, recoverBox } from '../black-box/recover.ts';
import type { Compressor } from '../snapshot/compress-frame.ts';
import { applyRetention } from '../snapshot/retention.ts';
import type { RecorderFacts } from '../snapshot/take-snapshot.ts';

const MAX_BOXES = 4;
const MAX_MS = 2000;
/** A heartbeat has to be watched for longer than it takes to be sure of its silence. */
const LOOK_AGAIN_MS = 1000;
const MAX_LOOKS = 5;
/** Named in a note. */
const MAX_HOSTS = 5;

const { basename } = path;
const now = performance.now.bind(performance);
const wallClockMs = Date.now.bind(Date);

export interface RecoveryListeners {
  /** All that could be recovered for now has been. */
  onLooked(): void;
  onNote(note: string): void;
}

export function recoverOthers(
  facts: RecorderFacts,
  compressor: Compressor,
  { onLooked, onNote }: RecoveryListeners,
): void {
  const watches = new Map<string, HeartbeatWatch>();
  let recovered = 0;
  let spentMs = 0;
  let looks = 0;
  const tried = new Set<string>();
  const look = (): void => {
    const startedMs = now();
    let undecided = 0;
    const boxes = listBoxes(facts.directory, facts.service);
    const hosts = foreignHostsOf(boxes);
    if (hosts.length > 0) {
      onNote(`black boxes of other hosts are left alone: ${hosts.slice(0, MAX_HOSTS).join(', ')}`);
    }
    for (const box of boxes) {
      if (box === facts.box?.path || tried.has(box)) continue;
      const liveness = examineBox(box, watches);
      if (liveness === 'unknown') undecided++;
      if (liveness !== 'dead') continue;
      tried.add(box);
      recover(facts, compressor, box);
      spentMs += now() - startedMs;
      // One at a time, so that the own black box is kept up to date in between.
      if (++recovered < MAX_BOXES && spentMs < MAX_MS) setTimeout(look, 0);
      else onLooked();
      return;
    }
    onLooked();
    if (undecided > 0 && ++looks < MAX_LOOKS) setTimeout(look, LOOK_AGAIN_MS);
  };
  look();
}

function recover(facts: RecorderFacts, compressor: Compressor, box: string): void {
  const { directory, isDefaultDirectory, service, fileMode, keep } = facts;
  const { path } = recoverBox(box, { compressor, fileMode, isDefaultDirectory });
  // A service that is killed again and again must not fill the disk.
  if (path !== null) {
    applyRetention({ directory, service, keep, written: basename(path), nowMs: wallClockMs() });
  }
}
