import { describe, expect, it } from 'vitest';
import { palette } from '../../src/format/colour.ts';
import {
  type ClockMode,
  deathNs,
  defaultClockMode,
  eventClock,
} from '../../src/format/event-clock.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { SAMPLE_MS, SAMPLE_NS, sampleEvent, sampleFile, sampleHeader } from '../sample.ts';

function crashed(runId = 'run-1', takenAtMs = SAMPLE_MS + 10_000): RecordingFile {
  const trigger = { kind: 'uncaughtException', thread: 0 } as const;
  return sampleFile([sampleEvent()], sampleHeader({ runId, trigger, takenAtMs }));
}

/** Columns of events so many milliseconds after SAMPLE_MS, rules in brackets. */
function columns(mode: ClockMode, files: readonly RecordingFile[], atMs: number[]): string[] {
  const clock = eventClock({ mode, utc: true, files }, palette(false));
  return atMs.map((ms) => {
    const { rule, text } = clock(SAMPLE_NS + BigInt(Math.round(ms * 1e6)));
    return (rule === '' ? '' : `[${rule}]`) + text;
  });
}

describe('the clock of events', () => {
  it('counts down to the crash', () => {
    expect(columns('crash', [crashed()], [0, 9999.999, 10_001, -120_000, -90_000_000])).toEqual([
      '[── T is 2026-01-02 03:04:15.000 UTC, the crash ──] T-10.000000',
      '  T-0.000001',
      '  T+0.001000',
      'T-2m10.000000',
      'T-1d01h00m10.000000',
    ]);
  });

  it('counts to the last of several crashes, and to the last event where there is none', () => {
    expect(columns('crash', [crashed('a'), crashed('b', SAMPLE_MS + 20_000)], [0])[0]).toContain(
      'T-20.000000',
    );
    expect(columns('crash', [sampleFile([sampleEvent()])], [-1000])).toEqual([
      '[── T is 2026-01-02 03:04:05.000 UTC, the last event ──]  T-1.000000',
    ]);
  });

  it('counts from the event above', () => {
    expect(columns('delta', [crashed()], [0, 1.5, 1, 61_001])).toEqual([
      '[── from 2026-01-02 03:04:05.000 UTC ──]   +0.000000',
      '   +0.001500',
      '   -0.000500',
      '+1m01.000000',
    ]);
  });

  it('is the crash by default only where one process died', () => {
    expect(defaultClockMode([crashed()], false)).toBe('crash');
    expect(defaultClockMode([crashed(), crashed()], false)).toBe('crash');
    expect(defaultClockMode([crashed('a'), crashed('b')], false)).toBe('abs');
    expect(defaultClockMode([sampleFile([])], false)).toBe('abs');
    expect(defaultClockMode([crashed()], true)).toBe('utc');
  });

  it('takes an event shortly after for the crash, since two clocks never agree', () => {
    const file = crashed('a', SAMPLE_MS - 2);
    expect(deathNs(file)).toBe(SAMPLE_NS);
    expect(deathNs(crashed('a', SAMPLE_MS - 6))).toBe(SAMPLE_NS - 6_000_000n);
  });
});
