/** How a recorded value reads on one line, as in what a recorder prints. */

export { errorTitle, isPlainObject, keyText, valueText } from 'ttlog/reader';
