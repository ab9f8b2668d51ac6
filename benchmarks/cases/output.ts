// The whole way of a million events to an NDJSON file, first call to last byte: processes of ttlog
// and of pino in turn. Every line is looked at, and what ttlog did not print is counted as lost.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Case, type CaseTable, long, type Measured } from '../runner/case.ts';
import { counted, FIGURE, ratios, summarize } from '../runner/figure.ts';
import { defaultEnvironment } from '../runner/run-case.ts';
import { temporaryFile } from '../runner/temporary.ts';
import { areLoggedFields, MESSAGE } from './logged-event.ts';
import type { OutputFigures } from './output-figures.ts';

/**
 * Of 100,000 the start of the recorder thread, some 18 ms of main that
 * come but once, would be two thirds of what main pays (27 ms; 112 ms for a million, Node 20.20).
 */
const CALLS = 1_000_000;
const ROUNDS = 9;
const MIB = 1024 * 1024;
/** A loop that does nothing but log outruns whoever writes lines; here nothing is to be lost. */
const MEMORY_BYTES = 64 * MIB;

interface Run extends OutputFigures {
  readonly lines: number;
  readonly missed: number;
  readonly broken: number;
}

function run(program: string): Run {
  const path = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  const file = temporaryFile('output.ndjson');
  rmSync(file, { force: true });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path, file, String(CALLS), String(MEMORY_BYTES)],
    { encoding: 'utf8', env: defaultEnvironment() },
  );
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return { ...(JSON.parse(stdout) as OutputFigures), ...look(readFileSync(file, 'utf8')) };
}

function look(text: string): Pick<Run, 'lines' | 'missed' | 'broken'> {
  let [lines, missed, broken] = [0, 0, 0];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = JSON.parse(text.slice(start, end));
    start = end + 1;
    if (line.missed !== undefined) {
      missed += line.missed;
      continue;
    }
    const { userId, action, ip, ok } = line;
    lines++;
    if (line.msg !== MESSAGE || !areLoggedFields({ userId, action, ip, ok })) broken++;
  }
  return { lines, missed, broken };
}

async function measure(): Promise<Measured> {
  const own: Run[] = [];
  const pino: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(run('output-ttlog'));
    pino.push(run('output-pino'));
  }
  const wall = (runs: readonly Run[]): number[] => runs.map(({ wallMs }) => wallMs);
  const cpu = (runs: readonly Run[]): number[] => runs.map(({ mainCpuMs }) => mainCpuMs);
  const sum = (key: 'lines' | 'missed' | 'broken', runs: readonly Run[]): number =>
    runs.reduce((total, each) => total + each[key], 0);
  const attempted = CALLS * own.length;
  const faults: string[] = [];
  const [lines, missed] = [sum('lines', own), sum('missed', own)];
  if (lines + missed !== attempted) faults.push(`${attempted} calls, but ${lines} lines`);
  if (sum('lines', pino) !== attempted) faults.push(`pino: ${sum('lines', pino)} lines`);
  const broken = sum('broken', [...own, ...pino]);
  if (broken > 0) faults.push(`${broken} lines are not as they were logged`);
  return {
    stored: { attempted, found: lines, overwritten: missed, dropped: 0, cut: 0, faults },
    figures: [
      summarize(FIGURE.wholeWay, 'ms', wall(own)),
      summarize("pino's", 'ms', wall(pino)),
      summarize(FIGURE.timesPinoWall, '×', ratios(wall(own), wall(pino))),
      summarize(FIGURE.mainCpu, 'ms', cpu(own)),
      summarize("CPU of pino's main", 'ms', cpu(pino)),
      summarize(FIGURE.timesPinoCpu, '×', ratios(cpu(own), cpu(pino))),
      counted('lines that were lost', 'events', missed),
    ],
    notes: [`memory.bytes ${MEMORY_BYTES / MIB} MiB; ${CALLS} events a process`],
  };
}

const WHOLE_WAY: Case = {
  what: 'a million events to an NDJSON file, beside pino',
  usesPeers: true,
  measure,
};

export const OUTPUT: CaseTable = { 'output/1M-ndjson': long(WHOLE_WAY) };
