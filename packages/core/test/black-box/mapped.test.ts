// A black box that is the ring's memory: nothing is lost by any death, threads share it exactly, it
// leaves nothing behind, and where it cannot be had a mirrored one takes its place.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording, recoverBlackBox } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { messagesOf, type Outcome, printed, runBeside, runProgram } from '../crash/run-program.ts';

const START = `const recorder = startRecorder({ blackBox: 'mapped' });
  const log = getLogger('app');\n`;
const WITHOUT_KOFFI = `import Module from 'node:module';
  const load = Module._load;
  Module._load = (name, ...rest) => {
    if (name === 'koffi') throw new Error("Cannot find module 'koffi'");
    return load(name, ...rest);
  };\n`;
/** Nor what else a Node may have to map a file with. */
const WITHOUT_FFI = `process.getBuiltinModule = undefined;\n`;
const PRINT_BOX = `console.log(JSON.stringify(recorder.stats().blackBox));\n`;

function recovered({ folder, files }: Outcome): ReturnType<typeof openRecording> {
  expect(files).toEqual([expect.stringMatching(/\.ring$/)]);
  const result = recoverBlackBox(join(folder, 'snapshots', files[0]));
  if (result.path === null) throw result.error;
  return openRecording(result.path);
}

describe('a worker', () => {
  it('logs where it cannot load koffi, which only the thread that maps needs', async () => {
    const outcome = await runProgram(
      `${WITHOUT_KOFFI}${WITHOUT_FFI}
       if (isMainThread) {
         Module._load = load;
         ${START}
         const worker = new Worker(new URL(import.meta.url));
         worker.once('exit', () => {
           console.log(JSON.stringify(recorder.stats()));
           process.kill(process.pid, 'SIGKILL');
         });
       } else {
         for (let i = 0; i < 3; i++) getLogger('w' + i).info('there ' + i);
       }`,
    );
    expect(printed(outcome)).toMatchObject({ blackBox: { mode: 'mapped' }, notes: [] });
    expect(messagesOf(recovered(outcome))).toEqual(['there 0', 'there 1', 'there 2']);
  });
});

describe.concurrent('after a death at once', () => {
  it.each([
    ['SIGKILL', `process.kill(process.pid, 'SIGKILL');`, 'SIGKILL'],
    ['a native fault', `process.kill(process.pid, 'SIGSEGV');`, 'SIGSEGV'],
    ['SIGTERM without a listener', 'process.kill(process.pid); while (true);', 'SIGTERM'],
  ])('by %s every event is there, down to trace', async (_name, source, signal) => {
    const outcome = await runBeside(
      `${START}for (let i = 0; i < 1000; i++) log.trace('n' + i, { i });\n${source}`,
    );
    expect(outcome).toMatchObject({ stderr: '', signal });
    const recording = recovered(outcome);
    expect(messagesOf(recording)).toEqual(Array.from({ length: 1000 }, (_, i) => `n${i}`));
    expect(recording.header.reason).toBe('process-died');
    expect(recording.header.blackBox.mode).toBe('mapped');
    expect(recording.header.notes).toEqual([]);
    expect(recording.damage).toEqual([]);
  });

  it('the events of workers are there, each with its thread', async () => {
    const outcome = await runProgram(
      `if (isMainThread) { ${START}
         let count = 0;
         for (let i = 0; i < 3; i++) {
           new Worker(new URL(import.meta.url)).on('message', () => {
             if (++count === 3) process.kill(process.pid, 'SIGKILL');
           });
         }
       } else {
         for (let i = 0; i < 5000; i++) getLogger('worker').debug('mine', { i, by: threadId });
         parentPort.postMessage('done');
         while (true);
       }`,
    );
    expect(outcome).toMatchObject({ stderr: '', signal: 'SIGKILL' });
    const next = new Map<number, number>();
    for (const { fields, thread } of recovered(outcome).events()) {
      expect(fields.by).toBe(thread.id);
      expect(fields.i).toBe(next.get(thread.id) ?? 0);
      next.set(thread.id, (fields.i as number) + 1);
    }
    expect([...next.values()]).toEqual([5000, 5000, 5000]);
  });
});

describe.concurrent('an end in order leaves no file', () => {
  it.each([
    ['an empty loop', ''],
    ['process.exit', 'process.exit(3);'],
    ['stop(), after which loggers are silent', 'await recorder.stop(); log.info("after");'],
    [
      'a worker that is terminated',
      `const w = new Worker('while (true);', { eval: true });
       setTimeout(() => w.terminate(), 50);`,
    ],
  ])('%s', async (_name, source) => {
    const outcome = await runBeside(`${START}log.info('before');${source}`);
    expect(outcome).toMatchObject({ stderr: '', files: [] });
  });

  it('a recorder that is stopped gives its memory back, and threads that knew it go on', async () => {
    const outcome = await runProgram(
      `import fs from 'node:fs';
       if (!isMainThread) {
         const log = getLogger('worker');
         setInterval(() => log.info('still here'), 1);
         parentPort.postMessage('ready');
       } else {
         const rssMib = () => Number(/VmRSS:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
         let worker; let firstMib = 0;
         for (let i = 0; i < 10; i++) {
           const recorder = startRecorder({ blackBox: 'mapped', memory: { bytes: 16 << 20 } });
           if (recorder.stats().blackBox.mode !== 'mapped') throw new Error('not mapped');
           if (i === 0) {
             worker = new Worker(new URL(import.meta.url));
             await new Promise((resolve) => worker.once('message', resolve));
           }
           const log = getLogger('app');
           for (let n = 0; n < 30000; n++) log.info('filling', { n, text: 'x'.repeat(500) });
           await recorder.stop();
           if (i === 1) firstMib = rssMib();
         }
         await new Promise((resolve) => setTimeout(resolve, 50));
         const isDead = worker.threadId === -1;
         console.log(JSON.stringify({ grownMib: rssMib() - firstMib, isDead }));
         process.exit();
       }`,
    );
    const { grownMib, isDead } = printed(outcome) as { grownMib: number; isDead: boolean };
    expect(isDead).toBe(false);
    // Eight rings more, of 16 MiB each.
    expect(grownMib).toBeLessThan(48);
    expect(outcome.files).toEqual([]);
  });
});

