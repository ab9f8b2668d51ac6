/**
 * Random bytes. `node:crypto` takes longer to load than all of ttlog, so that the first recording
 * loads it and not the import.
 */

import { createRequire } from 'node:module';

type RandomBytes = (lengthBytes: number) => Uint8Array;

// Taken at import, so that modules mocked later do not reach the crash path.
const requireModule = createRequire(process.execPath);
let fromCrypto: RandomBytes | null = null;

/** A recorder asks when it starts, so that a crash finds it loaded. */
export function randomBytes(lengthBytes: number): Uint8Array {
  fromCrypto ??= (requireModule('node:crypto') as { randomBytes: RandomBytes }).randomBytes;
  return fromCrypto(lengthBytes);
}
