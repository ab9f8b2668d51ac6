/**
 * The package `ttlog` where there is no Node: the same names and types, doing nothing, so that a
 * library may depend on ttlog and still be bundled for a browser or an edge runtime.
 */

import { type Package, silentPackage } from './silent-recorder.ts';

const silent: Package = silentPackage('this is not Node');

export const startRecorder: Package['startRecorder'] = silent.startRecorder;
export const getLogger: Package['getLogger'] = silent.getLogger;
export const defineEvent: Package['defineEvent'] = silent.defineEvent;
export const withContext: Package['withContext'] = silent.withContext;
