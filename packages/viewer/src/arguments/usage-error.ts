/**
 * The one error for a command line that cannot be understood. `cli.ts` prints it and exits 2; its
 * text may hold what the user typed, since whatever reaches the terminal is escaped there.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
