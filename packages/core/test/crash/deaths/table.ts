// The table of deaths: how a process dies, how it has to end, and what it has to leave. Facts only;
// who runs a row and who judges it is elsewhere. Longer than other files, so that it is one table.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST, type ProgramOptions } from '../run-program.ts';
import type { Death, Leavings, Mode } from './death.ts';
import { withoutFigures } from './without-figures.ts';

const BOTH: readonly Mode[] = ['mirrored', 'mapped'];
const NOTHING: Leavings = { snapshots: [], box: false };
const BOX: Leavings = { snapshots: [], box: true };
/** `threadId` of the first worker of a program: the recorder thread has 1. */
const FIRST = 2;

const snapshot = (...snapshots: string[]): Leavings => ({ snapshots, box: false });
const crash = (error: string, thread = 0): Leavings => ({
  ...snapshot('uncaughtException'),
  error,
  thread,
});
const rejection = (error: string, thread = 0): Leavings => ({
  ...snapshot('unhandledRejection'),
  error,
  thread,
});

const NO_CORE: ProgramOptions = { shell: 'ulimit -c 0; exec "$@"' };
const WITH_FIGURES: ProgramOptions = { ...NO_CORE, comparedStderr: withoutFigures };
/** Where a listener more moves the frames inside Node. */
const FRAMES: ProgramOptions = { ignoreInternalFrames: true };
const PID_1: ProgramOptions = { shell: 'exec unshare --fork --pid --mount-proc -- "$@"' };
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

const THROW_LATER = `setTimeout(() => { talk(); throw new Error('late'); }, 2);`;
const AGAIN = 'function again() { again(); }';
const STAY = 'setInterval(() => {}, 1000);';
const READY = `console.log('ready'); ${STAY}`;
const FOR_EVER = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
const LEAK = `const all = []; for (;;) all.push(new Array(1000).fill('x' + all.length));`;
const WORKER = 'const worker = new Worker(SELF);';
const SMALL_WORKER = `const worker = new Worker(SELF, { resourceLimits: { maxOldGenerationSizeMb: 12 } });`;
const HANDLED = `worker.on('error', (error) => console.log('handled', error.message));`;
const koffi = createRequire(import.meta.url).resolve('koffi');
const MEMSET = `const memset = (await import(${JSON.stringify(koffi)})).default
  .load(null).func('void *memset(uintptr_t, int, size_t)');`;

const throwsOnMain: Death[] = [
  {
    name: 'a throw at the top level of a module',
    main: `throw new Error('top');`,
    ends: 1,
    leaves: rejection('top'),
  },
  {
    name: 'a throw at the top level of a CommonJS program',
    main: `throw new Error('top');`,
    ends: 1,
    leaves: crash('top'),
    process: { commonJs: true },
  },
  { name: 'a throw in a timer', main: THROW_LATER, ends: 1, leaves: crash('late') },
  {
    name: 'a throw in nextTick',
    main: `process.nextTick(() => { talk(); throw new Error('tick'); });`,
    ends: 1,
    leaves: crash('tick'),
  },
  {
    name: 'a throw in a microtask',
    main: `queueMicrotask(() => { talk(); throw new Error('micro'); });`,
    ends: 1,
    leaves: crash('micro'),
  },
  {
    name: 'a throw in setImmediate',
    main: `setImmediate(() => { talk(); throw new Error('soon'); });`,
    ends: 1,
    leaves: crash('soon'),
  },
  {
    name: 'a throw in the callback of a file operation',
    main: `(await import('node:fs')).stat('.', () => { talk(); throw new Error('io'); });`,
    ends: 1,
    leaves: crash('io'),
  },
  {
    name: 'an error event that nobody listens to',
    main: `(await import('node:net')).connect('/nonexistent.sock');`,
    ends: 1,
    leaves: crash('connect ENOENT'),
  },
  {
    name: 'an await that rejects at the top level',
    main: `await Promise.reject(new Error('awaited'));`,
    ends: 1,
    leaves: rejection('awaited'),
  },
  {
    name: 'a rejection',
    main: `Promise.reject(new Error('gone')); setTimeout(() => {}, 50);`,
    ends: 1,
    leaves: rejection('gone'),
  },
  {
    name: 'a rejection in an async function',
    main: `(async () => { await null; talk(); throw new Error('async'); })();`,
    ends: 1,
    leaves: rejection('async'),
  },
  ...rejectionModes(),
  {
    name: 'a thrown object whose every property throws',
    main: `setTimeout(() => { talk(); throw new Proxy({}, { get() { throw new Error('no'); } }); });`,
    ends: null,
    leaves: snapshot('uncaughtException'),
  },
  {
    name: 'a thrown error whose message and stack throw',
    main: `const error = new Error('x'); const hostile = { get() { throw new Error('no'); } };
      for (const name of ['stack', 'message']) Object.defineProperty(error, name, hostile);
      setTimeout(() => { talk(); throw error; });`,
    ends: null,
    leaves: snapshot('uncaughtException'),
  },
  {
    name: 'a stack overflow',
    main: `setTimeout(() => { talk(); ${AGAIN} again(); });`,
    ends: 1,
    leaves: crash('Maximum call stack'),
    process: FRAMES,
  },
  {
    name: 'a stack overflow inside an AsyncLocalStorage',
    main: `const { AsyncLocalStorage } = await import('node:async_hooks');
      new AsyncLocalStorage().run({}, () => setTimeout(() => { talk(); ${AGAIN} again(); }));`,
    ends: null,
    leaves: crash('Maximum call stack'),
    process: FRAMES,
  },
];

