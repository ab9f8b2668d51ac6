// Results as plain text, case by case while the run goes on and targets at its end.

import type { CaseResult } from '../runner/case.ts';
import { formatFigure, formatNumber, formatStored } from './format-figure.ts';
import { boundOf, type JudgedTarget } from './judge-targets.ts';
import { loadWarning, machineLine } from './machine.ts';
import { type Results, RULES } from './results.ts';

const NAME_WIDTH = 42;

export function caseText(result: CaseResult): string {
  const { name, what, figures, notes = [], error, seconds } = result;
  const lines = [`${name}  (${seconds.toFixed(1)} s)  ${what}`];
  for (const figure of figures) {
    lines.push(`  ${figure.name.padEnd(NAME_WIDTH)} ${formatFigure(figure)}`);
  }
  const stored = formatStored(result);
  if (stored !== '') lines.push(`  ${stored}`);
  for (const note of notes) lines.push(`  ${note}`);
  if (error !== null) lines.push(`  FAILED: ${error}`);
  return `${lines.join('\n')}\n\n`;
}

export function introduction(loadBefore: number): string {
  const warning = loadWarning(loadBefore);
  return warning === null ? '' : `WARNING: ${warning}\n\n`;
}

export function summary({ machine, packages, targets, cases }: Results): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const lines = [
    machineLine(machine),
    versions.join(', '),
    `load average ${machine.loadBefore.toFixed(2)} before, ${machine.loadAfter.toFixed(2)} after`,
    '',
    ...RULES.map((rule) => `- ${rule}`),
    '',
  ];
  const measured = targets.filter(({ outcome }) => outcome !== 'not measured');
  if (measured.length > 0) lines.push('Targets', ...measured.map(targetLine), '');
  const failed = cases.filter(({ error }) => error !== null).map(({ name }) => name);
  if (failed.length > 0) lines.push(`Failed: ${failed.join(', ')}`, '');
  const warning = loadWarning(machine.loadBefore);
  if (warning !== null) lines.push(`WARNING: ${warning}`, '');
  return lines.join('\n');
}

function targetLine(target: JudgedTarget): string {
  const { outcome, what, median } = target;
  const value = median === null ? '' : formatNumber(median);
  return `  ${outcome.padEnd(12)} ${value.padStart(8)}  ${boundOf(target).padEnd(18)} ${what}`;
}
