/**
 * `node --import ttlog/register app.js`: a recorder and taps without a change of code, configured
 * by the TTLOG_* variables alone. Never throws; does nothing in package managers, which inherit
 * NODE_OPTIONS from whoever set it for an application.
 */

import { enterContext, type RunInside } from './logger/enter-context.ts';
import { withContext } from './logger/logger.ts';
import { isDisabled, isPackageManager, resolveOptions } from './options.ts';
import { hub } from './process-hub.ts';
import { installTaps } from './taps/install-taps.ts';

try {
  if (!isPackageManager(process.argv[1]) && !isDisabled()) {
    hub.startRecorder();
    // Where another copy of the package was first, its store of contexts is out of our reach.
    const isOwn = hub.withContext === withContext;
    const ownBindings =
      (bindings: object): RunInside =>
      (run) =>
        hub.withContext(bindings, run);
    installTaps(resolveOptions().taps, {
      getLogger: hub.getLogger,
      enterContext: isOwn ? enterContext : ownBindings,
    });
  }
} catch {
  // An application that starts without its recorder is better than one that does not start.
}
