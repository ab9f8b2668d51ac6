/**
 * `node --import ttlog/register app.js`: a recorder without a change of code, configured by the
 * TTLOG_* variables alone. Never throws; does nothing in package managers, which inherit
 * NODE_OPTIONS from whoever set it for an application.
 */

import { isPackageManager } from './options.ts';
import { hub } from './process-hub.ts';

try {
  if (!isPackageManager(process.argv[1])) hub.startRecorder();
} catch {
  // An application that starts without its recorder is better than one that does not start.
}