function rejectionModes(): Death[] {
  const reject = `Promise.reject(new Error('gone')); setTimeout(() => {}, 20);`;
  const listen = `process.on('unhandledRejection', (error) => console.log(error.message));`;
  const modes: [mode: string, before: string, code: number, leaves: Leavings][] = [
    ['throw', listen, 0, NOTHING],
    ['warn', '', 0, NOTHING],
    ['none', '', 0, NOTHING],
    ['warn-with-error-code', '', 1, NOTHING],
    ['strict', '', 1, rejection('gone')],
    ['strict', listen, 1, rejection('gone')],
  ];
  return modes.map(([mode, before, ends, leaves]) => ({
    name: `a rejection under ${mode}${before === '' ? '' : ' with a listener'}`,
    main: `${before} ${reject}`,
    ends,
    leaves,
    process: { flags: [`--unhandled-rejections=${mode}`] },
  }));
}

const throwsInHandlers: Death[] = [
  {
    name: `a throw in the application's handler of uncaught exceptions`,
    main: `process.on('uncaughtException', () => { talk(); throw new Error('worse'); });
      ${THROW_LATER}`,
    ends: 7,
    // Node emits no 'exit' then, so the black box has what came after the snapshot.
    leaves: { ...crash('late'), box: true },
    process: FRAMES,
  },
  {
    name: `a throw in the application's monitor`,
    main: `process.on('uncaughtExceptionMonitor', () => { throw new Error('worse'); });
      ${THROW_LATER}`,
    ends: 7,
    leaves: { ...crash('late'), box: true },
    process: FRAMES,
  },
  {
    name: `a throw in the application's handler of rejections`,
    main: `process.on('unhandledRejection', () => { talk(); throw new Error('worse'); });
      Promise.reject(new Error('gone')); setTimeout(() => {}, 20);`,
    ends: 1,
    leaves: crash('worse'),
    process: FRAMES,
  },
  {
    name: `a throw in a listener of 'exit'`,
    main: `process.on('exit', () => { talk(); throw new Error('in exit'); });
      setTimeout(() => process.exit(4));`,
    ends: 4,
    // The listeners that come after it are not called, ours among them.
    leaves: { ...crash('in exit'), box: true },
    process: FRAMES,
  },
  {
    name: `a throw in a listener of 'beforeExit'`,
    main: `process.on('beforeExit', () => { talk(); throw new Error('in beforeExit'); });`,
    ends: 1,
    leaves: crash('in beforeExit'),
    process: FRAMES,
  },
  {
    name: 'an exception whose handler says more and exits',
    main: `process.on('uncaughtException', () => { talk(); process.exit(3); }); ${THROW_LATER}`,
    ends: 3,
    leaves: crash('late'),
  },
  {
    name: 'an exception that is handled, of which it does not die',
    main: `process.on('uncaughtException', () => console.log('handled')); ${THROW_LATER}`,
    ends: 0,
    leaves: crash('late'),
  },
  {
    name: 'an exception whose snapshot has a listener that throws',
    main: `recorder.on('snapshot', () => { throw new Error('in the listener'); }); ${THROW_LATER}`,
    ends: 1,
    leaves: crash('late'),
  },
];

