/**
 * The end of the thread that runs JavaScript: `process.exit`, an empty loop, a crash. No event
 * comes for deaths that run no JavaScript.
 */

import { listen } from './process-listener.ts';

export interface ExitTrigger {
  /** Goes behind the listeners that are there by now, to see what they log. */
  moveLast(): void;
  uninstall(): void;
}

export function installExit(onExit: (exitCode: number) => void): ExitTrigger {
  let remove = listen('exit', onExit);
  return {
    moveLast() {
      remove();
      remove = listen('exit', onExit);
    },
    uninstall() {
      remove();
    },
  };
}
