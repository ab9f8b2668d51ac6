/** A recorded value as JSON, as in what a recorder prints. */

export { jsonValue } from 'ttlog/reader';
