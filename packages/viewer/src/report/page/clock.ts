/** How the times of a report are written. Needs no browser. */

export type ClockMode = 'local' | 'utc' | 'end';

export class Clock {
  readonly mode: ClockMode;
  readonly #baseNs: bigint;
  readonly #takenNs: number;

  /** `takenNs` is from the base to when the recording was taken. */
  constructor(mode: ClockMode, baseNs: bigint, takenNs: number) {
    this.mode = mode;
    this.#baseNs = baseNs;
    this.#takenNs = takenNs;
  }

  /** `09:03:47.747312`, or `-5.200130 s`, of a time in ns since the base. */
  time(ns: number): string {
    if (this.mode === 'end') return beforeEnd(ns - this.#takenNs);
    const { date, microseconds } = this.#split(ns);
    if (Number.isNaN(date.getTime())) return '(no valid time)';
    const parts =
      this.mode === 'utc'
        ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
        : [date.getHours(), date.getMinutes(), date.getSeconds()];
    return `${parts.map(two).join(':')}.${microseconds}`;
  }

  /** With its day. */
  instant(ns: number): string {
    if (this.mode === 'end') return `${beforeEnd(ns - this.#takenNs)} from the end`;
    const { date } = this.#split(ns);
    if (Number.isNaN(date.getTime())) return '(no valid time)';
    if (this.mode === 'utc') return `${date.toISOString().slice(0, 10)} ${this.time(ns)} UTC`;
    const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
    return `${day} ${this.time(ns)}`;
  }

  #split(ns: number): { date: Date; microseconds: string } {
    const totalNs = this.#baseNs + BigInt(Math.round(ns));
    const withinNs = ((totalNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    const secondMs = Number((totalNs - withinNs) / 1_000_000n);
    return {
      date: new Date(secondMs),
      microseconds: String(withinNs / 1000n).padStart(6, '0'),
    };
  }
}

/** `850 ns`, `12.5 µs`, `3.2 s`, `4 min 5 s`. */
export function durationText(ns: number): string {
  if (ns < 0) return `-${durationText(-ns)}`;
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${short(ns / 1e3)} µs`;
  if (ns < 1e9) return `${short(ns / 1e6)} ms`;
  if (ns < 60e9) return `${short(ns / 1e9)} s`;
  const seconds = Math.floor(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1,234,567`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function beforeEnd(ns: number): string {
  const sign = ns > 0 ? '+' : '-';
  return `${sign}${(Math.abs(ns) / 1e9).toFixed(6)} s`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}
