// Reads one input as the viewer would, and says what is wrong with how that went.

import { openRecording, type RecordedEvent, type Recording, RecordingError } from 'ttlog/reader';
import { summarise } from '../../src/digest/summary.ts';
import { cardText } from '../../src/format/card.ts';
import { palette } from '../../src/format/colour.ts';
import { endingText } from '../../src/format/ending.ts';
import { printable } from '../../src/format/escape.ts';
import { jsonlFormat } from '../../src/format/jsonl.ts';
import { logfmtFormat } from '../../src/format/logfmt.ts';
import { prettyFormat } from '../../src/format/pretty.ts';
import type { RecordingFile } from '../../src/recording-file.ts';

/** Nothing that a terminal obeys: only newlines, and what can be seen. */
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const PLAIN = palette(false);

/** What is made of a recording. */
export const WAYS = ['pretty', 'logfmt', 'jsonl', 'card'] as const;
export type Way = (typeof WAYS)[number];

/** null if all is well. Throws what reading throws, which nothing should. */
export async function examine(untrustedBytes: Uint8Array, way: Way): Promise<string | null> {
  let recording: Recording;
  try {
    recording = openRecording(untrustedBytes);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return complaint(printable(error.message));
  }
  const file: RecordingFile = { path: 'x.bin', sizeBytes: untrustedBytes.length, recording };
  let text = '';
  const format = formatOf(way, file);
  for (const event of recording.events()) text += format(event, file);
  if (way === 'pretty') text += endingText(file, PLAIN, true);
  if (way === 'card') text += cardText(file, await summarise(file, async () => {}), PLAIN, true);
  for (const { what } of recording.damage) text += printable(what);
  return complaint(text);
}

function formatOf(
  way: Way,
  file: RecordingFile,
): (event: RecordedEvent, file: RecordingFile) => string {
  if (way === 'pretty')
    return prettyFormat({ palette: PLAIN, utc: true, mode: 'crash', files: [file] });
  if (way === 'logfmt') return logfmtFormat();
  if (way === 'card') return () => '';
  const jsonl = jsonlFormat();
  return (event) => {
    const line = jsonl(event, file);
    JSON.parse(line);
    return line;
  };
}

/** What is wrong with text that is to be printed. */
export function complaint(text: string): string | null {
  const found = CONTROL.exec(text);
  if (found === null) return null;
  const around = text.slice(Math.max(0, found.index - 40), found.index + 40);
  return `a control character is shown in ${JSON.stringify(around)}`;
}
