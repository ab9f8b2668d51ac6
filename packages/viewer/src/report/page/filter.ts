/**
 * Which events are shown. Numbers are compared column by column; a word is looked for once in each
 * list of texts, and in the fields a block at a time. Needs no browser.
 */

import { BLOCK_ROWS, ROW_END } from '../layout.ts';
import type { Report } from './recording.ts';

/** What is not null narrows the events; `fromNs` and `toNs` are applied by `withinTime`. */
export interface Filter {
  /** A bit for each level that is shown. */
  readonly levels: number;
  readonly thread: number | null;
  readonly message: number | null;
  readonly pattern: number | null;
  readonly trace: number | null;
  /** Words that must all be in an event, anywhere, in upper or lower case. */
  readonly text: string;
  readonly fromNs: number | null;
  readonly toNs: number | null;
}

export const ALL_LEVELS: number = 0b11_1111;

export const NO_FILTER: Filter = {
  levels: ALL_LEVELS,
  ...{ thread: null, message: null, pattern: null, trace: null },
  ...{ text: '', fromNs: null, toNs: null },
};

/** Events, by their places, that pass all but time. */
export function matchColumns({ events }: Report, filter: Filter): Uint32Array {
  const { levels, thread, message, pattern, trace } = filter;
  const places = new Uint32Array(events.count);
  let count = 0;
  for (let event = 0; event < events.count; event++) {
    if (((levels >> events.level[event]) & 1) === 0) continue;
    if (thread !== null && events.thread[event] !== thread) continue;
    if (message !== null && events.message[event] !== message) continue;
    if (pattern !== null && events.pattern[event] !== pattern) continue;
    if (trace !== null && events.trace[event] !== trace) continue;
    places[count++] = event;
  }
  return places.subarray(0, count);
}

/** Of some events those with all words. Waits for `pause` between blocks; null once it says stop. */
export async function matchText(
  report: Report,
  places: Uint32Array,
  text: string,
  pause: () => Promise<'go on' | 'stop'> | null,
): Promise<Uint32Array | null> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return places;
  const { head, events } = report;
  const inMessage = words.map((word) => occurrences(head.messages, word));
  const inLogger = words.map((word) => occurrences(head.loggers, word));
  const inContext = words.map((word) => occurrences(head.contexts.map(searchable), word));
  const found = new Uint32Array(places.length);
  let count = 0;
  let next = 0;
  while (next < places.length) {
    const block = Math.floor(places[next] / BLOCK_ROWS);
    const blockText = searchable(events.fields.blockText(block));
    const inBlock = words.map((word) => blockText.includes(word));
    let rows: string[] | undefined;
    for (; next < places.length; next++) {
      const event = places[next];
      if (Math.floor(event / BLOCK_ROWS) !== block) break;
      const isMatch = words.every((word, index) => {
        if (inMessage[index][events.message[event]] === 1) return true;
        if (inLogger[index][events.logger[event]] === 1) return true;
        if (inContext[index][events.context[event]] === 1) return true;
        if (!inBlock[index]) return false;
        rows ??= blockText.split(ROW_END);
        return rows[event % BLOCK_ROWS].includes(word);
      });
      if (isMatch) found[count++] = event;
    }
    const paused = pause();
    if (paused !== null && (await paused) === 'stop') return null;
  }
  return found.subarray(0, count);
}

/** The stretch of events, which are in the order of time, that lies within a filter's time. */
export function withinTime(
  { events }: Report,
  places: Uint32Array,
  { fromNs, toNs }: Filter,
): Uint32Array {
  const begin = fromNs === null ? 0 : firstNotBefore(events.time, places, fromNs);
  const end = toNs === null ? places.length : firstNotBefore(events.time, places, toNs);
  return places.subarray(begin, Math.max(begin, end));
}

/** Place in `places` of the first event at or after a time. */
export function firstNotBefore(time: Float64Array, places: Uint32Array, timeNs: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[places[middle]] < timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Fields as they look on a line, in lower case. */
function searchable(text: string): string {
  return text.replaceAll('\x1f', '=').replaceAll('\x1e', ' ').toLowerCase();
}

function occurrences(texts: readonly string[], word: string): Uint8Array {
  return Uint8Array.from(texts, (text) => (text.toLowerCase().includes(word) ? 1 : 0));
}