const onExit = (when: string): string => `{ snapshots: { onExit: '${when}' } }`;

const ends: Death[] = [
  { name: 'process.exit(0)', main: 'process.exit(0);', ends: 0, leaves: NOTHING },
  { name: 'process.exit(3)', main: 'process.exit(3);', ends: 3, leaves: NOTHING },
  { name: 'an empty loop', main: '', ends: 0, leaves: NOTHING },
  {
    name: `process.exit(0) under onExit 'nonzero'`,
    options: onExit('nonzero'),
    main: 'process.exit(0);',
    ends: 0,
    leaves: NOTHING,
  },
  {
    name: `process.exit(3) under onExit 'nonzero'`,
    options: onExit('nonzero'),
    main: `process.on('exit', talk); setTimeout(() => process.exit(3));`,
    ends: 3,
    leaves: snapshot('exit'),
  },
  {
    name: `an exit code under onExit 'nonzero'`,
    options: onExit('nonzero'),
    main: 'process.exitCode = 4;',
    ends: 4,
    leaves: snapshot('exit'),
  },
  {
    name: `an empty loop under onExit 'always'`,
    options: onExit('always'),
    main: 'setTimeout(talk);',
    ends: 0,
    leaves: snapshot('exit'),
  },
  {
    name: 'an await that is never settled',
    options: onExit('nonzero'),
    main: 'await new Promise(() => {});',
    ends: 13,
    leaves: snapshot('exit'),
  },
  {
    name: 'process.reallyExit',
    main: 'settle(() => process.reallyExit(6));',
    ends: 6,
    leaves: BOX,
  },
];

