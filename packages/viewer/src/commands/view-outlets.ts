/** What `view` does beyond its screen: the editor, commands that events are piped into, files. */

import { existsSync } from 'node:fs';
import { palette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import type { ClockMode } from '../format/event-clock.ts';
import type { WrittenFormat } from '../format/export-format.ts';
import { countOf } from '../format/quantity.ts';
import { type DocumentStream, openFile } from '../output/document-stream.ts';
import { edit, editorWords, existingFile, pipeInto } from '../output/programs.ts';
import type { Screen } from '../output/screen.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Errand, Outlets } from '../view/errands.ts';
import type { Clock, WriteTarget } from '../view/model.ts';
import type { Outgoing } from '../view/outgoing.ts';
import { batches, catPieces, exportPieces, type Piece, writePieces } from './export-pieces.ts';
import { makeReportPage } from './report-page.ts';

export function viewOutlets(screen: Screen, { environment }: Terminal, utc: boolean): Outlets {
  const lent = async (task: () => Promise<string>): Promise<string> => {
    let ending = '';
    await screen.lend(async () => {
      ending = await task();
    });
    return ending;
  };
  return {
    async edit({ path, line }) {
      const words = editorWords(environment);
      if (words === null) return 'there is no editor: set VISUAL or EDITOR';
      const file = existingFile(path);
      if (file === null) return `there is no file ${printable(path)} here`;
      return printable(await lent(() => edit(words, file, line)));
    },
    pipe: (command, events, clock) =>
      lent(async () => {
        const look = { mode: modeOf(clock), utc, palette: palette(false) };
        const pieces = catPieces(events.events, events.files, look);
        const ending = await pipeInto(command, streamed(pieces), environment);
        await screen.anyKey(`[${ending === '' ? '' : `${printable(ending)}; `}any key goes back]`);
        return '';
      }),
    write: (target, events, clock, errand) =>
      written(fromHome(target, environment), events, errand, (document) =>
        writeEvents(target.format, events, { clock, utc, errand, document }),
      ),
  };
}

/** With `~` for the home directory, as in a shell. */
function fromHome(target: WriteTarget, { HOME }: Terminal['environment']): WriteTarget {
  return HOME ? { ...target, path: target.path.replace(/^~(?=\/)/, () => HOME) } : target;
}

/** Says how it went. */
async function written(
  { path, format, isForced }: WriteTarget,
  { files, count, isAll }: Outgoing,
  { signal }: Errand,
  fill: (document: DocumentStream) => Promise<void>,
): Promise<string> {
  const isOfAll = format === 'otlp' || format === 'html';
  if (isOfAll && !isAll) return `${format} takes no filters: it is of all events`;
  if (format === 'html' && files.length > 1) return 'html takes one recording';
  if (!isForced && existsSync(path)) {
    return printable(`${path} is there already; :write! replaces it`);
  }
  try {
    const document = await openFile(path, isForced);
    try {
      await fill(document);
      if (!signal.aborted) await document.finish();
    } catch (error) {
      await document.abandon().catch(() => {});
      throw error;
    }
    if (signal.aborted) await document.abandon();
    const what = `${countOf(count, 'event')} to ${path}`;
    return printable(signal.aborted ? `gave up writing ${what}` : `wrote ${what}`);
  } catch (error) {
    return printable(error instanceof Error ? error.message : String(error));
  }
}

interface Writing {
  readonly clock: Clock;
  readonly utc: boolean;
  readonly errand: Errand;
  readonly document: DocumentStream;
}

async function writeEvents(
  format: WrittenFormat,
  events: Outgoing,
  { clock, utc, errand, document }: Writing,
): Promise<void> {
  const { signal, say } = errand;
  if (format === 'html') {
    const pause = async (): Promise<void> => document.write('');
    const { page } = await makeReportPage(events.files[0], utc, { write: pause, progress: say });
    return document.write(page);
  }
  const { files, count } = events;
  const pieces =
    format === 'text'
      ? catPieces(events.events, files, { mode: modeOf(clock), utc, palette: palette(false) })
      : exportPieces(format, events.events, files, 'logs');
  const progress = (done: number): void => {
    say(`writing ${Math.floor((done / Math.max(1, count)) * 100)}%: Ctrl-C gives it up`);
  };
  await writePieces(untilAborted(pieces, signal), (text) => document.write(text), progress, 1);
}

function* untilAborted(pieces: Iterable<Piece>, signal: AbortSignal): Generator<Piece> {
  for (const piece of pieces) {
    if (signal.aborted) return;
    yield piece;
  }
}

/** Cat knows of no marks. */
export function modeOf(clock: Clock): ClockMode {
  return clock === 'mark' ? 'abs' : clock;
}

/** As a stream takes them, with a turn for other work between. */
async function* streamed(pieces: Iterable<Piece>): AsyncGenerator<string> {
  for (const text of batches(pieces)) {
    if (text !== '') yield text;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
