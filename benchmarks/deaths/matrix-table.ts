// Makes a table of what was kept: one row a death, one column a logger.

export interface Kept {
  /** How many calls had returned. They were numbered from 1, every tenth a warning. */
  readonly acknowledged: number;
  /** The numbers that were found afterwards. */
  readonly numbers: ReadonlySet<number>;
  /** Whether exit code and signal are those of the program without a logger. */
  readonly endsAlike: boolean;
}

const WARN_EVERY = 10;

/** Markdown, with a line feed at the end. */
export function matrixTable(
  loggers: readonly string[],
  rows: readonly { readonly label: string; readonly kept: readonly Kept[] }[],
): string {
  const lines = [
    ['death', ...loggers],
    ['---', ...loggers.map(() => '---')],
    ...rows.map(({ label, kept }) => [label, ...kept.map(cellOf)]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function cellOf({ acknowledged, numbers, endsAlike }: Kept): string {
  return `${lossOf(acknowledged, numbers)}${endsAlike ? '' : '; ends otherwise'}`;
}

function lossOf(acknowledged: number, numbers: ReadonlySet<number>): string {
  let [lost, lostWarnings] = [0, 0];
  for (let n = 1; n <= acknowledged; n++) {
    if (numbers.has(n)) continue;
    lost++;
    if (n % WARN_EVERY === 0) lostWarnings++;
  }
  if (lost === 0) return 'all';
  if (lost === acknowledged) return 'nothing';
  const warnings = lostWarnings === 1 ? 'warning' : 'warnings';
  return `lost ${lost}, ${lostWarnings === 0 ? 'no warning' : `${lostWarnings} ${warnings}`}`;
}
