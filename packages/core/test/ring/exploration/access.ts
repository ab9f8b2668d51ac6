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

/**
 * Around a call of a function that leaves nothing behind but its result and what it did to memory:
 * `enter` returns a number for where the thread stands then, which `leave` comes back with.
 */
export type Call = readonly ['enter'] | readonly ['leave', place: number, result: unknown];

export type Step = Access | Note;

/** What a walk yields; calls are over before anybody else sees them. */
export type Yielded = Step | Call;

/** A walk that returns `Result`; what is sent in is what the step saw. */
export type Steps<Result> = Generator<Yielded, Result, unknown>;
