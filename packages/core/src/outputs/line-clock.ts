/**
 * Times of events, which count from their follower's origin, as times of day. Consecutive events
 * nearly always share their second, so its text is kept.
 */

import { asciiBytes } from '../text/line-bytes.ts';

const SECOND_NS = 1e9;
const SECOND_MS = 1000;

export class LineClock {
  /** Of the second that was set last. */
  secondBytes: Uint8Array = new Uint8Array(0);
  /** Seconds since 1970, and nanoseconds after it. */
  second = 0;
  fractionNs = 0;
  readonly #render: (secondStart: Date) => string;
  #originSecond = 0;
  #originFractionNs = 0;

  /** `render` gives the text of a second, in ASCII. */
  constructor(render: (secondStart: Date) => string) {
    this.#render = render;
  }

  /** When the follower's origin was, in epoch nanoseconds. */
  setOrigin(originNs: bigint): void {
    this.#originSecond = Number(originNs / BigInt(SECOND_NS));
    this.#originFractionNs = Number(originNs % BigInt(SECOND_NS));
    this.#renderSecond();
  }

  set(timeNs: number): void {
    const ns = timeNs + this.#originFractionNs;
    const seconds = Math.floor(ns / SECOND_NS);
    this.fractionNs = ns - seconds * SECOND_NS;
    if (this.#originSecond + seconds === this.second) return;
    this.second = this.#originSecond + seconds;
    this.#renderSecond();
  }

  #renderSecond(): void {
    this.secondBytes = asciiBytes(this.#render(new Date(this.second * SECOND_MS)));
  }
}
