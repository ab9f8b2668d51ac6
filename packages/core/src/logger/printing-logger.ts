/**
 * Loggers for what the program has printed itself: as any others, but that an output to the same
 * place leaves their events out. For taps.
 */

import type { PrintedTo } from '../record/printed-mark.ts';

/** Under this name a logger gives such a one; the same in every copy of the package. */
export const PRINTING: unique symbol = Symbol.for('ttlog.printing') as never;

/** `log` for what is printed there; itself where that is not known. */
export function printingLogger<L extends object>(log: L, printedTo: PrintedTo | null): L {
  const { [PRINTING]: make } = log as { [PRINTING]?: (this: L, printedTo: PrintedTo) => L };
  // A logger of an older copy of the package has no others.
  return printedTo === null || make === undefined ? log : make.call(log, printedTo);
}

/** What `make` gives for each place, made once. */
export function byDestination<T>(
  make: (printedTo: PrintedTo | null) => T,
): (printedTo: PrintedTo | null) => T {
  const [unknown, stdout, stderr] = [make(null), make('stdout'), make('stderr')];
  return (printedTo) => {
    if (printedTo === null) return unknown;
    return printedTo === 'stdout' ? stdout : stderr;
  };
}
