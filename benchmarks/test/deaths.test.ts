import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Kept, matrixTable } from '../deaths/matrix-table.ts';

const LOGGERS = ['ttlog', 'other'];

function cell(lost: number[], change: Partial<Kept> = {}): string {
  const numbers = new Set(Array.from({ length: 20 }, (_, index) => index + 1));
  for (const n of lost) numbers.delete(n);
  const kept = { acknowledged: 20, numbers, endsAlike: true, ...change };
  return matrixTable(['ttlog'], [{ label: 'abort', kept: [kept] }]).split('\n')[2];
}

describe('the table of deaths', () => {
  it('says what was lost, and how many warnings among it', () => {
    expect(cell([])).toBe('| abort | all |');
    expect(cell([19])).toBe('| abort | lost 1, no warning |');
    expect(cell([19, 20])).toBe('| abort | lost 2, 1 warning |');
    expect(cell([10, 19, 20])).toBe('| abort | lost 3, 2 warnings |');
    expect(cell([], { numbers: new Set() })).toBe('| abort | nothing |');
  });

  it('says where the process ended otherwise', () => {
    expect(cell([], { endsAlike: false })).toBe('| abort | all; ends otherwise |');
  });

  it('counts no event of which nobody was told that it is logged', () => {
    expect(cell([20], { acknowledged: 19 })).toBe('| abort | all |');
  });

  it('has a row a death and a column a logger', () => {
    const kept = { acknowledged: 0, numbers: new Set<number>(), endsAlike: true };
    const table = matrixTable(LOGGERS, [{ label: 'SIGKILL', kept: [kept, kept] }]);
    expect(table.split('\n')[0]).toBe('| death | ttlog | other |');
  });

  it('is in the README', () => {
    const readme = readFileSync(new URL('../../packages/core/README.md', import.meta.url), 'utf8');
    const table = /<!-- deaths: .*?-->\n(.*)<!-- \/deaths -->/s.exec(readme)?.[1] ?? '';
    expect(table.match(/^\| .* \|$/gm)).toHaveLength(20);
  });
});
