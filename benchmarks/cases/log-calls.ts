// What a log call costs the thread that makes it, for every kind of call, beside the floor.

import { defineEvent, getLogger, type Logger, startRecorder, withContext } from 'ttlog';
import type { RecordedEvent } from 'ttlog/reader';
import { type Case, type CaseTable, long } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import type { Subject } from '../runner/interleave.ts';
import { type Beside, measureCalls } from './call-figures.ts';
import { checkStored } from './check-stored.ts';
import { emptyLoop, makeFloor, makeHrtimeFloor } from './floor.ts';
import { IPS, isLoggedEvent, LOGGER, MESSAGE } from './logged-event.ts';

interface RecordedCall {
  readonly subject: Subject;
  /** Whether an event is as the subject logged it. */
  readonly isWhole: (event: RecordedEvent) => boolean;
  readonly beside?: Beside;
}

/** A case that logs with a running recorder of default options and finds its events again. */
function recorded(what: string, make: (log: Logger) => RecordedCall): Case {
  return {
    what,
    async measure(plan) {
      const recorder = startRecorder();
      const { subject, isWhole, beside = {} } = make(getLogger(LOGGER));
      const floor = {
        [FIGURE.timesFloor]: makeFloor(),
        [FIGURE.timesHrtimeFloor]: makeHrtimeFloor(),
      };
      const check = (calls: number) => checkStored(recorder, calls, isWhole, plan);
      const measured = await measureCalls(
        { subject, beside: { ...floor, ...beside }, check },
        plan,
      );
      await recorder.stop();
      return measured;
    },
  };
}

function fourFields(log: Logger): RecordedCall {
  return {
    subject: {
      name: 'ttlog',
      call: (i) => {
        log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
      },
    },
    isWhole: isLoggedEvent,
  };
}

const noField = recorded('`log.info(message)`', (log) => ({
  subject: { name: 'no field', call: () => log.info(MESSAGE) },
  isWhole: ({ message, fields }) => message === MESSAGE && Object.keys(fields).length === 0,
}));

const oneField = recorded('`log.info(message, { userId })`', (log) => ({
  subject: { name: '1 field', call: (i) => log.info(MESSAGE, { userId: i }) },
  isWhole: ({ fields }) => Object.keys(fields).length === 1 && Number.isInteger(fields.userId),
}));

const tenFields = recorded('ten fields: 4 numbers, 4 short texts, 2 booleans', (log) => ({
  subject: {
    name: '10 fields',
    call: (i) => {
      log.info(MESSAGE, {
        userId: i,
        action: 'login',
        ip: IPS[i & 63],
        ok: true,
        status: 200,
        ms: 12.5,
        method: 'POST',
        route: '/session',
        isCached: false,
        bytes: i & 0xffff,
      });
    },
  },
  isWhole: ({ fields }) => {
    const userId = fields.userId as number;
    return (
      Object.keys(fields).length === 10 &&
      fields.ip === IPS[userId & 63] &&
      fields.ms === 12.5 &&
      fields.isCached === false &&
      fields.bytes === (userId & 0xffff)
    );
  },
}));

const nested = recorded('a nested object with a list, and a boolean', (log) => ({
  subject: {
    name: 'nested',
    call: (i) => {
      log.info(MESSAGE, { user: { id: i, name: 'ada', roles: ['admin', 'dev'] }, ok: true });
    },
  },
  isWhole: ({ fields }) => {
    const user = fields.user as { id: number; name: string; roles: string[] };
    return Number.isInteger(user.id) && user.name === 'ada' && user.roles.join() === 'admin,dev';
  },
}));

const error = recorded('`log.error(message, error)`; the Error was made before', (log) => {
  const failure = new Error('card declined');
  return {
    subject: {
      name: 'error',
      callsARound: 20_000,
      call: () => log.error('charge failed', failure),
    },
    isWhole: ({ fields }) => isErrorWithStack(fields.err, 'card declined'),
  };
});

