// What the recorder is told, by options and environment, and how much of it shows from outside.

import { describe, expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram } from './run-program.ts';

const START = `const recorder = startRecorder(); const log = getLogger('app'); log.info('before');\n`;
const THROW = `setTimeout(() => { throw new Error('late'); }, 2);\n`;

describe.concurrent('a wrong environment value is ignored and noted', () => {
  const values: [name: string, value: string][] = [
    ['TTLOG_RECORD_LEVEL', 'loud'],
    ['TTLOG_MEMORY_BYTES', '16MB'],
    ['TTLOG_MEMORY_BYTES', '100'],
    ['TTLOG_MEMORY_BYTES', '99999999999999'],
    ['TTLOG_SNAPSHOT_INTERVAL_MS', '-5'],
    ['TTLOG_SNAPSHOT_INTERVAL_MS', '0'],
    ['TTLOG_SNAPSHOT_INTERVAL_MS', '1'],
    ['TTLOG_SNAPSHOT_INTERVAL_MS', '999999999999999'],
    ['TTLOG_BLACK_BOX', 'yes'],
    ['TTLOG_OUTPUT', 'xml'],
    ['TTLOG_DISABLED', 'true'],
    ['TTLOG_DEBUG', 'on'],
  ];

  it.each(values)('%s=%s', async (name, value) => {
    const source = `${START}
      console.error(JSON.stringify(recorder.stats?.()?.notes ?? null));
      recorder.snapshotSync();`;
    const outcome = await runProgram(source, { env: { [name]: value } });
    expect(outcome.code).toBe(0);
    const notes = JSON.parse(outcome.stderr) as string[];
    expect(notes).toEqual([expect.stringMatching(new RegExp(`^${name} is "${value}".*it takes`))]);
    expect(outcome.recordings[0].header.notes).toEqual(expect.arrayContaining(notes));
  });

  it('TTLOG_MEMORY_BYTES that does not go with an option', async () => {
    const outcome = await runProgram(
      `const recorder = startRecorder({ memory: { segmentBytes: 262144 } });
      const { notes } = recorder.stats();
      recorder.snapshotSync();
      console.log(JSON.stringify(notes));`,
      { env: { TTLOG_MEMORY_BYTES: '1048576' } },
    );
    expect(printed(outcome)).toEqual([expect.stringContaining('TTLOG_MEMORY_BYTES is "1048576"')]);
    const { ring } = outcome.recordings[0].header;
    expect(ring).toMatchObject({ bytes: 16 * 2 ** 20, segmentBytes: 262144 });
  });

  it('a ring that the system has no room for is none, and the program goes on', async () => {
    const outcome = await runBeside(
      `${START}
      const { state, notes } = recorder.stats?.() ?? { state: 'disabled', notes: [] };
      console.log(state, notes.every((note) => note.includes('memory.bytes')));
      ${THROW}`,
      { env: { TTLOG_MEMORY_BYTES: '2130706432' }, shell: 'ulimit -v 2400000; exec "$@"' },
    );
    expect(outcome).toMatchObject({ code: 1, stdout: 'disabled true\n', files: [] });
  });

  it('and a right one is in force, unless an option says otherwise', async () => {
    const env = {
      TTLOG_SERVICE_NAME: 'from-environment',
      TTLOG_RECORD_LEVEL: 'warn',
      TTLOG_MEMORY_BYTES: '1048576',
      TTLOG_SNAPSHOT_INTERVAL_MS: '60000',
    };
    const use = `const log = getLogger(); log.info('quiet'); log.warn('loud'); recorder.snapshotSync();`;
    const [alone, beaten] = await Promise.all([
      runProgram(`const recorder = startRecorder(); ${use}`, { env }),
      runProgram(
        `const recorder = startRecorder({ service: 'mine', recordLevel: 'trace', memory: { bytes: 2097152 } }); ${use}`,
        { env },
      ),
    ]);
    expect(alone.recordings[0].header).toMatchObject({
      service: 'from-environment',
      ring: { bytes: 1048576 },
      notes: [],
    });
    expect(messagesOf(alone.recordings[0])).toEqual(['loud']);
    expect(beaten.recordings[0].header).toMatchObject({
      service: 'mine',
      ring: { bytes: 2097152 },
    });
    expect(messagesOf(beaten.recordings[0])).toEqual(['quiet', 'loud']);
  });
});

