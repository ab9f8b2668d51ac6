// The worker-threads example's worker: resizes a picture tile by tile, until that ends badly.

import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { deflateSync } from 'node:zlib';
import { getLogger } from 'ttlog';

const log = getLogger('resize');
log.info('picture opened', { file: workerData });

for (let tile = 1; ; tile++) {
  const bytes = deflateSync(randomBytes(1 << 14)).length;
  log.debug('tile resized', { tile, bytes });
  if (tile === 50 && workerData === 'broken.png') throw new Error('unexpected end of file');
  if (tile === 100) parentPort!.postMessage('still at work');
}
