/** Warnings of the process, which Node goes on printing as it does. */

import { listen } from '../triggers/process-listener.ts';
import { inertCopy } from './inert-copy.ts';
import type { TapTools } from './tap.ts';

export function tapWarnings({ getLogger }: TapTools): void {
  const log = getLogger('process');
  listen('warning', (warning: Error) => {
    if (log.isLevelEnabled('warn')) log.warn('warning', inertCopy(warning));
  });
}
