import { describe, expect, it } from 'vitest';
import { type EventTitle, openRecording, walkEvents, writeRecording } from '../../src/reader.ts';
import { tag } from '../formats/cbor-bytes.ts';
import { CLOCK_NS, eventOf, recording, WORKER } from '../formats/recording-bytes.ts';

describe('walkEvents', () => {
  it('tells of every event what events() says of it', () => {
    const opened = openRecording(
      recording({
        segments: [
          { records: [eventOf('a', 10, 5), eventOf('b', 1_999_999_999, 13)] },
          { records: [eventOf('c', 20, 9)], thread: WORKER, wallShiftMs: -1_700_000_005_000 },
        ],
      }),
    );
    const expected = [...opened.events()];
    const walk = walkEvents(opened)!;
    const seen: unknown[] = [];
    while (walk.next()) {
      const { timeNs, severity, thread, message } = walk;
      const seconds = Number(timeNs >= 0n ? timeNs / 10n ** 9n : (timeNs + 1n) / 10n ** 9n - 1n);
      expect(walk.timeSeconds).toBe(seconds);
      expect(BigInt(walk.timeFractionNs)).toBe(timeNs - BigInt(seconds) * 10n ** 9n);
      let value: unknown;
      const look = walk.look((head) => {
        value = head.valueAt(head.valuesStart);
      });
      expect(look).toBe(true);
      seen.push({ timeNs, severity, thread, message, fields: { x: value } });
      expect(walk.event()).toMatchObject({ timeNs, severity });
    }
    expect(seen).toHaveLength(3);
    expect(expected).toMatchObject(seen);
    expect(expected.some(({ timeNs }) => timeNs < 0n)).toBe(true);
    expect(walk.next()).toBe(false);
  });

  it('tells of an event that cannot be read, and goes on', () => {
    const records = [eventOf(1, 1), eventOf(tag(999, 1), 2), eventOf(3, 3)];
    for (const read of ['look', 'event'] as const) {
      const opened = openRecording(recording({ segments: [{ records }] }));
      const walk = walkEvents(opened)!;
      const results: boolean[] = [];
      while (walk.next()) {
        results.push(
          read === 'event'
            ? walk.event() !== null
            : walk.look((head) => void head.valueAt(head.valuesStart)),
        );
      }
      expect(results).toEqual([true, false, true]);
      expect(opened.damage).toHaveLength(1);
      expect(opened.damage[0].what).toContain('an event that cannot be read');
    }
  });

  it('shows nothing of an event that is not there to its end', () => {
    const broken = [0x84, 1, 9, 0x83, 0x60, 0x61, 0x6d, 0x81, 0x61, 0x78, 0, 0x78, 0xff, 0x61];
    const tail = Uint8Array.from([0x85, ...broken.slice(1), 0xff]);
    const opened = openRecording(recording({ segments: [{ records: [], tail }], events: 1 }));
    const walk = walkEvents(opened)!;
    expect(walk.next()).toBe(true);
    expect(walk.look(() => expect.unreachable())).toBe(false);
    expect(walk.next()).toBe(false);
    expect(opened.damage.length).toBeGreaterThan(0);
  });

  it("lets a visitor's own mistake through", () => {
    const walk = walkEvents(openRecording(recording({ segments: [{ records: [eventOf(1)] }] })))!;
    walk.next();
    expect(() =>
      walk.look(() => {
        throw new RangeError('mine');
      }),
    ).toThrow('mine');
  });

  it('is null for what openRecording did not open, and says where to begin', () => {
    const opened = openRecording(recording({ segments: [] }));
    const view = Object.create(opened, { events: { value: () => opened.events() } });
    expect(walkEvents(view)).toBeNull();
    expect(() => walkEvents(opened)!.severity).toThrow('call next() first');
  });
});

describe('a query by title', () => {
  const events = Array.from({ length: 3000 }, (_, index) => ({
    timeNs: CLOCK_NS + BigInt(index),
    logger: index % 2 === 0 ? 'http' : 'db',
    message: index % 3 === 0 ? 'served' : 'stored',
    fields: { index },
  }));
  const opened = openRecording(writeRecording({ events }));

  it('is asked once for many events, and gives those that pass', () => {
    const asked: EventTitle[] = [];
    const title = (one: EventTitle): boolean => {
      asked.push(one);
      return one.logger === 'http' && one.message === 'served';
    };
    const found = Array.from(opened.events({ title }), ({ fields }) => fields.index);
    expect(found).toEqual(
      events.filter((_, index) => index % 6 === 0).map(({ fields }) => fields.index),
    );
    expect(asked.length).toBeLessThan(20);
    expect(asked).toContainEqual({ kind: 'log', logger: 'db', message: 'served' });
    expect(opened.damage).toEqual([]);
  });

  it('is asked for texts that differ at every event, too', () => {
    const varied = openRecording(
      recording({ segments: [{ records: [eventOf(1), eventOf(2, 2)] }] }),
    );
    const title = ({ message }: EventTitle): boolean => message === 'm';
    expect([...varied.events({ title })]).toHaveLength(2);
    expect([...varied.events({ title: () => false })]).toHaveLength(0);
  });

  it('goes with several threads', () => {
    const two = openRecording(
      recording({
        segments: [{ records: [eventOf(1)] }, { records: [eventOf(2)], thread: WORKER }],
      }),
    );
    const xs = (thread: (number | string)[]): unknown[] =>
      Array.from(two.events({ thread }), ({ fields }) => fields.x);
    expect(xs([0, 'resize'])).toEqual([1, 2]);
    expect(xs([3])).toEqual([2]);
    expect(xs([])).toEqual([]);
  });
});
