import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/record/decode-error.ts';
import { type EventBounds, SegmentDecoder } from '../../src/record/decode-segment.ts';
import type { ContextUid, LateFields } from '../../src/record/effective-context.ts';
import { Mark } from '../../src/record/marks.ts';
import { cbor, sequence, tag, wide } from '../formats/cbor-bytes.ts';

const ALL: EventBounds = { minSeverity: 0, minDtNs: 0, maxDtNs: Infinity };

function decoderOf(records: unknown[], late: LateFields = new Map()): SegmentDecoder {
  const bytes = sequence(records);
  return new SegmentDecoder(bytes, 0, bytes.length, () => late);
}

interface Seen {
  dtNs: number;
  severity: number;
  logger: string;
  message: string;
  fields: unknown;
  context: unknown;
  ids: unknown[];
}

function eventsOf(decoder: SegmentDecoder, bounds: EventBounds = ALL): Seen[] {
  const seen: Seen[] = [];
  while (decoder.advance(bounds)) {
    decoder.decodeEvent();
    const { dtNs, severity, shape, fields, context } = decoder;
    seen.push({
      dtNs,
      severity,
      logger: shape.logger,
      message: shape.message,
      fields,
      context: context.bindings,
      ids: [context.traceId, context.spanId, context.traceFlags],
    });
  }
  return seen;
}

const SHAPE = ['shape', 0, 'app', 'hello', ['x']];