describe.concurrent('where a file cannot be mapped', () => {
  it('for want of koffi it is mirrored, and says why in stats and in each file', async () => {
    const outcome = await runProgram(
      `${WITHOUT_KOFFI}${WITHOUT_FFI}${START}${PRINT_BOX}log.warn('careful'); recorder.snapshotSync();`,
    );
    const reason = expect.stringMatching(
      /^mapped was asked for, but koffi cannot be loaded: Cannot find module 'koffi'/,
    );
    expect(printed(outcome)).toMatchObject({ mode: 'mirrored', reason });
    expect(outcome.recordings[0].header.blackBox).toEqual({ mode: 'mirrored', reason });
    expect(messagesOf(outcome.recordings[0])).toEqual(['careful']);
  });

  it('for want of WebAssembly too', async () => {
    const outcome = await runProgram(`${START}${PRINT_BOX}`, {
      flags: ['--import', 'data:text/javascript,delete globalThis.WebAssembly'],
    });
    const reason =
      'mapped was asked for, but there is no WebAssembly, whose memory begins with a page';
    expect(printed(outcome)).toMatchObject({ mode: 'mirrored', reason });
  });

  it('a disk without room for all of it is found out at the start', async () => {
    const mount = fs.mkdtempSync(join(tmpdir(), 'ttlog-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount]);
    try {
      const outcome = await runProgram(`${START}${PRINT_BOX}`, {
        env: { TTLOG_SNAPSHOT_DIR: mount },
      });
      const reason = expect.stringContaining('ENOSPC');
      expect(printed(outcome)).toMatchObject({ mode: 'mirrored', reason });
    } finally {
      execFileSync('umount', [mount]);
      fs.rmdirSync(mount);
    }
  });
});

describe('node:ffi, where a Node has it', () => {
  // Else a module with its functions, made of koffi; it warns as that does.
  const FFI = `
    import { createRequire, isBuiltin } from 'node:module';
    const koffi = createRequire(${JSON.stringify(import.meta.filename)})('koffi');
    const TYPES = { pointer: 'void *', uint64: 'uint64_t', int64: 'int64_t', int32: 'int' };
    const library = koffi.load(null);
    const ffi = {
      dlopen: (path, definitions) => ({
        functions: Object.fromEntries(Object.entries(definitions).map(([name, signature]) => {
          const types = signature.arguments.map((type) => TYPES[type]).join(', ');
          const result = TYPES[signature.return].replace('void *', 'uint64_t');
          return [name, library.func(result + ' ' + name + '(' + types + ')')];
        })),
      }),
      toArrayBuffer: (address, length) => koffi.view(address, length),
    };
    if (!isBuiltin('node:ffi')) {
      process.getBuiltinModule = (name) => {
        process.emitWarning('FFI is an experimental feature', 'ExperimentalWarning');
        return name === 'node:ffi' ? ffi : undefined;
      };
    }\n`;

  it('maps as koffi does, without its warning', async () => {
    const outcome = await runProgram(
      `${FFI}${WITHOUT_KOFFI}const recorder = startRecorder({ blackBox: 'mapped' });
       ${PRINT_BOX}getLogger('app').trace('there');
       process.kill(process.pid, 'SIGKILL');`,
    );
    expect(printed(outcome)).toMatchObject({
      mode: 'mapped',
      reason: 'asked for; mapped by node:ffi',
    });
    expect(messagesOf(recovered(outcome))).toEqual(['there']);
  });
});

describe('the box of a process that lives', () => {
  it('shows no event that was not logged, while four threads overwrite it', async () => {
    const outcome = await runProgram(
      `import { execFileSync } from 'node:child_process';
       if (isMainThread) {
         const recorder = startRecorder({
           blackBox: 'mapped', memory: { bytes: 256 << 10, segmentBytes: 4096 },
         });
         for (let i = 0; i < 4; i++) new Worker(new URL(import.meta.url));
         setTimeout(() => {
           const read = \`
             const { openRecording } = require(${JSON.stringify(join(import.meta.dirname, '../../dist/reader.cjs'))});
             const seen = { reads: 0, events: 0, wrong: 0, damage: 0 };
             for (let i = 0; i < 100; i++) {
               const recording = openRecording(process.argv[1]);
               seen.reads++;
               for (const { message, fields } of recording.events()) {
                 seen.events++;
                 if (message !== 'numbered' || fields.text !== String(fields.n % 10).repeat(fields.n % 97)) seen.wrong++;
               }
               seen.damage += recording.damage.length;
             }
             console.log(JSON.stringify(seen));\`;
           console.log(execFileSync(process.execPath, ['-e', read, recorder.stats().blackBox.path], { encoding: 'utf8' }).trim());
           process.exit();
         }, 100);
       } else {
         const log = getLogger('worker');
         for (let n = 0; ; n++) log.info('numbered', { n, text: String(n % 10).repeat(n % 97) });
       }`,
    );
    const seen = printed(outcome) as { reads: number; events: number };
    console.log(`a living mapped box: ${JSON.stringify(seen)}`);
    expect(seen).toMatchObject({ reads: 100, wrong: 0, damage: 0 });
    expect(seen.events).toBeGreaterThan(1000);
  });
});
