import { expect, it } from 'vitest';
import { summarise } from '../../src/digest/summary.ts';
import { encodeReport } from '../../src/report/data.ts';
import { lostUntil } from '../../src/report/page/lost-stretch.ts';
import { decodeReport } from '../../src/report/page/recording.ts';
import { sampleEvent, sampleFile, sampleHeader, sampleThread } from '../sample.ts';

it('knows until when events of each thread are missing', async () => {
  const losses = { overwritten: 7, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };
  const threads = [
    sampleThread({ id: 0, name: 'main', losses }),
    sampleThread({ id: 1, name: 'quiet', losses }),
    sampleThread({ id: 2, name: 'whole' }),
  ];
  const at = (atMs: number, id: number, level: 'info' | 'warn') =>
    sampleEvent({ atMs, level, severity: level === 'warn' ? 13 : 9, thread: { id, name: '' } });
  // A warning from before the stretch that was lost, which begins nowhere.
  const events = [
    at(0, 0, 'warn'),
    at(5, 2, 'info'),
    at(9, 0, 'info'),
    at(10, 1, 'warn'),
    at(20, 0, 'info'),
  ];
  const file = sampleFile(events, sampleHeader({ threads }));
  const nothing = async (): Promise<void> => {};
  const summary = await summarise(file, nothing);
  const bytes = await encodeReport(file, summary, { utc: true, pause: nothing });
  const report = decodeReport(Uint8Array.from(bytes).buffer);
  const { time } = report.events;
  expect([...lostUntil(report, 1e12)]).toEqual([time[2], 1e12, Number.NaN]);
});
