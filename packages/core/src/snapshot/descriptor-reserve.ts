/**
 * A few open descriptors to give up when the process has none left, so that a process which dies
 * of EMFILE can still write its snapshot. They are of the null device and not of a temporary
 * file, because a process that is killed would leave that behind.
 */

import { FILE_FUNCTIONS, type FileFunctions, NULL_DEVICE, OPEN_READ } from './file-functions.ts';

/** One for the file, one for the directory. */
const DESCRIPTOR_COUNT = 2;

/** To be used by the thread that made it: Node closes the descriptors of a worker that ends. */
export class DescriptorReserve {
  readonly #files: FileFunctions;
  readonly #descriptors: number[] = [];

  constructor(files: FileFunctions = FILE_FUNCTIONS) {
    this.#files = files;
    this.refill();
  }

  /** Gives one descriptor back to the process; false when none is left. */
  release(): boolean {
    const descriptor = this.#descriptors.pop();
    if (descriptor === undefined) return false;
    try {
      this.#files.closeSync(descriptor);
    } catch {
      // Closed by somebody else; as good.
    }
    return true;
  }

  /** Takes again what was given up, as far as the process has any. */
  refill(): void {
    while (this.#descriptors.length < DESCRIPTOR_COUNT) {
      try {
        this.#descriptors.push(this.#files.openSync(NULL_DEVICE, OPEN_READ));
      } catch {
        return;
      }
    }
  }

  /** Gives all of them back for good. */
  close(): void {
    while (this.release());
  }
}
