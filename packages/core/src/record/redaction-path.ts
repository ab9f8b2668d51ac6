/**
 * The paths of `redact.paths`, such as `user.email`, `items[*].price`, `**.ssn` or `headers["x-key"]`:
 * from text to the list of steps. What is found along them is not known here.
 */

/** A step that every key takes. Held apart from the name `*`, which is written `["*"]`. */
export const ANY_KEY: unique symbol = Symbol('*');

/** Any number of levels, also none. */
export const ANY_DEPTH: unique symbol = Symbol('**');

export type PathStep = string | typeof ANY_KEY | typeof ANY_DEPTH;

/** One step at the place where the expression is tried: name, `**`, `*`, index, `[*]` or quoted name. */
const STEP =
  /(?<name>[^.[\]*"'\s]+)|(?<deep>\*\*)|(?<star>\*)|\[(?:(?<index>\d+)|(?<anyIndex>\*)|"(?<double>[^"]*)"|'(?<single>[^']*)')\]/y;

/** Throws a TypeError that begins with `option` where `path` is no path. */
export function parseRedactionPath(path: unknown, option: string): PathStep[] {
  if (typeof path !== 'string') {
    throw new TypeError(`${option} must be a string, got ${typeof path}`);
  }
  const fail = (problem: string): never => {
    throw new TypeError(
      `${option} is ${JSON.stringify(path)}, ${problem}; ` +
        `a path is like 'user.email', 'items[*].price', '**.ssn' or 'headers["x-key"]'`,
    );
  };
  if (path === '') fail('which is empty');
  const steps: PathStep[] = [];
  let position = 0;
  while (position < path.length) {
    const isBracket = path[position] === '[';
    if (!isBracket && steps.length > 0) {
      if (path[position] !== '.') fail(`with neither '.' nor '[' at ${position}`);
      position++;
    }
    STEP.lastIndex = position;
    const match = path[position] === '[' && !isBracket ? null : STEP.exec(path);
    if (match === null) fail(`without a name at ${position}`);
    const found = (match as RegExpExecArray).groups as { [name: string]: string | undefined };
    const isAny = found.star !== undefined || found.anyIndex !== undefined;
    const name = found.name ?? found.index ?? found.double ?? found.single;
    // Both at once could make more states than anybody wants to keep.
    if ((isAny || found.deep !== undefined) && steps.includes(ANY_DEPTH)) {
      fail("with a '*' after '**', which only names may follow");
    }
    steps.push(found.deep !== undefined ? ANY_DEPTH : isAny ? ANY_KEY : (name as string));
    position = STEP.lastIndex;
  }
  if (steps.at(-1) === ANY_DEPTH) fail("which ends in '**'");
  return steps;
}
