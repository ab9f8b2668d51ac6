// One kind of picture: horizontal bars with their values, as SVG. Legible on light and on dark
// pages: the ground is transparent, and the colours follow the reader's scheme.

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as text. */
  readonly text: string;
  /** ttlog, what it is compared with, or the measure of all. */
  readonly kind: 'own' | 'peer' | 'floor';
}

export interface BarChart {
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const LABEL_WIDTH = 230;
const VALUE_WIDTH = 110;
const TOP = 64;
const ROW_HEIGHT = 28;
const BAR_HEIGHT = 18;
const BOTTOM = 12;
/** A bar that is there can be seen. */
const LEAST_BAR_WIDTH = 2;

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .subtitle { fill: #59636e; }
  .value { font-variant-numeric: tabular-nums; }
  .own { fill: #0a7d6c; }
  .peer { fill: #8c959f; }
  .floor { fill: #c8ccd0; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .subtitle { fill: #9198a1; }
    .own { fill: #2cc7ad; }
    .peer { fill: #7d8590; }
    .floor { fill: #545d68; }
  }
`;

export function drawBarChart({ title, subtitle, bars }: BarChart): string {
  const height = TOP + bars.length * ROW_HEIGHT + BOTTOM;
  const most = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const rows = bars.map(({ label, value, text, kind }, row) => {
    const top = TOP + row * ROW_HEIGHT;
    const middle = top + ROW_HEIGHT / 2;
    const width = Math.max((value / most) * room, LEAST_BAR_WIDTH).toFixed(1);
    const valueX = (LABEL_WIDTH + Number(width) + 8).toFixed(1);
    const barTop = top + (ROW_HEIGHT - BAR_HEIGHT) / 2;
    return [
      `  <text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escapeXml(label)}</text>`,
      `  <rect class="${kind}" x="${LABEL_WIDTH}" y="${barTop}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
      `  <text class="value" x="${valueX}" y="${middle + 4}">${escapeXml(text)}</text>`,
    ].join('\n');
  });
  const description = bars.map(({ label, text }) => `${label}: ${text}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">
  <title id="title">${escapeXml(title)}</title>
  <desc id="description">${escapeXml(description)}</desc>
  <style>${STYLE}</style>
  <text class="title" x="10" y="24">${escapeXml(title)}</text>
  <text class="subtitle" x="10" y="46">${escapeXml(subtitle)}</text>
${rows.join('\n')}
</svg>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
