// Reads one input as the viewer would, and says what is wrong with how that went.

import {
  type EventWalk,
  openRecording,
  type RecordedEvent,
  type Recording,
  RecordingError,
  walkEvents,
} from 'ttlog/reader';
import { summarise } from '../../src/digest/summary.ts';
import { cardText } from '../../src/format/card.ts';
import { palette } from '../../src/format/colour.ts';
import { endingText } from '../../src/format/ending.ts';
import { printable } from '../../src/format/escape.ts';
import type { EventLines } from '../../src/format/event-lines.ts';
import { JsonLines } from '../../src/format/json-lines.ts';
import { jsonlFormat } from '../../src/format/jsonl.ts';
import { logfmtFormat } from '../../src/format/logfmt.ts';
import { prettyFormat } from '../../src/format/pretty.ts';
import { PrettyLines } from '../../src/format/pretty-lines.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { encodeReport } from '../../src/report/data.ts';
import { decodeReport, fieldsOf } from '../../src/report/page/recording.ts';

/** Nothing that a terminal obeys: only newlines, and what can be seen. */
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const PLAIN = palette(false);

/** What is made of a recording. */
export const WAYS = ['pretty', 'logfmt', 'jsonl', 'lines', 'card', 'report'] as const;
export type Way = (typeof WAYS)[number];

/** Of input number `index`. A report takes as long as four others, and is made of few. */
export function wayOf(index: number): Way {
  const quick = WAYS.length - 1;
  return index % 24 === 0 ? 'report' : WAYS[index % quick];
}

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
  if (way === 'report') return complaint(await reportText(file));
  if (way === 'lines') return complaint(linesOf(file));
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

/** The lines that are made without objects. Throws where they are not those that objects make. */
function linesOf(file: RecordingFile): string {
  const options = { palette: PLAIN, utc: true, mode: 'delta', files: [file] } as const;
  const json = bothWays(file, jsonlFormat(), new JsonLines());
  return json + bothWays(file, prettyFormat(options), new PrettyLines(options));
}

function bothWays(
  file: RecordingFile,
  byObject: (event: RecordedEvent, file: RecordingFile) => string,
  format: EventLines,
): string {
  const { recording } = file;
  let expected = '';
  for (const event of recording.events()) expected += byObject(event, file);
  const damageCount = recording.damage.length;
  const walk = walkEvents(recording) as EventWalk;
  while (walk.next()) format.add(walk, file);
  const { bytes, length } = format.lines;
  const text = bytes.toString('utf8', 0, length);
  if (text !== expected) throw new Error(`${text}\nis not\n${expected}`);
  if (recording.damage.length > 0 !== damageCount > 0) throw new Error('damage is lost');
  return text;
}

/** All texts of a report, as its page has them. */
async function reportText(file: RecordingFile): Promise<string> {
  const nothing = async (): Promise<void> => {};
  const summary = await summarise(file, nothing);
  const bytes = await encodeReport(file, summary, { utc: true, pause: nothing });
  const { head, events, spans } = decodeReport(Uint8Array.from(bytes).buffer);
  const fields = [...head.contexts];
  for (let event = 0; event < events.count; event++) fields.push(events.fields.rowText(event));
  for (let span = 0; span < spans.count; span++) fields.push(spans.fields.rowText(span));
  const texts = fields.flatMap(fieldsOf).flatMap(({ key, lines }) => [key, ...lines]);
  for (const { label, lost } of head.threads) texts.push(label, lost);
  for (const { title, values } of head.patterns) texts.push(title, ...values);
  texts.push(head.title, head.card, ...head.deathLines);
  return [...texts, ...head.messages, ...head.loggers, ...head.ids].join('\n');
}

/** What is wrong with text that is to be printed. */
export function complaint(text: string): string | null {
  const found = CONTROL.exec(text);
  if (found === null) return null;
  const around = text.slice(Math.max(0, found.index - 40), found.index + 40);
  return `a control character is shown in ${JSON.stringify(around)}`;
}
