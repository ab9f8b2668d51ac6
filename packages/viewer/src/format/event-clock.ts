/**
 * The time column of events, in one of four ways: the time of day (local or UTC), the time since the
 * event before, and the time to the moment of death. A rule says what the column counts from.
 */

import type { RecordingFile } from '../recording-file.ts';
import { dayText, instantText, SecondClock, timeOfDayText, zoneText } from './clock.ts';
import type { Palette } from './colour.ts';
import { isCrash } from './ending.ts';

export const CLOCK_MODES = ['abs', 'delta', 'crash', 'utc'] as const;
export type ClockMode = (typeof CLOCK_MODES)[number];

/** The line above an event, or an empty text, and the event's time. */
export interface TimeColumn {
  readonly rule: string;
  readonly text: string;
}

export type EventClock = (timeNs: bigint) => TimeColumn;

export interface ClockOptions {
  /** `abs` is local time, unless `utc` says otherwise. */
  readonly mode: ClockMode;
  readonly utc: boolean;
  readonly files: readonly RecordingFile[];
}

/** T-minus-crash where all recordings are of one process that died, else the time of day. */
export function defaultClockMode(files: readonly RecordingFile[], utc: boolean): ClockMode {
  const runs = new Set(files.map(({ recording }) => recording.header.runId));
  const isOneDeath = runs.size === 1 && files.some(({ recording }) => isCrash(recording.header));
  return isOneDeath && !utc ? 'crash' : utc ? 'utc' : 'abs';
}

export function eventClock(
  { mode, utc, files }: ClockOptions,
  { dim }: Pick<Palette, 'dim'>,
): EventClock {
  switch (mode) {
    case 'delta':
      return deltaClock(utc, dim);
    case 'crash':
      return crashClock(files, utc, dim);
    default:
      return dayClock(utc || mode === 'utc', dim);
  }
}

function dayClock(utc: boolean, dim: Palette['dim']): EventClock {
  let day = '';
  // Beyond the calendar the number of the second stands for the time, under the day before.
  const clock = new SecondClock((date) => {
    day = `${dayText(date, utc)} ${zoneText(date, utc)}`;
    return timeOfDayText(date, utc);
  });
  let shownDay = '';
  return (timeNs) => {
    clock.set(timeNs);
    const rule = day === shownDay ? '' : `── ${day} ──`;
    shownDay = day;
    const text = `${clock.text}.${clock.fraction(3)}${dim(clock.fraction(6).slice(3))}`;
    return { rule, text };
  };
}

function deltaClock(utc: boolean, dim: Palette['dim']): EventClock {
  let previousNs: bigint | null = null;
  return (timeNs) => {
    const rule =
      previousNs === null ? `── from ${instantText(Number(timeNs / 1_000_000n), utc)} ──` : '';
    const text = offsetText('', timeNs - (previousNs ?? timeNs), dim);
    previousNs = timeNs;
    return { rule, text };
  };
}

/** Clocks of events and of the snapshot may be so far apart; nothing happened between. */
const CLOCK_TOLERANCE_NS = 5_000_000n;

function crashClock(
  files: readonly RecordingFile[],
  utc: boolean,
  dim: Palette['dim'],
): EventClock {
  const { timeNs: zeroNs, isCrash: isOfCrash } = zeroOf(files);
  const what = isOfCrash ? 'the crash' : 'the last event';
  let rule = `── T is ${instantText(Number(zeroNs / 1_000_000n), utc)}, ${what} ──`;
  return (timeNs) => {
    const column = { rule, text: offsetText('T', timeNs - zeroNs, dim) };
    rule = '';
    return column;
  };
}

/** What times to the crash count to: the last death, or the last event where none died. */
export function zeroOf(files: readonly RecordingFile[]): { timeNs: bigint; isCrash: boolean } {
  const crashed = files.filter(({ recording }) => isCrash(recording.header));
  const times =
    crashed.length > 0 ? crashed.map(deathNs) : files.map(({ recording }) => recording.endNs);
  let zeroNs = times[0] ?? 0n;
  for (const timeNs of times) if (timeNs > zeroNs) zeroNs = timeNs;
  return { timeNs: zeroNs, isCrash: crashed.length > 0 };
}

/** Epoch nanoseconds of the moment that a recording was taken at because the process died. */
export function deathNs({ recording }: RecordingFile): bigint {
  const { takenAtMs } = recording.header;
  const { endNs } = recording;
  if (!Number.isSafeInteger(takenAtMs)) return endNs;
  const takenNs = BigInt(takenAtMs) * 1_000_000n;
  const isAfter = endNs > takenNs && endNs - takenNs < CLOCK_TOLERANCE_NS;
  return isAfter ? endNs : takenNs;
}

const OFFSET_WIDTH = 12;
const MICROSECOND_DIGITS = 3;

/** `T-0.005691`, `+2m05.000100`; dim from the microseconds on. */
export function offsetText(prefix: string, offsetNs: bigint, dim: Palette['dim']): string {
  const sizeNs = offsetNs < 0n ? -offsetNs : offsetNs;
  const seconds = Number(sizeNs / 1_000_000_000n);
  const fraction = String(sizeNs % 1_000_000_000n).padStart(9, '0');
  const sign = offsetNs < 0n ? '-' : '+';
  const text = `${prefix}${sign}${wholeText(seconds)}.${fraction.slice(0, 3)}`;
  return (
    text.padStart(OFFSET_WIDTH - MICROSECOND_DIGITS) +
    dim(fraction.slice(3, 3 + MICROSECOND_DIGITS))
  );
}

/** `5`, `2m05`, `3h02m05`, `4d03h02m05`. */
function wholeText(seconds: number): string {
  if (seconds < 60) return String(seconds);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, ''],
  ];
  const shown = parts.slice(parts.findIndex(([count]) => count > 0));
  return shown
    .map(([count, unit], index) => `${index === 0 ? count : String(count).padStart(2, '0')}${unit}`)
    .join('');
}
