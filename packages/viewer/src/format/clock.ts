/**
 * How an instant is written. Times of events are epoch nanoseconds; consecutive events nearly
 * always share their second, so its text is kept and most events cost one subtraction.
 */

const NS_PER_SECOND = 1_000_000_000n;
/** Beyond this a Date is invalid. */
const LAST_DATE_MS = 8_640_000_000_000_000;

/** Splits an instant into the text of its second and the nanoseconds within. */
export class SecondClock {
  /** Text of the second last set. */
  text = '';
  /** Nanoseconds after that second, 0 to 999,999,999. */
  fractionNs = 0;
  readonly #render: (secondStart: Date) => string;
  #secondStartNs: bigint | null = null;

  constructor(render: (secondStart: Date) => string) {
    this.#render = render;
  }

  /** Moves to an instant; false while the second stays the one before. */
  set(timeNs: bigint): boolean {
    if (this.#secondStartNs !== null) {
      const offsetNs = Number(timeNs - this.#secondStartNs);
      if (offsetNs >= 0 && offsetNs < 1e9) {
        this.fractionNs = offsetNs;
        return false;
      }
    }
    let seconds = timeNs / NS_PER_SECOND;
    if (timeNs % NS_PER_SECOND < 0n) seconds -= 1n;
    this.#secondStartNs = seconds * NS_PER_SECOND;
    this.fractionNs = Number(timeNs - this.#secondStartNs);
    const secondStartMs = Number(seconds) * 1000;
    // A recording may claim any time; what no calendar holds is shown as a number.
    const isDate = Math.abs(secondStartMs) <= LAST_DATE_MS;
    this.text = isDate ? this.#render(new Date(secondStartMs)) : `@${seconds}`;
    return true;
  }

  /** The fraction with its first `digits` digits, 1 to 9. */
  fraction(digits: number): string {
    return String(1_000_000_000 + this.fractionNs).slice(1, 1 + digits);
  }
}

/** `2026-01-02T03:04:05`, in UTC, or the number where no calendar has that second. */
export function isoSecondText(seconds: number): string {
  const isDate = Math.abs(seconds * 1000) <= LAST_DATE_MS;
  return isDate ? new Date(seconds * 1000).toISOString().slice(0, -5) : `@${seconds}`;
}

/** `2026-01-02T03:04:05.123456789Z`. */
export function isoClock(): (timeNs: bigint) => string {
  const clock = new SecondClock((date) => date.toISOString().slice(0, -5));
  return (timeNs) => {
    clock.set(timeNs);
    return `${clock.text}.${clock.fraction(9)}Z`;
  };
}

/** `2026-01-02`, local or UTC. */
export function dayText(date: Date, utc: boolean): string {
  if (utc) return date.toISOString().split('T')[0];
  return `${yearText(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `03:04:05`, local or UTC. */
export function timeOfDayText(date: Date, utc: boolean): string {
  return utc
    ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
    : `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `UTC`, `UTC+02:00`. */
export function zoneText(date: Date, utc: boolean): string {
  const offsetMinutes = utc ? 0 : -date.getTimezoneOffset();
  if (offsetMinutes === 0) return 'UTC';
  const size = Math.abs(offsetMinutes);
  return `UTC${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Day, time with milliseconds and zone of an instant that a recording's header claims. */
export function instantText(epochMs: number, utc: boolean): string {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return '(no valid time)';
  const ms = String(date.getUTCMilliseconds()).padStart(3, '0');
  return `${dayText(date, utc)} ${timeOfDayText(date, utc)}.${ms} ${zoneText(date, utc)}`;
}

/** ISO text of an instant that a header claims, or null. */
export function isoInstant(epochMs: number): string | null {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
}
