/**
 * What a descriptor leads to. Up to Node 22 the numbers of a pipe or socket must not be those that
 * Node has looked at last: the next `require` would take a link for the folder that it leads to
 * (`fs.realpathSync` with a cache). Bigints are kept elsewhere.
 */

import fs from 'node:fs';

// Taken at import, out of reach of mocks.
const { fstatSync } = fs;

/** Throws as `fstat` does. */
export function statsOf(descriptor: number): fs.BigIntStats {
  return fstatSync(descriptor, { bigint: true });
}
