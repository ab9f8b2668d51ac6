/** What a process has left whose black box was read while it lived, and is there no more. */

import { dirname } from 'node:path';
import type { RecordingFile } from '../recording-file.ts';
import { findRecordings } from './find-recordings.ts';
import { isLiving } from './living.ts';
import { openFile } from './open-recordings.ts';

/**
 * The recording that the process wrote as it died, or that a start of the service has made of the
 * box. null where there is none since the box was last looked at: it ended in order.
 */
export async function leftInPlaceOf(box: RecordingFile): Promise<RecordingFile | null> {
  const { pid, runId, takenAtMs } = box.recording.header;
  const wanted = { fallback: 'all', kind: 'both', pid } as const;
  const { paths } = await findRecordings([dirname(box.path)], {}, wanted);
  let newest: RecordingFile | null = null;
  let newestMs = takenAtMs;
  for (const path of paths) {
    const result = await openFile(path);
    if (!result.ok || isLiving(result.file)) continue;
    const { header } = result.file.recording;
    if (header.runId !== runId || header.takenAtMs < newestMs) continue;
    newest = result.file;
    newestMs = header.takenAtMs;
  }
  return newest;
}
