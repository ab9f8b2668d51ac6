// What a row of the table of deaths says, and the program that is made of it.

import type { ProgramOptions } from '../run-program.ts';

export type Mode = 'mirrored' | 'mapped';

export interface Death {
  readonly name: string;
  /** What main does once the recorder runs and something was said. */
  readonly main: string;
  /** What each worker does, of which main makes as many as it likes by `new Worker(SELF)`. */
  readonly worker?: string;
  /** What `startRecorder` is given, as source; null where the program starts no recorder. */
  readonly options?: string | null;
  /** Exit code or signal; null where only that of the program without ttlog counts. */
  readonly ends: number | NodeJS.Signals | null;
  readonly leaves: Leavings;
  /** Modes of the black box in which it is died; 'mirrored' where none is named. */
  readonly modes?: readonly Mode[];
  readonly process?: ProgramOptions;
  /** Why there is no program without ttlog beside it. */
  readonly alone?: string;
}

export interface Leavings {
  /** Reasons of the snapshots, the oldest first, but for those that were asked for. */
  readonly snapshots: readonly string[];
  /**
   * Whether the black box is left. Then it holds what was said, else the last snapshot does. `in
   * place`: it is read as it is, for there is no room for a recovered one, or from outside of its
   * namespace nobody can say that its process is dead.
   */
  readonly box: boolean | 'in place';
  /** `threadId` of the thread that the last snapshot is put down to. */
  readonly thread?: number;
  /** In the text of the error in the last snapshot. */
  readonly error?: string;
  /** Other threads may have left snapshots of their own; those of `thread` are counted. */
  readonly besideOthers?: boolean;
  /** A file that was being written when the process died may be there under a temporary name. */
  readonly mayLeaveScraps?: boolean;
}

/**
 * `say` logs one event and then tells of it outside of the process, on descriptor 3, so that what
 * was told there had returned. `settle` waits until what was said is in the black box, at any level,
 * says so, talks on and does what is to be done then: the recorder thread goes round the segments
 * one after the other, so what it has written of a third round was written whole in the first.
 */
const VOCABULARY = `
  const log = getLogger('app');
  let said = 0;
  let recorder;
  function say(level) {
    const startedMs = performance.now();
    log[level]('said', { n: ++said });
    const pace = performance.now() - startedMs > 2 ? 'slow' : 'quick';
    tell(3, threadId + ' ' + said + ' ' + level + ' ' + pace + '\\n');
  }
  function talk() {
    for (let i = 1; i <= 40; i++) say(i % 10 === 0 ? 'warn' : 'info');
  }
  function settle(then) {
    const path = recorder.stats()?.blackBox.path;
    let round = 1;
    log.info('round 1');
    const poll = setInterval(() => {
      if (path) {
        if (!readBox(path).includes('round ' + round)) return;
        if (round < 3) return log.info('round ' + ++round);
      }
      clearInterval(poll);
      tell(3, 'settled\\n');
      talk();
      then();
    }, 10);
  }
`.replaceAll('\n', ' ');

/** The program, with the black box in this mode. Its first lines are the same in every row. */
export function programOf(death: Death, mode: Mode): string {
  const box = mode === 'mapped' ? `'mapped'` : `{ mode: 'mirrored', periodMs: 10 }`;
  const start =
    death.options === null
      ? ''
      : `recorder = startRecorder({ blackBox: ${box}, ...${death.options ?? '{}'} });`;
  const imports = death.process?.commonJs
    ? `const { readFileSync: readBox, writeSync: tell } = require('node:fs'); const SELF = __filename;`
    : `import { readFileSync as readBox, writeSync as tell } from 'node:fs'; const SELF = new URL(import.meta.url);`;
  return `${imports}
${VOCABULARY}
if (isMainThread) {
  ${start}
  talk();
  ${death.main}
} else {
  talk();
  ${death.worker ?? ''}
}`;
}
