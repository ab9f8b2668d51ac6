// What recording costs in memory: bytes of the ring an event, bytes of the heap a call, and what
// a recorder adds to the process.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineEvent, getLogger, type Logger, startRecorder } from 'ttlog';
import { openRecording, type RecordedEvent } from 'ttlog/reader';
import type { Case, CaseTable, Plan } from '../runner/case.ts';
import { counted, differences, FIGURE, type Figure, summarize } from '../runner/figure.ts';
import { collectGarbage } from '../runner/garbage.ts';
import { defaultEnvironment } from '../runner/run-case.ts';
import { checkStored } from './check-stored.ts';
import { fillRing } from './fill-ring.ts';
import { IPS, isLoggedEvent, LOGGER, MESSAGE } from './logged-event.ts';

const MIB = 1024 * 1024;

const eventBytes: Case = {
  what: 'bytes of the ring for an event with four fields, segment headers and slack included',
  async measure(plan) {
    const { recorder, calls } = fillRing(16 * MIB, 4);
    const stored = await checkStored(recorder, calls, isLoggedEvent, plan);
    const { bytes: recordBytes, events } = recorder.stats();
    const bytes = await recorder.capture();
    const { header, footer } = openRecording(bytes);
    const ringBytes = footer!.segments * header.ring.segmentBytes;
    await recorder.stop();
    return {
      stored,
      figures: [
        counted(FIGURE.bytesInRing, 'bytes', ringBytes / events),
        counted('records alone', 'bytes', recordBytes / events),
        counted('in the snapshot', 'bytes', bytes.length / events),
      ],
    };
  },
};

const RSS_PROGRAM = fileURLToPath(new URL('./rss.js', import.meta.url));

const rss: Case = {
  what: 'RSS that a recorder of default options adds to a process: idle, and after 2,000,000 events',
  async measure(plan) {
    const samples: { [kind: string]: number[] } = { bare: [], idle: [], bareBusy: [], busy: [] };
    for (let round = 0; round < (plan.isQuick ? 1 : 11); round++) {
      for (const [kind, megabytes] of Object.entries(samples)) megabytes.push(rssOf(kind));
    }
    const { bare, idle, bareBusy, busy } = samples;
    return {
      stored: null,
      figures: [
        summarize('idle, over bare Node', 'MB', differences(idle, bare)),
        summarize('busy, over the same loop', 'MB', differences(busy, bareBusy)),
        summarize('bare Node', 'MB', bare),
      ],
    };
  },
};

function rssOf(kind: string): number {
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', RSS_PROGRAM, kind],
    { encoding: 'utf8', env: defaultEnvironment() },
  );
  if (status !== 0) throw new Error(`rss ${kind}: ${stderr}`);
  return Number(stdout);
}

const CALLS = 100_000;
const ROUNDS = 15;

/** Young generation large enough that nothing is collected in a round. */
const NO_COLLECTION = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

interface Allocating {
  readonly call: (i: number) => void;
  /** The same arguments, made and dropped. */
  readonly make: (i: number) => void;
  readonly isWhole: (event: RecordedEvent) => boolean;
}

/** Bytes that a call puts on the heap, and how many of them are still there afterwards. */
function allocations(what: string, prepare: (log: Logger) => Allocating): Case {
  return {
    what: `bytes of the heap a call: ${what}`,
    nodeFlags: NO_COLLECTION,
    async measure(plan: Plan) {
      const recorder = startRecorder();
      const { call, make, isWhole } = prepare(getLogger(LOGGER));
      const whole: number[] = [];
      const made: number[] = [];
      const kept: number[] = [];
      let calls = 0;
      for (let round = -5; round < (plan.isQuick ? 5 : ROUNDS); round++) {
        const before = heapBytes(true);
        run(call, calls, CALLS);
        const after = heapBytes(false);
        const left = heapBytes(true);
        run(make, calls, CALLS);
        const afterMake = heapBytes(false);
        calls += CALLS;
        if (round < 0) continue;
        whole.push((after - before) / CALLS);
        kept.push((left - before) / CALLS);
        made.push((afterMake - left) / CALLS);
      }
      const stored = await checkStored(recorder, calls, isWhole, plan);
      await recorder.stop();
      const figures: Figure[] = [
        summarize('allocated', 'bytes', whole),
        summarize('of which the arguments', 'bytes', made),
        summarize('still there after a collection', 'bytes', kept),
      ];
      return { stored, figures };
    },
  };
}

function heapBytes(isCollected: boolean): number {
  if (isCollected) collectGarbage();
  return process.memoryUsage().heapUsed;
}

function run(call: (i: number) => void, from: number, calls: number): void {
  for (let i = from; i < from + calls; i++) call(i);
}

/** Where arguments go, so that V8 cannot leave out making them. */
const consumed: { value: unknown } = { value: null };

const fourFields = allocations('`log.info` with four fields', (log) => ({
  call: (i) => log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true }),
  make: (i) => {
    consumed.value = { userId: i, action: 'login', ip: IPS[i & 63], ok: true };
  },
  isWhole: isLoggedEvent,
}));

const noField = allocations('`log.info(message)`', (log) => ({
  call: () => log.info(MESSAGE),
  make: () => {
    consumed.value = MESSAGE;
  },
  isWhole: ({ message }) => message === MESSAGE,
}));

const definedEvent = allocations('`defineEvent` with four fields', () => {
  const acted = defineEvent(
    MESSAGE,
    { userId: 'int', action: 'string', ip: 'string', ok: 'boolean' },
    { logger: LOGGER },
  );
  return {
    call: (i) => acted.info({ userId: i, action: 'login', ip: IPS[i & 63], ok: true }),
    make: (i) => {
      consumed.value = { userId: i, action: 'login', ip: IPS[i & 63], ok: true };
    },
    isWhole: isLoggedEvent,
  };
});

export const MEMORY: CaseTable = {
  'memory/event-bytes': eventBytes,
  'memory/call-no-field': noField,
  'memory/call-4-fields': fourFields,
  'memory/call-define-event': definedEvent,
  'memory/rss': rss,
};