const ofWorkers: Death[] = [
  {
    name: 'a throw in a worker',
    main: WORKER,
    worker: THROW_LATER,
    ends: 1,
    leaves: crash('late', FIRST),
  },
  {
    name: 'a throw in a worker of a CommonJS program',
    main: WORKER,
    worker: THROW_LATER,
    ends: 1,
    leaves: crash('late', FIRST),
    process: { commonJs: true },
  },
  {
    name: 'a throw in a worker whose errors main handles, and of which it does not die',
    main: WORKER + HANDLED,
    worker: THROW_LATER,
    ends: 0,
    leaves: crash('late', FIRST),
  },
  {
    name: 'a throw in a worker of a worker',
    main: `new Worker(SELF, { workerData: 'outer' });`,
    worker: `if (workerData === 'outer') new Worker(SELF, { workerData: 'inner' }); else ${THROW_LATER}`,
    ends: 1,
    leaves: crash('late', FIRST + 1),
  },
  {
    name: 'a rejection in a worker',
    main: WORKER,
    worker: `Promise.reject(new Error('gone'));`,
    ends: 1,
    leaves: rejection('gone', FIRST),
  },
  {
    name: 'a rejection in a worker whose errors main handles, and of which it does not die',
    main: WORKER + HANDLED,
    worker: `Promise.reject(new Error('gone'));`,
    ends: 0,
    leaves: rejection('gone', FIRST),
  },
  {
    name: 'process.abort() in a worker, which throws there',
    main: WORKER,
    worker: 'setTimeout(() => process.abort());',
    ends: 1,
    leaves: crash('not supported in workers', FIRST),
  },
  {
    name: 'a stack overflow in a worker',
    main: WORKER,
    worker: `setTimeout(() => { ${AGAIN} again(); });`,
    ends: 1,
    leaves: crash('Maximum call stack', FIRST),
  },
  {
    name: 'a worker out of heap',
    main: SMALL_WORKER,
    worker: LEAK,
    ends: 1,
    leaves: crash('ERR_WORKER_OUT_OF_MEMORY', FIRST),
  },
  {
    name: 'a throw after a worker ran out of heap, which main handled',
    main: `${SMALL_WORKER} worker.on('error', ({ code }) => { console.log(code); ${THROW_LATER} });`,
    worker: LEAK,
    ends: 1,
    leaves: crash('late'),
  },
  {
    name: 'SIGKILL after a worker ran out of heap',
    main: `${SMALL_WORKER} worker.on('error', ({ code }) => {
      console.log(code);
      settle(() => process.kill(process.pid, 'SIGKILL'));
    });`,
    worker: LEAK,
    ends: 'SIGKILL',
    leaves: BOX,
  },
  {
    name: 'a throw after process.exit in a worker',
    main: `${WORKER} worker.on('exit', (code) => { console.log(code); ${THROW_LATER} });`,
    worker: 'process.exit(9);',
    ends: 1,
    leaves: crash('late'),
  },
  {
    name: 'a throw after worker.terminate()',
    main: `${WORKER} worker.on('message', async () => {
      console.log(await worker.terminate());
      ${THROW_LATER}
    });`,
    worker: `parentPort.postMessage('up'); for (;;);`,
    ends: 1,
    leaves: crash('late'),
  },
  {
    name: 'SIGKILL after worker.terminate()',
    main: `${WORKER} worker.on('message', async () => {
      console.log(await worker.terminate());
      settle(() => process.kill(process.pid, 'SIGKILL'));
    });`,
    worker: `parentPort.postMessage('up'); for (;;);`,
    ends: 'SIGKILL',
    leaves: BOX,
  },
  {
    name: 'a throw while three workers run',
    main: `let up = 0;
      const onUp = () => { if (++up === 3) ${THROW_LATER} };
      for (let i = 0; i < 3; i++) new Worker(SELF).on('message', onUp);`,
    worker: `parentPort.postMessage('up'); for (;;);`,
    ends: 1,
    leaves: crash('late'),
  },
  {
    name: 'process.exit while three workers run',
    options: onExit('nonzero'),
    main: `let up = 0;
      const onUp = () => { if (++up === 3) { talk(); process.exit(5); } };
      for (let i = 0; i < 3; i++) new Worker(SELF).on('message', onUp);`,
    worker: `parentPort.postMessage('up'); ${STAY}`,
    ends: 5,
    leaves: snapshot('exit'),
  },
];

const SIGNALS: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

const bySignals: Death[] = SIGNALS.flatMap((signal): Death[] => {
  const sent: ProgramOptions = { ...NO_CORE, signals: [{ signal, afterMs: 0 }] };
  const close = `process.on('${signal}', () => {
      console.log('closing');
      setTimeout(() => { talk(); process.exit(0); }, 20);
    });`;
  return [
    {
      name: `${signal}, named in signals`,
      options: `{ snapshots: { signals: ['${signal}'] } }`,
      main: READY,
      ends: signal,
      leaves: { ...snapshot(signal), thread: 0 },
      process: sent,
    },
    {
      name: `${signal}, not named in signals`,
      main: `settle(() => { ${READY} });`,
      ends: signal,
      leaves: BOX,
      ...(signal === 'SIGTERM' ? { modes: BOTH } : {}),
      process: sent,
    },
    {
      name: `${signal}, with a listener of the application, and named in signals`,
      options: `{ snapshots: { signals: ['${signal}'], onExit: 'always' } }`,
      main: close + READY,
      ends: 0,
      leaves: snapshot(signal, 'exit'),
      process: sent,
    },
  ];
});

const byFirstListener: Death[] = [
  {
    name: 'SIGTERM, with a listener that the application adds first for once, and not named',
    options: onExit('always'),
    main: `process.prependOnceListener('SIGTERM', () => {
      console.log('closing');
      setTimeout(() => { talk(); process.exit(0); }, 20);
    }); ${READY}`,
    ends: 0,
    leaves: snapshot('exit'),
    process: { signals: [{ signal: 'SIGTERM', afterMs: 0 }] },
  },
];

