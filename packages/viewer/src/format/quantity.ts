/** How counts, sizes and durations are written for people. */

/** `1,234,567`. */
export function countText(count: number): string {
  if (!Number.isFinite(count)) return String(count);
  const [whole, fraction] = String(count).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `1 event`, `2 events`. */
export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `512 B`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  if (!Number.isFinite(bytes)) return String(bytes);
  let size = bytes;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < SIZE_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : shortNumber(size)} ${SIZE_UNITS[unit]}`;
}

/** `850 µs`, `12.5 ms`, `3.2 s`, `4m 05s`, `3h 02m`, `12d 4h`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms);
  if (ms < 0) return `-${durationText(-ms)}`;
  if (ms === 0) return '0 s';
  if (ms < 1) return `${shortNumber(ms * 1000)} µs`;
  if (ms < 1000) return `${shortNumber(ms)} ms`;
  if (ms < 60_000) return `${shortNumber(ms / 1000)} s`;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h ${two(minutes % 60)}m`;
  return `${countText(Math.floor(hours / 24))}d ${hours % 24}h`;
}

/** At most three digits that mean something. */
function shortNumber(value: number): string {
  const text = value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}
