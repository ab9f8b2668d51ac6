/**
 * Time, severity and lane of every event, in seven bytes where events are dense and eleven where not.
 * Kept in pages, so that no more than one of them is ever empty and none is copied: an array that
 * doubles was half of what the reader took.
 */

/** 32,768 events a page. */
const PAGE_BITS = 15;
const PAGE_EVENTS: number = 1 << PAGE_BITS;
const PLACE_MASK: number = PAGE_EVENTS - 1;
/** Nanoseconds from the first event of a page that four bytes hold: 4.3 s. */
const MAX_OFFSET_NS = 2n ** 32n - 1n;

export class EventColumns {
  count = 0;
  readonly #times: TimePage[] = [];
  readonly #severities: Uint8Array[] = [];
  readonly #lanes: Uint16Array[] = [];

  add(timeNs: bigint, severity: number, lane: number): void {
    const page = this.count >>> PAGE_BITS;
    const place = this.count & PLACE_MASK;
    if (place === 0) this.#addPage(timeNs);
    this.#times[page].set(place, timeNs);
    this.#severities[page][place] = severity;
    this.#lanes[page][place] = lane;
    this.count++;
  }

  /** 0 where there is no such event. */
  timeNsAt(index: number): bigint {
    return this.#times[index >>> PAGE_BITS]?.at(index & PLACE_MASK) ?? 0n;
  }

  severityAt(index: number): number {
    return this.#severities[index >>> PAGE_BITS]?.[index & PLACE_MASK] ?? 0;
  }

  laneAt(index: number): number {
    return this.#lanes[index >>> PAGE_BITS]?.[index & PLACE_MASK] ?? 0;
  }

  #addPage(firstNs: bigint): void {
    this.#times.push(new TimePage(firstNs));
    this.#severities.push(new Uint8Array(PAGE_EVENTS));
    this.#lanes.push(new Uint16Array(PAGE_EVENTS));
  }
}

/** Times from the first one on; whole ones since the first that is too far from it. */
class TimePage {
  readonly #firstNs: bigint;
  #offsetsNs: Uint32Array | null = new Uint32Array(PAGE_EVENTS);
  #timesNs: BigInt64Array | null = null;
  #count = 0;

  constructor(firstNs: bigint) {
    this.#firstNs = firstNs;
  }

  /** `place` is behind all that were set. */
  set(place: number, timeNs: bigint): void {
    const offsetNs = timeNs - this.#firstNs;
    if (this.#offsetsNs !== null && offsetNs >= 0n && offsetNs <= MAX_OFFSET_NS) {
      this.#offsetsNs[place] = Number(offsetNs);
    } else {
      this.#timesNs ??= this.#widened();
      this.#timesNs[place] = timeNs;
    }
    this.#count = place + 1;
  }

  /** 0 where none was set. */
  at(place: number): bigint {
    if (this.#offsetsNs === null) return this.#timesNs?.[place] ?? 0n;
    return place < this.#count ? this.#firstNs + BigInt(this.#offsetsNs[place]) : 0n;
  }

  #widened(): BigInt64Array {
    const timesNs = new BigInt64Array(PAGE_EVENTS);
    for (let place = 0; place < this.#count; place++) timesNs[place] = this.at(place);
    this.#offsetsNs = null;
    return timesNs;
  }
}