const asPid1: Death[] = [
  {
    name: 'SIGTERM as PID 1, for which it has no default',
    options: `{ snapshots: { signals: ['SIGTERM'] } }`,
    main: `setTimeout(() => { talk(); process.kill(1, 'SIGTERM'); }); ${STAY}`,
    ends: 128 + 15,
    leaves: { ...snapshot('SIGTERM'), thread: 0 },
    process: PID_1,
    alone: 'without ttlog it would live for ever',
  },
  {
    name: 'SIGTERM as PID 1 with a listener of the application',
    options: `{ snapshots: { signals: ['SIGTERM'], onExit: 'nonzero' } }`,
    main: `process.on('SIGTERM', () => { talk(); process.exit(9); });
      setTimeout(() => process.kill(1, 'SIGTERM')); ${STAY}`,
    ends: 9,
    leaves: snapshot('SIGTERM', 'exit'),
    process: PID_1,
  },
  { name: 'a throw as PID 1', main: THROW_LATER, ends: 1, leaves: crash('late'), process: PID_1 },
  {
    name: 'SIGKILL as PID 1, by the host',
    main: `settle(() => { ${READY} });`,
    // That of unshare, which cannot die of SIGKILL by itself.
    ends: 1,
    leaves: { ...BOX, box: 'in place' },
    process: {
      shell: `
        unshare --fork --pid --mount-proc -- "$@" > out &
        until grep -q ready out 2>/dev/null; do sleep 0.02; done
        kill -KILL $(cat /proc/$!/task/$!/children)
        wait $! 2>/dev/null`,
    },
  },
];

const kill = (signal: string): string => `settle(() => process.kill(process.pid, '${signal}'));`;

const withoutJavaScript: Death[] = [
  { name: 'SIGKILL', main: kill('SIGKILL'), ends: 'SIGKILL', leaves: BOX, modes: BOTH },
  ...(['SIGBUS', 'SIGILL', 'SIGFPE'] as const).map(
    (signal): Death => ({
      name: signal,
      main: kill(signal),
      ends: signal,
      leaves: BOX,
      process: NO_CORE,
    }),
  ),
  {
    name: 'a fault in native code on main',
    main: `${MEMSET} settle(() => memset(8, 1, 1));`,
    ends: 'SIGSEGV',
    leaves: BOX,
    modes: BOTH,
    process: NO_CORE,
  },
  {
    name: 'a fault in native code in a worker',
    main: `const worker = new Worker(SELF); settle(() => worker.postMessage('go'));`,
    worker: `${MEMSET} parentPort.on('message', () => { talk(); memset(8, 1, 1); });`,
    ends: 'SIGSEGV',
    leaves: BOX,
    modes: BOTH,
    process: NO_CORE,
  },
  {
    name: `a fault in native code on a thread of libuv's`,
    main: `${MEMSET} settle(() => memset.async(8, 1, 1, () => {}));`,
    ends: 'SIGSEGV',
    leaves: BOX,
    process: NO_CORE,
  },
  {
    name: 'process.abort()',
    main: 'settle(() => process.abort());',
    ends: 'SIGABRT',
    leaves: BOX,
    modes: BOTH,
    process: WITH_FIGURES,
  },
  {
    name: 'a throw under --abort-on-uncaught-exception',
    main: `settle(() => { throw new Error('aborts'); });`,
    ends: null,
    leaves: BOX,
    process: { ...WITH_FIGURES, flags: ['--abort-on-uncaught-exception'] },
  },
  {
    name: 'V8 out of heap',
    main: `settle(() => { ${LEAK} });`,
    ends: null,
    leaves: BOX,
    modes: BOTH,
    process: { ...WITH_FIGURES, flags: ['--max-old-space-size=24'] },
  },
];

