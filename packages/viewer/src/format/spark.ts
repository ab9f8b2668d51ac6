/** Counts as a line of bars, for histograms and patterns. */

const EIGHTHS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One character a count: a dot for none, else a bar up to the largest. */
export function sparkline(counts: readonly number[]): string {
  const largest = Math.max(...counts, 1);
  return counts
    .map((count) =>
      count === 0 ? '·' : EIGHTHS[Math.max(0, Math.ceil((count / largest) * 8) - 1)],
    )
    .join('');
}

/** A bar of up to `width` characters; anything above none shows. */
export function bar(count: number, largest: number, width: number): string {
  if (count <= 0 || largest <= 0) return '';
  const eighths = Math.max(1, Math.round((count / largest) * width * 8));
  return '█'.repeat(eighths >> 3) + PARTS[eighths & 7];
}
