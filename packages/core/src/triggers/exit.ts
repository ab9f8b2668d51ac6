/**
 * The end of the thread that runs JavaScript: `process.exit`, an empty loop, a crash. No event
 * comes for deaths that run no JavaScript.
 */

import { listen } from './process-listener.ts';

/** Calls `onExit` after the application's own 'exit' listeners, to see what they log. */
export function installExit(onExit: (exitCode: number) => void): () => void {
  let removeOurs = listen('exit', onExit);
  let isMoving = false;
  const moveLast = () => {
    const removeOld = removeOurs;
    isMoving = true;
    removeOurs = listen('exit', onExit);
    isMoving = false;
    removeOld();
  };
  const removeWatch = listen('newListener', (event: string | symbol) => {
    // The other listener is added only after this. Ours stays until then, since the process may
    // end before the next microtask.
    if (event === 'exit' && !isMoving) queueMicrotask(moveLast);
  });
  return () => {
    removeWatch();
    removeOurs();
  };
}
