/**
 * `node --import ttlog/register app.js`: a recorder and taps without a change of code, configured
 * by the TTLOG_* variables alone. Never throws; does nothing in package managers, which inherit
 * NODE_OPTIONS from whoever set it for an application.
 */

import { enterContext } from './logger/enter-context.ts';
import { withContext } from './logger/logger.ts';
import { isDisabled, isPackageManager, resolveOptions } from './options.ts';
import { hub } from './process-hub.ts';
import { installTaps } from './taps/install-taps.ts';

try {
  if (!isPackageManager(process.argv[1]) && !isDisabled()) {
    const recorder = hub.startRecorder();
    const { taps } = resolveOptions();
    // Where another copy of the package was first, its store of contexts is out of our reach.
    const hasContext = taps.includes('request_context') && hub.withContext === withContext;
    installTaps(taps, {
      getLogger: hub.getLogger,
      enterContext: hasContext ? enterContext : null,
      record: (event) => recorder.record(event),
      setTraceContext: (provider) => recorder.setTraceContext(provider),
    });
  }
} catch {
  // An application that starts without its recorder is better than one that does not start.
}
