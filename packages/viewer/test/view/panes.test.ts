// The panes beside the list: patterns, the timeline of threads and spans, what the recording is.

import { beforeEach, describe, expect, it } from 'vitest';
import { openRecordingFile, SAMPLE_NS } from '../sample.ts';
import { traceRecording } from '../trace-recording.ts';
import {
  hundredEvents,
  type OpenSession,
  openHundred,
  openSession,
  recordingOf,
} from './open-session.ts';

let reader: OpenSession;

beforeEach(async () => {
  reader = await openHundred();
});

describe('the patterns', () => {
  it('count all events shown, and lead to them and past them', async () => {
    await reader.press('P');
    expect(reader.surface.text).toMatch(/^> +66 +66\.0% ERROR +\S+ http: cache miss$/m);
    expect(reader.surface.text).toMatch(/^ +34 +34\.0% ERROR +\S+ http: request <\*> served$/m);
    expect(reader.surface.status).toMatch(/^2 patterns/);
    await reader.press('j');
    expect(reader.surface.text).toMatch(/^1: 0 \(1\), 3 \(1\), .* 34 in all$/m);
    await reader.press('return');
    expect(reader.surface.text).toContain('[~ http: request <*> served]');
    expect(reader.surface.status).toMatch(/^1 of 34, 66 hidden/);
    await reader.press('P');
    expect(reader.surface.status).toMatch(/^1 pattern /);
    await reader.press('q', 'ctrl-f', 'P', '-');
    expect(reader.surface.text).toContain('[!~ http: cache miss]');
    await reader.press('P', '=');
    expect(reader.view.filters).toHaveLength(1);
  });

  it('add up where texts vary in words', async () => {
    const words = [
      'ada',
      'bob',
      'cy',
      'di',
      'ed',
      'flo',
      'gus',
      'hal',
      'ivy',
      'jo',
      'kim',
      'lu',
      'mo',
    ];
    const events = words.map((word, at) => ({
      timeNs: SAMPLE_NS + BigInt(at),
      level: 'info' as const,
      message: `user ${word}  came in`,
      fields: { id: at },
    }));
    reader = await openSession([recordingOf(events)]);
    await reader.press('P', 'return');
    expect(reader.surface.text).toContain('[~ user <*> came in]');
    expect(reader.ids).toHaveLength(words.length);
  });
});

describe('the timeline', () => {
  it('has a row for each thread, and goes to the event at the cursor', async () => {
    await reader.press('L');
    const rows = reader.surface.text.split('\n');
    expect(rows[1]).toMatch(/1m 00s {2}to 2026/);
    expect(rows[2]).toMatch(/^ 03:04:05\.000 +▼─+$/);
    expect(rows[3]).toMatch(/^>images +[▁-█]·+[▁-█]$/);
    expect(rows[4]).toMatch(/^ main +!·+!$/);
    await reader.press('j', 'l', 'l', 'return');
    expect([reader.view.pane, reader.ids.includes(51), reader.surface.chosen]).toEqual([
      'list',
      true,
      expect.stringContaining('id=51'),
    ]);
  });

  it('keeps to the size of the terminal', async () => {
    await reader.press('L');
    reader.surface.columns = 60;
    reader.session.resize();
    await reader.press('j');
    expect(reader.surface.text.split('\n')[3]).toMatch(/^ images {14}[▁-█]·{37}[▁-█]$/);
  });

  it('looks closer, measures, and shows only what is measured', async () => {
    await reader.press('L', ...'zzzzzzzzzz');
    expect(reader.surface.text).toMatch(/^ images +[▁▂▃▄▅▆▇█!·-]+$|^>images +[▁▂▃▄▅▆▇█!·-]+$/m);
    await reader.press('A', ...'llllllllll', 'B');
    expect(reader.surface.status).toMatch(/^A to B [\d.]+ ms/);
    expect(reader.surface.text).toMatch(/ A─+B─+$/m);
    await reader.press('return');
    expect(reader.surface.text).toContain('[time >= "2026-01-02T03:04:05.');
    expect(reader.ids.length).toBeGreaterThan(3);
    expect(reader.ids.length).toBeLessThan(20);
    await reader.press('L', 'c', ...'ZZZZZZZZZZZZ');
    expect(reader.view.timeline.window).toBeNull();
  });

  it('hatches what a thread lost', async () => {
    const events = hundredEvents().map((event, at) =>
      at < 50 ? { ...event, level: 'error' as const } : event,
    );
    const file = recordingOf(events);
    const losses = { overwritten: 7, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };
    Object.assign(file.recording.threads[0], { losses });
    reader = await openSession([file]);
    await reader.press('L');
    expect(reader.surface.text).toMatch(/^ main +!░+!?$/m);
    expect(reader.surface.text).toMatch(/^>images +!·+[▁-█]$/m);
  });

  it('has the spans as trees, with what the trace waited for', async () => {
    reader = await openSession([openRecordingFile(traceRecording())]);
    await reader.press('L');
    await expect.poll(() => reader.surface.text).toMatch(/\* POST \/pay/);
    expect(reader.surface.text).toMatch(/^ {3,}[*·] .*█/m);
    await reader.press('G', 'return');
    expect(reader.view.pane).toBe('list');
  });
});

describe('what the recording is', () => {
  it('is shown, and scrolls where it is longer than the screen', async () => {
    await reader.press('I');
    expect(reader.surface.text).toMatch(/^payments\[4242\]: /m);
    expect(reader.surface.text).toMatch(/^events +100: error 10, warn 10, info 80$/m);
    reader.surface.lines = 10;
    reader.session.resize();
    await reader.press('G');
    expect(reader.surface.text).toMatch(/^images +1 .* 20 /m);
    await reader.press('I');
    expect(reader.view.pane).toBe('list');
  });
});
