/**
 * The paths of `redact.paths`, such as `user.email`, `items[*].price` or `headers["x-key"]`:
 * from text to the list of steps. What is found along them is not known here.
 */

/** A step that every key takes. Held apart from the name `*`, which is written `["*"]`. */
export const ANY_KEY: unique symbol = Symbol('*');

export type PathStep = string | typeof ANY_KEY;

/** One step at the place where the expression is tried: name, `*`, index, `[*]` or quoted name. */
const STEP =
  /(?<name>[^.[\]*"'\s]+)|(?<star>\*)|\[(?:(?<index>\d+)|(?<anyIndex>\*)|"(?<double>[^"]*)"|'(?<single>[^']*)')\]/y;

/** Throws a TypeError that begins with `option` where `path` is no path. */
export function parseRedactionPath(path: unknown, option: string): PathStep[] {
  if (typeof path !== 'string') {
    throw new TypeError(`${option} must be a string, got ${typeof path}`);
  }
  const fail = (problem: string): never => {
    throw new TypeError(
      `${option} is ${JSON.stringify(path)}, ${problem}; ` +
        `a path is like 'user.email', 'items[*].price', '*.ssn' or 'headers["x-key"]'`,
    );
  };
  if (path === '') fail('which is empty');
  if (path.includes('**')) fail("but '**' is not supported: '*' stands for one level");
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
    steps.push(isAny ? ANY_KEY : (name as string));
    position = STEP.lastIndex;
  }
  return steps;
}