describe.concurrent('a wrong option', () => {
  const options: [option: string, value: string, takes: RegExp][] = [
    ['options', '42', /is 42; it takes an object/],
    ['options', 'null', /is null; it takes an object/],
    ['service', '{ service: 7 }', /service is 7; it takes a non-empty string/],
    ['service', '{ service: Object.create(null) }', /service is .*; it takes a non-empty string/],
    ['service', `{ service: Symbol('s') }`, /service is Symbol\(s\); it takes a non-empty string/],
    ['recordLevel', `{ recordLevel: 'loud' }`, /recordLevel is "loud"; it takes 'trace'/],
    [
      'memory.bytes',
      '{ memory: { bytes: 1.5 } }',
      /memory\.bytes is 1\.5; it takes a whole number/,
    ],
    ['memory.bytes', '{ memory: { bytes: 1000 } }', /memory\.bytes is 1000.*takes/],
    ['memory.bytes', '{ memory: { bytes: 2 ** 45 } }', /memory\.bytes is 35184372088832.*takes/],
    [
      'memory.segmentBytes',
      '{ memory: { segmentBytes: 100 } }',
      /memory\.segmentBytes is 100.*takes/,
    ],
    ['memory.segmentByte', '{ memory: { segmentByte: 100 } }', /no option memory\.segmentByte/],
    ['stall.afterMs', '{ stall: {} }', /stall\.afterMs is undefined; it takes milliseconds/],
    ['stall.afterMs', '{ stall: { afterMs: 5 } }', /stall\.afterMs is 5; it takes a whole number/],
    ['stall', '{ stall: true }', /stall is true; it takes an object with afterMs/],
    ['heap.nearLimit', '{ heap: {} }', /heap\.nearLimit is undefined; it takes a number from 0\.1/],
    ['heap.nearLimit', '{ heap: { nearLimit: 90 } }', /heap\.nearLimit is 90; it takes a number/],
    ['triggers', '{ triggers: {} }', /triggers is .*; it takes a list of triggers/],
    ['triggers[0]', '{ triggers: [null] }', /triggers\[0\] is null; it takes an object with name/],
    ['triggers[0].name', '{ triggers: [{}] }', /triggers\[0\]\.name is undefined; it takes/],
    [
      'triggers[1].name',
      `{ triggers: [1, 2].map(() => ({ name: 'a', level: 'warn', count: 1, withinMs: 1 })) }`,
      /triggers\[1\]\.name is "a"; it takes a name that no other trigger has/,
    ],
    [
      'triggers[0].count',
      `{ triggers: [{ name: 'a', level: 'warn', count: 0, withinMs: 1 }] }`,
      /triggers\[0\]\.count is 0; it takes a whole number/,
    ],
    [
      'triggers[0].onTrigger',
      `{ triggers: [{ name: 'a', level: 'warn', count: 1, withinMs: 1, onTrigger: 1 }] }`,
      /triggers\[0\]\.onTrigger is 1; it takes a function/,
    ],
    [
      'triggers[0].within',
      `{ triggers: [{ name: 'a', level: 'warn', count: 1, within: 1 }] }`,
      /no option triggers\[0\]\.within; known are/,
    ],
    ['snapshots.onExit', '{ snapshots: { onExit: true } }', /snapshots\.onExit is true; it takes/],
    [
      'snapshots.signals',
      `{ snapshots: { signals: ['SIGKILL'] } }`,
      /snapshots\.signals is .*SIGKILL.*takes/,
    ],
    [
      'snapshots.signals',
      `{ snapshots: { signals: ['SIGSEGV'] } }`,
      /snapshots\.signals is .*SIGSEGV.*takes/,
    ],
    [
      'snapshots.signals',
      `{ snapshots: { signals: ['SIGWINCH'] } }`,
      /snapshots\.signals is .*SIGWINCH.*takes/,
    ],
    [
      'snapshots.signals',
      `{ snapshots: { signals: 'SIGTERM' } }`,
      /snapshots\.signals is "SIGTERM".*takes/,
    ],
    [
      'snapshots.requestSignal',
      `{ snapshots: { signals: ['SIGUSR2'], requestSignal: 'SIGUSR2' } }`,
      /snapshots\.requestSignal is "SIGUSR2"; it takes/,
    ],
    [
      'snapshots.intervalMs',
      '{ snapshots: { intervalMs: 0 } }',
      /snapshots\.intervalMs is 0; it takes/,
    ],
    [
      'snapshots.intervalMs',
      '{ snapshots: { intervalMs: 1e12 } }',
      /snapshots\.intervalMs is 1000000000000; it takes/,
    ],
    [
      'snapshots.keep.files',
      '{ snapshots: { keep: { files: -1 } } }',
      /snapshots\.keep\.files is -1; it takes/,
    ],
    ['limits.depth', `{ limits: { depth: '6' } }`, /limits\.depth is "6"; it takes a whole number/],
    ['redact.paths', '{ redact: { paths: [1] } }', /redact\.paths is .*; it takes/],
    ['sevice', `{ sevice: 'typo' }`, /no option sevice; known are service/],
  ];

  it('throws a TypeError that names it, what it got and what it takes', async () => {
    const outcome = await runProgram(`
      const wrong = [${options.map(([, value]) => value).join(',')}];
      const heard = wrong.map((options) => {
        try { startRecorder(options); return 'nothing'; } catch (error) {
          return error.constructor === TypeError ? error.message : 'no TypeError: ' + error;
        }
      });
      console.log(JSON.stringify([process.listenerCount('worker'), ...heard]));`);
    const [listeners, ...heard] = printed(outcome) as [number, ...string[]];
    expect(listeners).toBe(0);
    for (const [i, [option, , takes]] of options.entries()) {
      expect(heard[i]).toContain(option);
      expect(heard[i]).toMatch(takes);
    }
  });
});

