/**
 * The caps on what one log call may store. They cut and mark; they never lose a call.
 */
export interface Limits {
  /** Levels of nesting kept below the fields object. */
  readonly depth: number;
  /** Entries kept of each object, array, Map or Set. */
  readonly entries: number;
  /** UTF-8 bytes kept of each text, and bytes of each binary value. */
  readonly stringBytes: number;
  /** Bytes of one event in all. */
  readonly eventBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  depth: 6,
  entries: 100,
  stringBytes: 8 * 1024,
  eventBytes: 16 * 1024,
};
