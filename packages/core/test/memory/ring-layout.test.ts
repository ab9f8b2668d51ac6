// The arithmetic of the layout: nothing overlaps, everything that is read as 64 bits is aligned.

import { expect, it } from 'vitest';
import * as layout from '../../src/memory/ring-layout.ts';

/** Fields of a structure as [offset, bytes], by the prefix of their names. */
function fieldsOf(prefix: string, eightBytes: RegExp, notFields: RegExp): [number, number][] {
  const fields: [number, number][] = [];
  for (const [name, value] of Object.entries(layout)) {
    if (!name.startsWith(prefix) || typeof value !== 'number' || notFields.test(name)) continue;
    fields.push([value, eightBytes.test(name) ? 8 : 4]);
  }
  return fields.sort(([a], [b]) => a - b);
}

const STRUCTURES: [string, RegExp, RegExp, number][] = [
  [
    'HEADER_',
    /TICKETS|RETIRED|HEARTBEAT|LAGGED|DEFERRED/,
    /BYTES$|STRIDE$|KINDS$|SLOTS$/,
    layout.HEADER_BYTES,
  ],
  [
    'ROW_',
    /OS_START|STARTED_AT|NEXT_EVENT|REFUSED|TOO_LARGE|CUT|LAGGED/,
    /^ROW_(BYTES|NAME_BYTES|FREE|CLAIMING|LIVE|DEAD)$/,
    layout.ROW_BYTES,
  ],
  [
    'SEGMENT_',
    /^SEGMENT_(WORD|TICKET|FIRST_EVENT|BASE_NS|WALL_MS|LAST_DT_NS|DRAINED)$/,
    /^SEGMENT_(HEADER_BYTES|MAGIC_WORD|ALIGNMENT)$/,
    layout.SEGMENT_HEADER_BYTES,
  ],
];

it.each(STRUCTURES)('keeps the fields of %s… apart and aligned', (prefix, eight, not, bytes) => {
  const fields = fieldsOf(prefix, eight, not).filter(
    // Its bytes follow the length; only the size of the name is a number here.
    ([offset]) => prefix !== 'ROW_' || offset !== layout.ROW_NAME,
  );
  expect(fields.length).toBeGreaterThan(10);
  let end = 0;
  for (const [offset, lengthBytes] of fields) {
    expect(offset % lengthBytes, `offset ${offset}`).toBe(0);
    expect(offset, `offset ${offset}`).toBeGreaterThanOrEqual(end);
    end = offset + lengthBytes;
  }
  expect(end).toBeLessThanOrEqual(bytes);
});

it('gives every segment room on an 8-byte boundary, and more rows than segments', () => {
  for (const segmentCount of [8, 256, 5000]) {
    const rowCount = layout.rowCountFor(segmentCount);
    expect(rowCount).toBeGreaterThan(segmentCount);
    expect(rowCount).toBeGreaterThanOrEqual(2048);
    expect(layout.segmentsOffset(rowCount) % 8).toBe(0);
    expect(layout.ringBytes(rowCount, segmentCount, 4096)).toBe(
      layout.rowOffset(rowCount) + segmentCount * 4096,
    );
  }
});

it('leaves room for the tables in the header', () => {
  const { HEADER_TRIGGER_LAST, HEADER_TRIGGER_KINDS, HEADER_TRIGGER_HOUR } = layout;
  const { HEADER_TRIGGER_HOUR_SLOTS, HEADER_TRIGGER_HOUR_NEXT } = layout;
  expect(HEADER_TRIGGER_LAST + HEADER_TRIGGER_KINDS * 4).toBeLessThanOrEqual(HEADER_TRIGGER_HOUR);
  expect(HEADER_TRIGGER_HOUR + HEADER_TRIGGER_HOUR_SLOTS * 4).toBeLessThanOrEqual(
    HEADER_TRIGGER_HOUR_NEXT,
  );
  expect(
    layout.HEADER_SEAL_TICKETS + layout.POOL_COUNT * layout.HEADER_SEAL_TICKET_STRIDE,
  ).toBeLessThanOrEqual(layout.HEADER_RECORDER_STATE);
  expect(layout.HEADER_CRASH_PATH + layout.HEADER_CRASH_PATH_BYTES).toBe(
    layout.HEADER_IDENTITY_LENGTH,
  );
  expect(layout.HEADER_IDENTITY + layout.HEADER_IDENTITY_BYTES).toBe(layout.HEADER_BYTES);
});
