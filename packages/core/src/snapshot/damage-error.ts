/** The one error that reading a recording throws: nothing of it can be shown. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}
