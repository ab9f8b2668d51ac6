// Figures as people read them.

import type { CaseResult } from '../runner/case.ts';
import type { Figure, Unit } from '../runner/figure.ts';

interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

/** `12.3 ns`, `8.20 M/s`, `1.53×`. */
export function formatValue(value: number, unit: Unit): string {
  const { divisor, suffix } = scaleOf(value, unit);
  return `${formatNumber(value / divisor)}${suffix}`;
}

function scaleOf(value: number, unit: Unit): Scale {
  const size = Math.abs(value);
  if (unit === '×') return { divisor: 1, suffix: '×' };
  if (unit === '/s') {
    return size >= 1e6 ? { divisor: 1e6, suffix: ' M/s' } : { divisor: 1e3, suffix: ' k/s' };
  }
  if (unit === 'ns' && size >= 1e6) return { divisor: 1e6, suffix: ' ms' };
  if (unit === 'ns' && size >= 1e4) return { divisor: 1e3, suffix: ' µs' };
  return { divisor: 1, suffix: ` ${unit}` };
}

/** Three digits that count, thousands apart. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  // Nothing is shown as -0.00.
  const shown = size < 0.005 ? 0 : value;
  return shown.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** The median, and in the same unit the spread where there are rounds. */
export function formatFigure({ median, low, high, unit, rounds }: Figure): string {
  const { divisor, suffix } = scaleOf(median, unit);
  const value = `${formatNumber(median / divisor)}${suffix}`;
  if (rounds === 1) return value;
  return `${value} [${formatNumber(low / divisor)} – ${formatNumber(high / divisor)}]`;
}

/** What became of the events, in a sentence. */
export function formatStored({ stored }: CaseResult): string {
  if (stored === null) return '';
  const { attempted, found, overwritten, dropped, cut } = stored;
  const lost = [
    overwritten > 0 ? `${formatNumber(overwritten)} overwritten` : '',
    `${formatNumber(dropped)} dropped`,
    cut > 0 ? `${formatNumber(cut)} cut` : '',
  ].filter((part) => part !== '');
  return `${formatNumber(attempted)} events, ${formatNumber(found)} found, ${lost.join(', ')}`;
}