describe.concurrent('the process seen from outside', () => {
  const COUNT = `
    const counts = {};
    for (const event of process.eventNames()) counts[String(event)] = process.listenerCount(event);
    console.log(JSON.stringify([counts, process.getMaxListeners()]));`;

  it('is as without ttlog under TTLOG_DISABLED=1', async () => {
    const outcome = await runBeside(
      `let threads = 0;
      process.on('worker', () => { threads++; });
      const before = process.memoryUsage().arrayBuffers;
      ${START}
      await recorder.snapshot();
      if (process.memoryUsage().arrayBuffers - before > 2 ** 20) console.log('memory');
      if (threads > 0) console.log('thread');
      ${COUNT}
      ${THROW}`,
      { env: { TTLOG_DISABLED: '1' } },
    );
    expect(outcome).toMatchObject({ code: 1, files: [] });
  });

  it('is as without ttlog where it is imported only', async () => {
    const outcome = await runBeside(`getLogger('app').error('nobody listens');\n${COUNT}${THROW}`);
    expect(outcome).toMatchObject({ code: 1, files: [] });
  });

  it('is as without ttlog after stop', async () => {
    const outcome = await runBeside(`${START}await recorder.snapshot(); await recorder.stop();
      ${COUNT}${THROW}`);
    expect(outcome.code).toBe(1);
    expect(outcome.recordings.map(({ header }) => header.reason)).toEqual(['request']);
  });

  const events = ['exit', 'uncaughtExceptionMonitor', 'worker', 'SIGTERM'];
  it.each(events)('warns of listeners of %s as it would without ttlog', async (event) => {
    const add = (more: number) => `
      const count = process.getMaxListeners() - process.listenerCount('${event}') + ${more};
      startRecorder({ snapshots: { signals: ['SIGTERM'], requestSignal: 'SIGUSR2' } });
      for (let i = 0; i < count; i++) process.on('${event}', () => {});
      setTimeout(() => process.exit(0), 20);`;
    // Node says how many there are, which is one more with ours.
    const [ten, eleven] = await Promise.all([runBeside(add(0)), runProgram(add(1))]);
    expect(ten.stderr).toBe('');
    expect(eleven.stderr).toContain(`MaxListenersExceededWarning`);
    expect(eleven.stderr).toContain(` ${event} listeners added to [process]`);
  });

  it('warns so of listeners of exit where it watches over the loop, and while it is stopped', async () => {
    const add = (more: number) => `
      const count = process.getMaxListeners() - process.listenerCount('exit') + ${more};
      startRecorder({ stall: { afterMs: 1000 } }).stop();
      startRecorder({ stall: { afterMs: 1000 } });
      for (let i = 0; i < count; i++) process.on('exit', () => {});
      setTimeout(() => process.exit(0), 20);`;
    const [ten, eleven] = await Promise.all([runBeside(add(0)), runProgram(add(1))]);
    expect(ten.stderr).toBe('');
    expect(eleven.stderr).toContain(' exit listeners added to [process]');
  });

  it('warns of listeners of a worker as it would without ttlog', async () => {
    const add = (count: number) => `
      startRecorder();
      const worker = new Worker('', { eval: true });
      const add = (count) => { while (count-- > 0) worker.on('exit', () => {}); };
      add(5);
      setTimeout(add, 0, ${count} - 5);`;
    const [ten, eleven] = await Promise.all([runBeside(add(10)), runProgram(add(11))]);
    expect(ten.stderr).toBe('');
    expect(eleven.stderr).toContain(' exit listeners added to [Worker]');
  });
});

