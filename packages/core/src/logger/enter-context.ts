/**
 * Bindings for all that follows in the running asynchronous context, where there is no function to
 * run inside, as at the beginning of a request. For programs there is `withContext`.
 */

import { Context } from './context.ts';
import type { Fields } from './fields.ts';
import { useContexts } from './thread-state.ts';

/** Runs a function inside the context. */
export type RunInside = (run: () => void) => void;

/** Those that were entered here, which the next in the same place takes the place of. */
const entered = new WeakSet<Context>();

/**
 * Puts `bindings` on every event from here on. What was entered before in the same place, such as
 * the request before on a connection, is left. The result runs a function inside later.
 */
export function enterContext(bindings: object): RunInside {
  const contexts = useContexts();
  const surrounding = contexts.getStore() ?? null;
  const parent =
    surrounding !== null && entered.has(surrounding) ? surrounding.parent : surrounding;
  const context = new Context(parent, bindings as Fields, null);
  entered.add(context);
  contexts.enterWith(context);
  return (run) => contexts.run(context, run);
}