/** Where this machine lets a test limit what a process may take: cgroups of version 1, or of 2. */
const MEMORY_GROUPS = [
  { root: '/sys/fs/cgroup/memory', limits: 'echo 150M > $group/memory.limit_in_bytes' },
  {
    root: '/sys/fs/cgroup',
    limits: 'echo 150M > $group/memory.max && echo 0 > $group/memory.swap.max',
  },
].find(({ root, limits }) => canWrite(`${root}/cgroup.procs`) && canLimit(root, limits));
const byOomKiller: Death[] =
  MEMORY_GROUPS === undefined
    ? []
    : [
        {
          name: 'SIGKILL by the OOM killer',
          main: 'settle(() => { for (const all = []; ; ) all.push(Buffer.alloc(1 << 20, 1)); });',
          ends: 128 + 9,
          leaves: BOX,
          modes: BOTH,
          process: {
            shell: `group=${MEMORY_GROUPS.root}/ttlog-$$
              mkdir $group && ${MEMORY_GROUPS.limits}
              (echo 0 > $group/cgroup.procs && exec "$@")
              code=$?; rmdir $group; exit $code`,
          },
        },
      ];

/** A group of version 2 has limits only where its parent passes them on. */
function canLimit(root: string, limits: string): boolean {
  const script = `group=${root}/ttlog-$$; mkdir $group || exit; (${limits}); code=$?; rmdir $group; exit $code`;
  return spawnSync('/bin/sh', ['-c', script], { stdio: 'ignore' }).status === 0;
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const hangs: Death[] = [
  {
    name: 'SIGKILL in an endless loop, in which it heard no SIGTERM',
    options: '{ stall: { afterMs: 200, stack: true } }',
    main: `process.on('SIGTERM', () => process.exit(0));
      settle(() => { console.log('ready'); for (;;); });`,
    ends: 'SIGKILL',
    leaves: { ...snapshot('stall'), box: true },
    process: {
      signals: [
        { signal: 'SIGTERM', afterMs: 100 },
        { signal: 'SIGKILL', afterMs: 200, awaitsSnapshot: true },
      ],
    },
  },
  {
    name: 'SIGKILL in an endless wait, in which it heard no SIGTERM',
    options: '{ stall: { afterMs: 200, stack: true } }',
    main: `process.on('SIGTERM', () => process.exit(0));
      settle(() => { console.log('ready'); ${FOR_EVER} });`,
    ends: 'SIGKILL',
    leaves: { ...snapshot('stall'), box: true },
    modes: BOTH,
    process: {
      isIdle: true,
      signals: [
        { signal: 'SIGTERM', afterMs: 100 },
        { signal: 'SIGKILL', afterMs: 200, awaitsSnapshot: true },
      ],
    },
  },
  {
    name: 'SIGKILL in a wait that began before its loop ever turned',
    // It is the two seconds that settle it.
    main: `tell(3, 'settled\\n'); console.log('ready'); ${FOR_EVER}`,
    ends: 'SIGKILL',
    leaves: BOX,
    process: { isIdle: true, signals: [{ signal: 'SIGKILL', afterMs: 2000 }] },
  },
  {
    name: 'a throw after it was stopped and went on, which is no stall',
    options: '{ stall: { afterMs: 200 } }',
    main: `console.log('ready'); setTimeout(() => { talk(); throw new Error('late'); }, 1200);`,
    ends: 1,
    leaves: crash('late'),
    process: {
      isIdle: true,
      signals: [
        { signal: 'SIGSTOP', afterMs: 100 },
        { signal: 'SIGCONT', afterMs: 700 },
      ],
    },
  },
];

/** A disk with room for the ring of a megabyte, and for little else. */
const SMALL_DISK = 'size=1500k';
const FILL_DISK = `
  const { openSync, writeSync } = await import('node:fs');
  const fill = () => {
    const ballast = openSync('snapshots/ballast', 'w');
    try { for (;;) writeSync(ballast, new Uint8Array(4096)); } catch (error) { console.log(error.code); }
  };`;
const HOLD_DESCRIPTORS = `
  const { openSync } = await import('node:fs');
  const held = [];
  try { for (;;) held.push(openSync('/dev/null')); } catch (error) { console.log(error.code); }`;

const inTrouble: Death[] = [
  {
    name: 'a throw while the recorder thread writes snapshots',
    main: `for (let i = 0; i < 50_000; i++) log.info('filler', { i });
      for (let i = 0; i < 4; i++) void recorder.snapshot('asked');
      setTimeout(() => { talk(); throw new Error('late'); }, 10);`,
    ends: 1,
    leaves: { ...crash('late'), mayLeaveScraps: true },
    process: { env: { TTLOG_MEMORY_BYTES: String(16 << 20) } },
  },
  {
    name: 'throws of three workers and main at once',
    main: `const go = new Int32Array(new SharedArrayBuffer(4));
      let up = 0;
      const onUp = () => {
        if (++up < 3) return;
        Atomics.store(go, 0, 1);
        Atomics.notify(go, 0);
        throw new Error('of main');
      };
      for (let i = 0; i < 3; i++) {
        new Worker(SELF, { workerData: go }).on('message', onUp).on('error', () => {});
      }`,
    worker: `parentPort.postMessage('up'); Atomics.wait(workerData, 0, 0); throw new Error('of a worker');`,
    ends: 1,
    leaves: { ...crash('of main'), besideOthers: true, mayLeaveScraps: true },
    process: FRAMES,
  },
  {
    name: 'a throw without room on the disk',
    main: `${FILL_DISK} settle(() => { fill(); throw new Error('late'); });`,
    ends: 1,
    leaves: { ...BOX, box: 'in place', mayLeaveScraps: true },
    process: { disk: SMALL_DISK },
  },
  {
    name: 'a throw without a place for a name on the disk',
    // The directory itself, the black box, and no further file.
    main: `settle(() => { throw new Error('late'); });`,
    ends: 1,
    leaves: { ...BOX, box: 'in place' },
    process: { disk: 'size=64m,nr_inodes=2' },
  },
  {
    name: 'a throw on a disk that is read-only',
    main: THROW_LATER,
    ends: 1,
    leaves: NOTHING,
    process: { disk: 'ro' },
  },
  {
    name: 'SIGTERM on a disk that is read-only, named in signals',
    options: `{ snapshots: { signals: ['SIGTERM'] } }`,
    main: READY,
    ends: 'SIGTERM',
    leaves: NOTHING,
    process: { disk: 'ro', signals: [{ signal: 'SIGTERM', afterMs: 0 }] },
  },
  {
    name: 'a throw of a user who may not write into the directory',
    main: THROW_LATER,
    ends: 1,
    leaves: NOTHING,
    process: {
      shell: `mkdir snapshots && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"`,
    },
  },
  {
    name: 'a throw where files may have no size',
    main: THROW_LATER,
    ends: 1,
    leaves: NOTHING,
    process: { shell: 'ulimit -f 0; exec "$@"' },
  },
  {
    name: 'a throw without a descriptor left',
    main: `${HOLD_DESCRIPTORS} ${THROW_LATER}`,
    ends: 1,
    leaves: crash('late'),
    process: { shell: 'ulimit -n 40; exec "$@"' },
  },
  {
    name: 'a throw after the directory was removed',
    main: `(await import('node:fs')).rmSync('snapshots', { recursive: true, force: true });
      ${THROW_LATER}`,
    ends: 1,
    leaves: crash('late'),
  },
  {
    name: 'a throw under the permission model',
    main: THROW_LATER,
    ends: 1,
    leaves: crash('late'),
    process: { flags: [PERMISSION, '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings'] },
  },
  {
    name: 'a throw under a permission model that lets no file be written',
    main: THROW_LATER,
    ends: 1,
    leaves: NOTHING,
    process: { flags: [PERMISSION, '--allow-fs-read=*', '--no-warnings'] },
  },
  {
    name: 'a throw in a program that knows nothing of ttlog, with a preload in NODE_OPTIONS',
    options: null,
    main: THROW_LATER,
    ends: 1,
    leaves: crash('late'),
    process: {
      envOfTtlog: { NODE_OPTIONS: `--import ${pathToFileURL(join(DIST, 'register.js')).href}` },
    },
  },
];

export const DEATHS: readonly Death[] = [
  ...throwsOnMain,
  ...throwsInHandlers,
  ...ends,
  ...ofWorkers,
  ...bySignals,
  ...byFirstListener,
  ...asPid1,
  ...withoutJavaScript,
  ...byOomKiller,
  ...hangs,
  ...inTrouble,
];
