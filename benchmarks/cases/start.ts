// What `import 'ttlog'` and `startRecorder()` add to starting and ending Node: whole processes,
// one of each kind in turn.

import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type Case, type CaseTable, long } from '../runner/case.ts';
import { differences, FIGURE, ratios, summarize } from '../runner/figure.ts';
import { defaultEnvironment } from '../runner/run-case.ts';
import { inTurns } from '../runner/turns.ts';

const ROUNDS = 31;
const QUICK_ROUNDS = 5;

function processMs(program: string): number {
  const path = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [path], {
    encoding: 'utf8',
    env: defaultEnvironment(),
  });
  const ms = performance.now() - startedMs;
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return ms;
}

function started(what: string, program: string, usesPeers = false): Case {
  return {
    what,
    usesPeers,
    async measure(plan) {
      const { bare, own } = await inTurns(
        plan.isQuick ? QUICK_ROUNDS : ROUNDS,
        () => processMs('start-bare'),
        () => processMs(program),
      );
      return {
        stored: null,
        figures: [
          summarize(FIGURE.overBareNode, 'ms', differences(own, bare)),
          summarize(FIGURE.timesBareNode, '×', ratios(own, bare)),
          summarize('whole process', 'ms', own),
          summarize('bare Node', 'ms', bare),
        ],
      };
    },
  };
}

export const START: CaseTable = {
  'start/import': started("`import 'ttlog'`", 'start-import'),
  'start/recorder': started('`startRecorder()`, one event, and the end', 'start-recorder'),
  'start/pino': started("`import 'pino'`", 'start-pino', true),
  'start/winston': long(started("`import 'winston'`", 'start-winston', true)),
};