describe.concurrent('what ttlog says on stderr', () => {
  it('is the path of each snapshot where announce is on', async () => {
    const outcome = await runProgram(
      `const recorder = startRecorder({ snapshots: { announce: true } });
      recorder.snapshotSync('sync'); await recorder.snapshot('async');
      process.on('uncaughtException', () => {});
      setTimeout(() => { throw new Error('late'); });`,
    );
    const paths = outcome.stderr.trim().split('\n');
    expect(paths.map((line) => line.replace(/^ttlog: snapshot .*\//, ''))).toEqual(
      outcome.recordings.map(({ header }) => expect.stringContaining(`-${header.reason}.bin`)),
    );
    expect(paths).toHaveLength(3);
  });

  it('is nothing by default when a snapshot fails', async () => {
    const source = `${START}
      const failed = recorder.snapshotSync();
      console.log(failed.path);
      ${THROW}`;
    const env = { TTLOG_SNAPSHOT_DIR: '/proc/nowhere' };
    const [quiet, debugged] = await Promise.all([
      runBeside(source.replace('failed.path', 'null'), { env }),
      runProgram(source, { env: { ...env, TTLOG_DEBUG: '1' } }),
    ]);
    expect(quiet.code).toBe(1);
    expect(debugged).toMatchObject({ code: 1, stdout: 'null\n' });
    expect(debugged.stderr).toMatch(/^ttlog: .*\/proc\/nowhere.*\nttlog: .*\/proc\/nowhere/);
  });

  it('does no harm where stderr cannot be written', async () => {
    const source = `startRecorder({ snapshots: { announce: true } }).snapshotSync();
      setTimeout(() => process.exit(5), 50);`;
    const full = await runBeside(source, { shell: 'exec "$@" 2>/dev/full' });
    const closed = await runBeside(source, { shell: 'exec "$@" 2>&-' });
    // The reader is gone before anything is written.
    const unread = await runBeside(source, {
      shell: 'exec 3>&1; { "$@" 2>&1 >&3; echo "code $?" >&3; } | true',
    });
    expect([full.code, closed.code, unread.stdout]).toEqual([5, 5, 'code 5\n']);
  });
});

describe.concurrent('listeners of the recorder', () => {
  it('that throw are caught, and an error that nobody listens to is nothing', async () => {
    const outcome = await runBeside(
      `${START}
      recorder.on('snapshot', () => { throw new Error('mine'); });
      recorder.snapshotSync(); await recorder.snapshot();
      recorder.on('error', () => { throw new Error('mine too'); });
      recorder.snapshotSync(); await recorder.snapshot();
      ${THROW}`,
    );
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(5);
  });

  it('hear of a snapshot in the middle of a crash', async () => {
    const outcome = await runProgram(
      `import fs from 'node:fs';
      ${START}
      recorder.on('snapshot', ({ path, reason, events }) => {
        fs.writeSync(1, JSON.stringify({ isThere: fs.existsSync(path), reason, events }) + '\\n');
      });
      ${THROW}`,
    );
    const heard = JSON.parse(outcome.stdout) as object;
    expect(heard).toEqual({ isThere: true, reason: 'uncaughtException', events: 1 });
  });
});
