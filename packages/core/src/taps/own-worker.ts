/** Marks ttlog's own worker, of which the application is not told as if it were one of its own. */

/** The same in every copy of the package. */
export const OWN_WORKER: unique symbol = Symbol.for('ttlog.own-worker') as never;