describe('SegmentDecoder', () => {
  it('joins keys of the shape and values of the event', () => {
    const seen = eventsOf(decoderOf([SHAPE, [5, 9, 1, 0, 'one'], [wide(6, 8), 13, 1, 0, [2]]]));
    expect(seen).toMatchObject([
      { dtNs: 5, severity: 9, logger: 'app', message: 'hello', fields: { x: 'one' }, context: {} },
      { dtNs: 6, severity: 13, fields: { x: [2] } },
    ]);
  });

  it('tells apart what the original recorder confused', () => {
    const records = [
      [0, 9, ['', 'user id', []], 0],
      [0, 9, ['', 'user idaloaded 6', []], 0],
      [0, 9, ['', 'user idbloaded a', []], 0],
    ];
    const messages = eventsOf(decoderOf(records)).map(({ message }) => message);
    expect(messages).toEqual(['user id', 'user idaloaded 6', 'user idbloaded a']);
  });

  it('stops only at events within the bounds, and counts all', () => {
    const records = [SHAPE, ...[1, 2, 3, 4].map((dt) => [dt, dt * 5, 1, 0, dt])];
    const decoder = decoderOf(records);
    const seen = eventsOf(decoder, { minSeverity: 10, minDtNs: 0, maxDtNs: 3 });
    expect(seen.map(({ dtNs }) => dtNs)).toEqual([2, 3]);
    expect(decoder.eventCount).toBe(4);
  });

  it('does not decode what nobody asks for', () => {
    const decoder = decoderOf([SHAPE, [1, 9, 1, 0, tag(27, 0)], [2, 9, 1, 0, 0]]);
    expect(decoder.advance(ALL)).toBe(true);
    expect(decoder.advance(ALL)).toBe(true);
    expect(decoder.dtNs).toBe(2);
  });

  it('goes on behind an event whose values it refuses', () => {
    const decoder = decoderOf([SHAPE, [1, 9, 1, 0, tag(27, [])], [2, 9, 1, 0, 'two']]);
    decoder.advance(ALL);
    expect(() => decoder.decodeEvent()).toThrow(DecodeError);
    expect(eventsOf(decoder)).toMatchObject([{ dtNs: 2, fields: { x: 'two' } }]);
  });

  it('puts contexts together from the outermost in', () => {
    const id = Uint8Array.of(0, 255);
    const records = [
      ['context', 1, null, { a: 1, b: 1 }, id, null, 1],
      ['context', 2, 1, { b: 2, c: 2 }, null, id, null],
      ['context', 3, 2, null, null, null, null],
      SHAPE,
      [0, 9, 1, 3, 0],
      [1, 9, 1, 1, 0],
      [2, 9, 1, [9, 2, { d: 9 }, null, null, null], 0],
    ];
    const seen = eventsOf(decoderOf(records));
    expect(seen.map(({ context, ids }) => [context, ids])).toEqual([
      [{ a: 1, b: 2, c: 2 }, ['00ff', '00ff', 1]],
      [{ a: 1, b: 1 }, ['00ff', undefined, 1]],
      [{ a: 1, b: 2, c: 2, d: 9 }, ['00ff', '00ff', 1]],
    ]);
    expect(Object.keys(seen[0].context as object)).toEqual(['a', 'b', 'c']);
  });

  it('takes trace flags only from a context with ids', () => {
    const records = [
      ['context', 1, 0, null, new Uint8Array(16).fill(1), new Uint8Array(8).fill(2), 1],
      ['context', 2, 1, { a: 1 }, null, null, 0],
      ['context', 3, 0, { b: 1 }, null, null, 0],
      SHAPE,
      [0, 9, 1, 2, 0],
      [0, 9, 1, 3, 0],
    ];
    expect(eventsOf(decoderOf(records)).map(({ ids }) => ids)).toEqual([
      ['01'.repeat(16), '02'.repeat(8), 1],
      [undefined, undefined, undefined],
    ]);
  });

  it('says where bindings were cut', () => {
    const cut = tag(0x54746c02, [{ a: 1 }, 500]);
    const away = tag(0x54746c02, [null, 70]);
    const records = [
      [0, 9, ['', '', []], [1, 0, cut, null, null, 0]],
      [0, 9, ['', '', []], [2, 0, away, null, null, 0]],
    ];
    expect(eventsOf(decoderOf(records)).map(({ context }) => context)).toEqual([
      { a: 1, '…': new Mark('cut', '', null, 500) },
      { '…': new Mark('cut', '', null, 70) },
    ]);
  });

  it('keeps all values where keys are the same', () => {
    const keys = ['a', 'b', 'a', 'a (2)', 'a'];
    const records = [
      ['shape', 0, '', '', keys],
      [0, 9, 1, 0, 1, 2, 3, 4, 5],
    ];
    expect(eventsOf(decoderOf(records))[0].fields).toEqual({
      a: 1,
      b: 2,
      'a (2)': 3,
      'a (2) (2)': 4,
      'a (3)': 5,
    });
  });

  it('adds late fields to a context and to those inside it', () => {
    const late: LateFields = new Map<ContextUid, { [key: string]: unknown }>([
      [1, { route: '/pay', a: 'late' }],
      [77, { lost: true }],
    ]);
    const records = [
      ['context', 1, 0, { a: 1 }, null, null, null],
      ['context', 2, 1, { a: 2 }, null, null, null],
      ['context', 3, 77, {}, null, null, null],
      SHAPE,
      [0, 9, 1, 1, 0],
      [0, 9, 1, 2, 0],
      [0, 9, 1, 3, 0],
    ];
    expect(eventsOf(decoderOf(records, late)).map(({ context }) => context)).toEqual([
      { a: 'late', route: '/pay' },
      { a: 2, route: '/pay' },
      { lost: true },
    ]);
  });

  it('hands out late fields to whoever collects them', () => {
    const bytes = sequence([
      ['late', 5, { x: 1 }],
      ['late', 2n ** 60n, null],
    ]);
    const late: unknown[] = [];
    const decoder = new SegmentDecoder(
      bytes,
      0,
      bytes.length,
      () => new Map(),
      (uid, fields) => {
        late.push([uid, fields]);
      },
    );
    expect(decoder.advance(ALL)).toBe(false);
    expect(late).toEqual([
      [5, { x: 1 }],
      [2n ** 60n, {}],
    ]);
  });

  it('skips and counts records of kinds it does not know', () => {
    const decoder = decoderOf([['future'], SHAPE, ['', tag(27, 0), []], [1, 9, 1, 0, 1]]);
    expect(eventsOf(decoder)).toHaveLength(1);
    expect(decoder.unknownRecordCount).toBe(2);
  });

  it('comes back to a record after it was let go', () => {
    const records = [
      SHAPE,
      [1, 9, 1, 0, 1],
      ['shape', 0, 'b', 'two', []],
      [2, 9, 2, 0],
      [3, 9, 2, 0],
    ];
    const first = decoderOf(records);
    first.advance(ALL);
    first.advance(ALL);
    const second = decoderOf(records);
    second.seek(first.recordStart);
    expect(eventsOf(second).map(({ dtNs, message }) => [dtNs, message])).toEqual([
      [2, 'two'],
      [3, 'two'],
    ]);
    expect(second.eventCount).toBe(3);
  });

  it('calls damage what a recorder cannot have written', () => {
    const broken: unknown[][] = [
      [5],
      ['text'],
      [{}],
      [[]],
      [[1, 9, 0]],
      [[1, 0, ['', '', []], 0]],
      [[1, 25, ['', '', []], 0]],
      [[-1, 9, ['', '', []], 0]],
      [[1, 9, 1, 0]],
      [[1, 9, 0, 0]],
      [SHAPE, [1, 9, 2, 0, 1]],
      [SHAPE, [1, 9, 1, 0]],
      [SHAPE, [1, 9, 1, 0, 1, 2]],
      [SHAPE, [1, 9, 1, 1, 1]],
      [SHAPE, [1, 9, 1, [1, 2, 3], 1]],
      [SHAPE, [1, 9, 1, null, 1]],
      [[1, 9, ['', ''], 0]],
      [[1, 9, ['', 5, []], 0]],
      [['shape', 3, 'a', 'b', []]],
      [['shape', 0, 'a', 'b', {}]],
      [['shape', 0, 'a', 'b', [], 'more']],
      [['context', 1, null, {}, null, null]],
      [['context', {}, null, {}, null, null, null]],
      [['context', 1, 'x', 5, null, null, null]],
      [['context', 1, null, {}, 'hex', null, null]],
      [['context', 1, null, {}, null, new Uint8Array(64), null]],
      [['context', 1, null, {}, null, null, 'flags']],
      [[tag(27, 0)]],
    ];
    for (const records of broken) {
      expect(() => eventsOf(decoderOf(records)), JSON.stringify(records)).toThrow(DecodeError);
    }
  });

  it('takes a context for every event of the largest segment', () => {
    const parts = [
      cbor(SHAPE),
      cbor(['context', 1, null, { app: 'a', version: 1 }, null, null, null]),
    ];
    let length = 0;
    let count = 0;
    while (length < 4 * 2 ** 20) {
      const context = [
        'context',
        2 ** 32 + count,
        1,
        { id: count, user: 'somebody' },
        null,
        null,
        null,
      ];
      parts.push(cbor(context), cbor([wide(count, 4), 9, 1, count + 2, true]));
      length += parts[parts.length - 1].length + parts[parts.length - 2].length;
      count++;
    }
    const bytes = Uint8Array.from(Buffer.concat(parts));
    const decoder = new SegmentDecoder(bytes, 0, bytes.length, () => new Map());
    let seen = 0;
    while (decoder.advance(ALL)) {
      decoder.decodeEvent();
      const { id, app } = decoder.context.bindings;
      if (id === seen && app === 'a') seen++;
    }
    expect(seen).toBe(count);
  });

  it('bounds what definitions may take, in memory and in time', () => {
    const nested = Array.from({ length: 10_000 }, (_, i) => {
      return ['context', i + 1, i, { [`key${i}`]: i }, null, null, null];
    });
    const events = Array.from({ length: 10 }, () => [1, 9, ['', '', []], nested.length]);
    const shapes = new Array(200_000).fill(['shape', 0, '', '', []]);
    const keys = Array.from({ length: 70_000 }, (_, i) => String(i));
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i]));
    const inTurn = Array.from({ length: 2_000 }, (_, i) => [
      ['context', i + 2, 1, { own: i }, null, null, null],
      [1, 9, ['', '', []], i + 2],
    ]).flat();
    const decoders: [SegmentDecoder, RegExp][] = [
      [decoderOf([...nested, ...events]), /nested/],
      [decoderOf([['context', 1, 0, wide, null, null, null], ...inTurn]), /nested/],
      [decoderOf(shapes), /defines/],
      [decoderOf([['shape', 0, '', '', keys]]), /keys/],
    ];
    const before = process.cpuUsage();
    for (const [decoder, what] of decoders) expect(() => eventsOf(decoder)).toThrow(what);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
  });
  it('does not decode again without end a context that cannot be decoded', () => {
    const bindings = { list: new Array(100_000).fill(1), bad: tag(27, 0) };
    const decoder = decoderOf([
      ['context', 1, 0, bindings, null, null, null],
      ...new Array(10_000).fill([1, 9, ['', '', []], 1]),
    ]);
    const told = new Map<string, number>();
    const before = process.cpuUsage();
    while (decoder.advance(ALL)) {
      try {
        decoder.decodeEvent();
      } catch (error) {
        const { message } = error as DecodeError;
        told.set(message, (told.get(message) ?? 0) + 1);
      }
    }
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
    expect([...told.keys()]).toEqual([
      'tag 27 is not one of ours',
      'contexts are nested beyond measure',
    ]);
    expect(told.get('tag 27 is not one of ours')).toBeLessThan(200);
    expect(decoder.eventCount).toBe(10_000);
  });

  it('reads a context that nobody could keep as often as it is used', () => {
    const text = 'x'.repeat(100_000);
    const records = [
      SHAPE,
      ...Array.from({ length: 20 }, (_, i) => ['context', i + 1, 0, { i, text }, null, null, null]),
      ...Array.from({ length: 100 }, (_, i) => [i, 9, 1, (i % 20) + 1, 0]),
    ];
    const seen = eventsOf(decoderOf(records)).map(({ context }) => (context as { i: number }).i);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i % 20));
  });
});
