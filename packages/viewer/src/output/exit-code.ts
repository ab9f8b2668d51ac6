/** The exit codes, what they mean, and which one a run that read files ends with. */

export const EXIT_OK = 0;
export const EXIT_NOTHING_MATCHED = 1;
/** Of a command that looks for what should not be there. */
export const EXIT_SECRETS_FOUND = 1;
export const EXIT_FAILED = 2;
export const EXIT_DAMAGED = 3;
export const EXIT_QUERY = 4;
export const EXIT_INTERRUPTED = 130;

/** For help, in order. */
export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [EXIT_OK, 'Something was shown, and all of it could be read.'],
  [EXIT_NOTHING_MATCHED, 'Nothing matched, or there is no recording; of scrub --check: secrets.'],
  [EXIT_FAILED, 'The command line is wrong, or a file cannot be read.'],
  [EXIT_DAMAGED, 'A recording is damaged; what could be read was shown.'],
  [EXIT_QUERY, 'A query cannot be understood.'],
  [EXIT_INTERRUPTED, 'Interrupted (SIGINT).'],
];

/** What happened to the input. */
export interface Outcome {
  /** Whether anything was shown. */
  readonly hasShown: boolean;
  /** A file that is missing, or that may not be read. */
  readonly hasFailed: boolean;
  /** A file of which a part, or among others the whole, is unreadable. */
  readonly isDamaged: boolean;
}

export function exitCode({ hasShown, hasFailed, isDamaged }: Outcome): number {
  if (hasFailed) return EXIT_FAILED;
  if (isDamaged) return EXIT_DAMAGED;
  return hasShown ? EXIT_OK : EXIT_NOTHING_MATCHED;
}
