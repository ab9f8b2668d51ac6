// What a walked thread does at each of its steps: one access to shared memory, or a note for the
// judge that the protocol knows nothing of.

export type View = 'u8' | 'i32' | 'i64' | 'f64';

/** `read` and `write` are plain; `bytes` reads up to eight of them; the others are of `Atomics`. */
export type Access =
  | readonly ['read' | 'load', View, index: number]
  | readonly ['bytes', 'u8', index: number, lengthBytes: number]
  | readonly ['write' | 'store' | 'add', View, index: number, value: number | bigint]
  | readonly [
      'compareExchange',
      View,
      index: number,
      expected: number | bigint,
      value: number | bigint,
    ];

/**
 * For the judge. `note` adds to a number that stands beside the ring and returns what was there;
 * it belongs to the access before it. `look` shows the ring as it is now, or when its turn comes.
 */
export type Note =
  | readonly ['note', index: number, by: number]
  | readonly ['look', 'now' | 'as a step'];

export type Step = Access | Note;

/** A walk that returns `Result`; what is sent in is what the step saw. */
export type Steps<Result> = Generator<Step, Result, unknown>;
