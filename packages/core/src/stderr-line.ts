/**
 * What ttlog says on stderr, where it was asked to: one line at a time, which can fail unnoticed.
 */

export function writeToStderr(line: string): void {
  try {
    const { stderr } = process;
    // Where nobody reads it, or its disk is full, an 'error' event would end the process. It comes
    // after the callback.
    stderr.once('error', ignore);
    stderr.write(`${line}\n`, (error) => {
      if (!error) stderr.removeListener('error', ignore);
    });
  } catch {
    // There is no stderr.
  }
}

function ignore(): void {}
