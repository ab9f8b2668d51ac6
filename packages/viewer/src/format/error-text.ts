/** A recorded error as lines, as in what a recorder prints. */

export { errorLines } from 'ttlog/reader';
