// Writes golden/format-1-recorder.bin: a small recording as a recorder of 0.1.0 left it. Run once
// a format version, by `npx tsx`, on the built package; released golden files are never changed.

import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLogger, startRecorder, withContext } from 'ttlog';

const directory = mkdtempSync(join(tmpdir(), 'ttlog-golden-'));
const recorder = startRecorder({ service: 'golden', snapshots: { directory } });
const log = getLogger('golden');
for (let n = 0; n < 12; n++) {
  log.info('request served', { n, route: '/pay', ms: n * 1.5, ok: n % 2 === 0 });
  log.debug(`dynamic text ${n}`);
}
log.child({ requestId: 'r-1' }).warn('slow', { n: 100, list: [1, [2]], map: new Map([['a', 1n]]) });
withContext({ user: 7 }, () => log.error('failed', new RangeError('out of range'), { n: 101 }));
log.fatal('last words', { n: 102, when: new Date(1_700_000_000_000), bytes: Uint8Array.of(1, 2) });
const { path } = recorder.snapshotSync('golden');
if (path === null) throw new Error('no snapshot');
copyFileSync(path, join(import.meta.dirname, 'golden/format-1-recorder.bin'));
