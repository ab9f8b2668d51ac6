/** What of a request's target is recorded: where it goes, and the path. Secrets stand in the rest. */

/** Of a path or an origin, in characters. */
const MAX_LENGTH = 1024;

/** The path without query and fragment; of an absolute target without scheme and authority. */
export function pathOf(target: unknown): string {
  const path = String(target ?? '')
    .slice(0, MAX_LENGTH)
    .replace(/[?#].*$/s, '');
  return path.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '');
}

/** `origin` without a user's name and password. */
export function describeTarget(origin: unknown, path: unknown): { origin: string; path: string } {
  const text = String(origin ?? '').slice(0, MAX_LENGTH);
  return { origin: text.replace(/\/\/[^/]*@/, '//'), path: pathOf(path) };
}
