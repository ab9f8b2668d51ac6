// What calls cost that store nothing: below the level, and before any recorder exists.

import { getLogger, type Logger, type Recorder, type RecorderOptions, startRecorder } from 'ttlog';
import { openRecording } from 'ttlog/reader';
import type { Case, CaseTable, Plan, Stored } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import type { Subject } from '../runner/interleave.ts';
import { measureCalls } from './call-figures.ts';
import { checkStored } from './check-stored.ts';
import { emptyLoop, makeFloor } from './floor.ts';
import { IPS, LOGGER, MESSAGE } from './logged-event.ts';

/** Nothing may be stored: `options` or the want of a recorder keep every call from it. */
function silent(
  what: string,
  options: RecorderOptions | null,
  call: (log: Logger) => Subject['call'],
): Case {
  return {
    what,
    async measure(plan) {
      const recorder = options === null ? null : startRecorder(options);
      const subject = { name: 'silent', call: call(getLogger(LOGGER)) };
      const beside = { [FIGURE.overEmptyLoop]: emptyLoop, [FIGURE.timesFloor]: makeFloor() };
      const check = (calls: number) =>
        recorder === null ? checkCountedBeforeStart(calls) : checkNothingStored(recorder, plan);
      return measureCalls({ subject, beside, check }, plan);
    },
  };
}

async function checkNothingStored(recorder: Recorder, plan: Plan): Promise<Stored> {
  const stored = await checkStored(recorder, 0, () => false, plan);
  await recorder.stop();
  return stored;
}

async function checkCountedBeforeStart(calls: number): Promise<Stored> {
  const recorder = startRecorder();
  const { beforeStart } = openRecording(await recorder.capture()).losses;
  await recorder.stop();
  const faults =
    beforeStart === calls ? [] : [`${calls} calls, but ${beforeStart} counted as before the start`];
  return { attempted: calls, found: 0, overwritten: 0, dropped: 0, cut: 0, faults };
}

const logFourFields =
  (log: Logger) =>
  (i: number): void =>
    log.debug(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });

export const SILENT_CALLS: CaseTable = {
  'log/disabled': silent(
    '`log.debug(message)` while the level is info',
    { recordLevel: 'info' },
    (log) => () => log.debug(MESSAGE),
  ),
  'log/disabled-4-fields': silent(
    '`log.debug(message, { ... })` with four fields while the level is info',
    { recordLevel: 'info' },
    logFourFields,
  ),
  'log/before-start': silent('four fields before any recorder exists', null, logFourFields),
};
