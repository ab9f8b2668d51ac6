// Runs one case under V8's profiler and adds up where the time goes, function by function.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { runCase } from './run-case.ts';

const INTERVAL_US = 200;
const MOST_FUNCTIONS = 25;

/** The part of a .cpuprofile that is used. */
interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: number[];
  timeDeltas: number[];
}

/** Returns a table a thread, and where the profiles are for a closer look. */
export async function profileCase(name: string, measured: Case): Promise<string> {
  // Not removed: it is what the caller looks at next.
  const folder = mkdtempSync(join(tmpdir(), 'ttlog-profile-'));
  const result = await runCase(name, measured, { isQuick: false, isProfile: true }, [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-interval=${INTERVAL_US}`,
  ]);
  const tables = readdirSync(folder).map((file) => {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    return `${join(folder, file)}\n${tableOf(profile)}`;
  });
  return `${tables.join('\n')}${result.error === null ? '' : `\nFAILED: ${result.error}\n`}`;
}

function tableOf({ nodes, samples, timeDeltas }: CpuProfile): string {
  const places = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.slice(url.lastIndexOf('/') + 1);
      const where = file === '' ? '' : `  ${file}:${lineNumber + 1}`;
      return [id, `${functionName || '(anonymous)'}${where}`];
    }),
  );
  const selfUs = new Map<string, number>();
  let allUs = 0;
  samples.forEach((id, sample) => {
    const place = places.get(id)!;
    selfUs.set(place, (selfUs.get(place) ?? 0) + timeDeltas[sample]);
    allUs += timeDeltas[sample];
  });
  return [...selfUs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_FUNCTIONS)
    .map(([place, us]) => {
      const part = ((us / allUs) * 100).toFixed(1);
      return `${part.padStart(6)} %  ${(us / 1000).toFixed(0).padStart(7)} ms  ${place}\n`;
    })
    .join('');
}
