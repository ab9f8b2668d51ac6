import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/digest/summary.ts';
import { encodeReport } from '../../src/report/data.ts';
import { countByLevel, wholeTime } from '../../src/report/page/bins.ts';
import {
  ALL_LEVELS,
  matchColumns,
  matchText,
  NO_FILTER,
  withinTime,
} from '../../src/report/page/filter.ts';
import { decodeReport, type Report } from '../../src/report/page/recording.ts';
import { sampleEvent, sampleFile } from '../sample.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const COUNT = 2000;

/** An event a millisecond, of several blocks. */
async function sampleReport(): Promise<Report> {
  const events = Array.from({ length: COUNT }, (_, index) =>
    sampleEvent({
      atMs: index,
      level: LEVELS[index % 6],
      logger: index % 10 === 0 ? 'Payments' : 'http',
      message: index % 4 === 0 ? 'Charge failed' : 'request served',
      fields: { status: index % 5 === 0 ? 500 : 200, id: index },
      context: index % 3 === 0 ? { tenant: 'Ä-corp' } : {},
      thread: { id: index % 2, name: index % 2 === 0 ? 'main' : 'worker' },
    }),
  );
  const file = sampleFile(events);
  const nothing = async (): Promise<void> => {};
  const summary = await summarise(file, nothing);
  const bytes = await encodeReport(file, summary, { utc: true, pause: nothing });
  return decodeReport(Uint8Array.from(bytes).buffer);
}

const report = await sampleReport();
const all = matchColumns(report, NO_FILTER);

function where(test: (index: number) => boolean): number[] {
  return Array.from({ length: COUNT }, (_, index) => index).filter(test);
}

async function search(text: string, places: Uint32Array = all): Promise<number[]> {
  return [...(await matchText(report, places, text, () => null))!];
}

describe('the filter of the page', () => {
  it('compares levels, threads and messages', () => {
    expect(all).toHaveLength(COUNT);
    const levels = ALL_LEVELS & ~(1 << 1);
    expect([...matchColumns(report, { ...NO_FILTER, levels })]).toEqual(where((i) => i % 6 !== 1));
    const filter = {
      ...NO_FILTER,
      thread: report.events.thread[1],
      message: report.events.message[1],
    };
    expect([...matchColumns(report, filter)]).toEqual(where((i) => i % 2 === 1));
  });

  it('compares patterns', () => {
    const pattern = report.head.patterns.findIndex(({ title }) => title.endsWith('Charge failed'));
    const charges = [...matchColumns(report, { ...NO_FILTER, pattern })];
    expect(charges.length).toBeGreaterThan(0);
    expect(charges).toEqual(where((i) => report.events.pattern[i] === pattern));
    const titles = charges.map((i) => report.head.messages[report.events.message[i]]);
    expect(new Set(titles)).toEqual(new Set(['Charge failed']));
  });

  it.each([
    ['a message, in any case', 'CHARGE', (i: number) => i % 4 === 0],
    ['a logger', 'payments', (i: number) => i % 10 === 0],
    ['a field with its key', 'status=500', (i: number) => i % 5 === 0],
    ['a context', 'ä-CORP', (i: number) => i % 3 === 0],
    ['all of several words', 'failed status=500', (i: number) => i % 20 === 0],
    ['nothing', 'no such thing', () => false],
    ['no word', '  ', () => true],
  ])('finds %s', async (_what, text, test) => {
    expect(await search(text)).toEqual(where(test));
  });

  it('searches what the columns left', async () => {
    const left = matchColumns(report, { ...NO_FILTER, levels: 1 << 4 });
    expect(await search('id=1000', left)).toEqual([1000].filter((i) => i % 6 === 4));
    expect(await search('id=100', left)).toEqual(
      where((i) => i % 6 === 4 && String(i).startsWith('100')),
    );
  });

  it('stops a search that is no longer wanted', async () => {
    let pauses = 0;
    const stop = async (): Promise<'stop'> => {
      pauses++;
      return 'stop';
    };
    expect(await matchText(report, all, 'status', stop)).toBeNull();
    expect(pauses).toBe(1);
  });

  it('takes a stretch of time from its begin, and without its end', () => {
    const within = withinTime(report, all, { ...NO_FILTER, fromNs: 10e6, toNs: 20e6 });
    expect([...within]).toEqual(where((i) => i >= 10 && i < 20));
    expect(withinTime(report, all, { ...NO_FILTER, fromNs: 9e12, toNs: 9.1e12 })).toHaveLength(0);
    expect(withinTime(report, all, NO_FILTER)).toHaveLength(COUNT);
  });

  it('counts each event in one bin', () => {
    const levels = countByLevel(report.events, all, wholeTime(report.events), 37);
    const sums = levels.map((bins) => bins.reduce((sum, count) => sum + count, 0));
    expect(sums).toEqual(LEVELS.map((_, level) => where((i) => i % 6 === level).length));
    expect(Math.max(...levels[0])).toBeLessThan(20);
  });
});