const newError = recorded(
  'an Error made at every call, beside making one and its stack',
  (log) => ({
    subject: {
      name: 'new error',
      callsARound: 5_000,
      call: (i) => log.error('charge failed', new Error(`card ${i & 63} declined`)),
    },
    isWhole: ({ fields }) => isErrorWithStack(fields.err, 'card '),
    beside: {
      'times making the error': {
        name: 'making the error',
        callsARound: 5_000,
        call: (i) => {
          consumed.stack = new Error(`card ${i & 63} declined`).stack;
        },
      },
    },
  }),
);

/** Where the result goes, so that V8 cannot leave the work out. */
const consumed: { stack: string | undefined } = { stack: undefined };

function isErrorWithStack(value: unknown, message: string): boolean {
  return (
    value instanceof Error &&
    value.message.startsWith(message) &&
    /\n\s+at /.test(value.stack ?? '')
  );
}

const dynamicText = recorded('`log.info(text)` with another text at every call', (log) => ({
  subject: { name: 'dynamic text', call: (i) => log.info(`item ${i}`) },
  isWhole: ({ message }) => /^item \d+$/.test(message),
}));

const child = recorded('four fields by a child logger with two bindings', (log) => {
  const requestLog = log.child({ requestId: 'r-4711', tenant: 'acme' });
  return {
    ...fourFields(requestLog),
    isWhole: (event) =>
      isLoggedEvent(event) &&
      event.context.requestId === 'r-4711' &&
      event.context.tenant === 'acme',
  };
});

const inContext = recorded('four fields inside `withContext({ requestId })`', (log) => {
  const { subject } = fourFields(log);
  return {
    subject: { ...subject, around: (loop) => withContext({ requestId: 'r-4711' }, loop) },
    isWhole: (event) => isLoggedEvent(event) && event.context.requestId === 'r-4711',
  };
});

const warning = recorded('a warning with four fields, which has segments of its own', (log) => ({
  subject: {
    name: 'warning',
    call: (i) => {
      log.warn(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    },
  },
  isWhole: (event) => isLoggedEvent(event) && event.level === 'warn',
}));

const definedEvent = recorded('`defineEvent` with four fields', () => {
  const acted = defineEvent(
    MESSAGE,
    { userId: 'int', action: 'string', ip: 'string', ok: 'boolean' },
    { logger: LOGGER },
  );
  return {
    subject: {
      name: 'defined event',
      call: (i) => acted.info({ userId: i, action: 'login', ip: IPS[i & 63], ok: true }),
    },
    isWhole: isLoggedEvent,
  };
});

const floor = bare('the clock, 40 bytes into shared memory, one `Atomics.store`', () => ({
  subject: makeFloor(),
  beside: { [FIGURE.overEmptyLoop]: emptyLoop },
}));

const hrtimeFloor = bare('the same with `process.hrtime.bigint()` for a clock', () => ({
  subject: makeHrtimeFloor(),
  beside: { [FIGURE.timesFloor]: makeFloor() },
}));

/** Without a recorder. */
function bare(what: string, make: () => { subject: Subject; beside: Beside }): Case {
  return {
    what,
    measure: (plan) => measureCalls({ ...make(), check: async () => null }, plan),
  };
}

export const LOG_CALLS: CaseTable = {
  'log/floor': floor,
  'log/floor-hrtime': hrtimeFloor,
  'log/no-field': noField,
  'log/1-field': oneField,
  'log/4-fields': recorded(
    '`log.info(message, { ... })`: int, two short texts, boolean',
    fourFields,
  ),
  'log/10-fields': tenFields,
  'log/define-event': definedEvent,
  'log/warn-4-fields': long(warning),
  'log/nested': nested,
  'log/error': error,
  'log/new-error': long(newError),
  'log/dynamic-text': dynamicText,
  'log/child': child,
  'log/with-context': inContext,
};
