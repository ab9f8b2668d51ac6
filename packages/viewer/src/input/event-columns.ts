/**
 * Time, severity and lane of every event, in eleven bytes. Kept in pages, so that no more than one of
 * them is ever empty and none is copied: an array that doubles was half of what the reader took.
 */

/** 352 KiB a page. */
const PAGE_BITS = 15;
const PAGE_EVENTS: number = 1 << PAGE_BITS;
const PLACE_MASK: number = PAGE_EVENTS - 1;

export class EventColumns {
  count = 0;
  readonly #timesNs: BigInt64Array[] = [];
  readonly #severities: Uint8Array[] = [];
  readonly #lanes: Uint16Array[] = [];

  add(timeNs: bigint, severity: number, lane: number): void {
    const page = this.count >>> PAGE_BITS;
    const place = this.count & PLACE_MASK;
    if (place === 0) this.#addPage();
    this.#timesNs[page][place] = timeNs;
    this.#severities[page][place] = severity;
    this.#lanes[page][place] = lane;
    this.count++;
  }

  /** 0 where there is no such event. */
  timeNsAt(index: number): bigint {
    return this.#timesNs[index >>> PAGE_BITS]?.[index & PLACE_MASK] ?? 0n;
  }

  severityAt(index: number): number {
    return this.#severities[index >>> PAGE_BITS]?.[index & PLACE_MASK] ?? 0;
  }

  laneAt(index: number): number {
    return this.#lanes[index >>> PAGE_BITS]?.[index & PLACE_MASK] ?? 0;
  }

  #addPage(): void {
    this.#timesNs.push(new BigInt64Array(PAGE_EVENTS));
    this.#severities.push(new Uint8Array(PAGE_EVENTS));
    this.#lanes.push(new Uint16Array(PAGE_EVENTS));
  }
}
