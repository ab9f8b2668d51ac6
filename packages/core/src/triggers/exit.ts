/**
 * The end of the thread that runs JavaScript: `process.exit`, an empty loop, a crash. No event
 * comes for deaths that run no JavaScript.
 */

import { listen } from './process-listener.ts';

// Taken at import, out of reach of fake timers.
const { queueMicrotask } = globalThis;

export interface ExitTrigger {
  /** Goes behind the listeners that are there by now, to see what they log. */
  moveLast(): void;
  uninstall(): void;
}

/** Where another one wants to be last as well, the two of them must not move for ever. */
const MAX_FOLLOWED = 100;

/** Calls `onExit` after the application's own 'exit' listeners, as far as that can be had. */
export function installExit(onExit: (exitCode: number) => void): ExitTrigger {
  // Listeners before ours may have changed the code, such as Node's own for an unsettled await.
  const listener = (exitCode: number) => onExit(Number(process.exitCode ?? exitCode));
  let removeOurs = listen('exit', listener);
  let isMoving = false;
  let followed = 0;
  const moveLast = () => {
    isMoving = true;
    removeOurs();
    removeOurs = listen('exit', listener);
    isMoving = false;
  };
  const removeWatch = listen('newListener', (event: string | symbol) => {
    // The other listener is added only after this. Ours stays until then, since the process may
    // end before the next microtask.
    if (event === 'exit' && !isMoving && followed++ < MAX_FOLLOWED) queueMicrotask(moveLast);
  });
  return {
    moveLast,
    uninstall() {
      removeWatch();
      removeOurs();
    },
  };
}
