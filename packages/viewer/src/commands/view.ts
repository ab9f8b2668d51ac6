/** `ttlog-view view`: the events of recordings on a full screen, to move about in. */

import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { choosePalette } from '../format/colour.ts';
import { defaultClockMode } from '../format/event-clock.ts';
import { openInput, reportDamage } from '../input/input.ts';
import { exitCode } from '../output/exit-code.ts';
import { Screen } from '../output/screen.ts';
import type { Terminal } from '../output/terminal.ts';
import { type Drawing, FRAME_LINES, picture } from '../view/draw.ts';
import { EventIndex } from '../view/event-index.ts';
import { firstView, pressed, resized } from '../view/model.ts';
import type { Command } from './command.ts';

export const view: Command = {
  name: 'view',
  summary: 'Move about in the events on a full screen.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'Shows the events on the whole terminal, merged by time as in cat. j, k, Space, b, g and G ' +
      'move, Enter shows an event in full, e and w jump to the next error and warning, 1 to 6 ' +
      'hide lower levels, ? lists the keys, q quits. The terminal is left as it was.',
  ],
  options: [PID_OPTION, { name: 'utc', summary: 'Show times in UTC instead of local time.' }],
  examples: [
    ['ttlog-view view', 'the newest recording'],
    ['ttlog-view view crash.bin', 'one of them'],
  ],
  run,
};

/** Pauses of reading between two pictures of a growing list. */
const PAUSES_PER_PICTURE = 8;

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  if (!Screen.isPossible()) {
    throw new UsageError('view needs a terminal; in a pipe use ttlog-view cat');
  }
  const input = await openInput(given.operands, wantedBy(given), terminal);
  const { files, hasFailed, isPartial } = input;
  if (files.length === 0) return exitCode({ hasShown: false, hasFailed, isDamaged: isPartial });
  const index = new EventIndex(files);
  const screen = new Screen();
  const utc = given.has('utc');
  const colours = choosePalette(given.value('color'), terminal);
  const clockMode = defaultClockMode(files, utc);
  let isComplete = false;
  let state = firstView(Math.max(1, screen.lines - FRAME_LINES));
  const paint = (): void => {
    const { columns } = screen;
    const drawing: Drawing = { files, index, isComplete, columns, colours, clockMode, utc };
    screen.paint(picture(state, drawing));
  };
  await new Promise<void>((resolve, reject) => {
    screen.open({
      onKey(key) {
        state = pressed(state, key, index);
        if (state.isDone) return resolve();
        paint();
      },
      onResize() {
        state = resized(state, screen.lines - FRAME_LINES, index);
        paint();
      },
    });
    const reading = async (): Promise<void> => {
      let pauses = 0;
      for (const _pause of index.fill()) {
        if (pauses++ % PAUSES_PER_PICTURE === 0) paint();
        await new Promise((next) => setImmediate(next));
        if (state.isDone) return;
      }
      isComplete = true;
      paint();
    };
    reading().catch(reject);
  }).finally(() => screen.close());
  let isDamaged = isPartial;
  for (const file of files) if (reportDamage(file, terminal)) isDamaged = true;
  return exitCode({ hasShown: true, hasFailed, isDamaged });
}
