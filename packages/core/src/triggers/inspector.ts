/**
 * Whether an inspector is open on this thread, which somebody may be debugging with.
 */

import type InspectorModule from 'node:inspector';
import { createRequire } from 'node:module';

let inspector: typeof InspectorModule | null | undefined;

export function isInspectorOpen(): boolean {
  if (inspector === undefined) inspector = loadInspector();
  return inspector?.url() !== undefined;
}

/** null where Node is built without it. */
function loadInspector(): typeof InspectorModule | null {
  try {
    return createRequire(process.execPath)('node:inspector') as typeof InspectorModule;
  } catch {
    return null;
  }
}
