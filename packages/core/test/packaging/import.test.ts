// What loading the package does and costs: no thread, no file, little time, and for the reader none
// of the recorder.

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '../../dist');
const LOAD = {
  'an ES module': `await import(${JSON.stringify(pathToFileURL(join(DIST, 'index.js')).href)})`,
  CommonJS: `require(${JSON.stringify(join(DIST, 'index.cjs'))})`,
};

describe.each(Object.entries(LOAD))('the package as %s', (_format, load) => {
  test('starts no thread, opens nothing, and listens to nothing', () => {
    const { before, after, used } = runJson(`
      const look = () => ({
        resources: process.getActiveResourcesInfo(),
        handles: process._getActiveHandles().length,
        listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
        threads: require('node:fs').readdirSync('/proc/self/task').length,
        files: require('node:fs').readdirSync('/proc/self/fd').length,
      });
      const before = look();
      const { getLogger, defineEvent, withContext } = ${load};
      await settled();
      const after = look();
      const log = getLogger('library').child({ a: 1 });
      for (let i = 0; i < 1000; i++) log.info('not recorded', { i });
      defineEvent('nor this', { i: 'int' }).with(log).error({ i: 1 });
      withContext({ b: 1 }, () => log.warn('inside'));
      print({ before, after, used: look() });`);
    expect(after).toEqual(before);
    expect(used).toEqual(before);
  });

  test('is silent until a recorder starts, which then says how many calls there were', () => {
    const { before, stats } = runJson(`
      const { getLogger, startRecorder } = ${load};
      const log = getLogger('library');
      for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) log[level]('x');
      const before = log.isLevelEnabled('fatal');
      print({ before, stats: startRecorder().stats() });`);
    expect(before).toBe(false);
    expect(stats).toMatchObject({ events: 0, losses: { beforeStart: 6, refused: 0 } });
  });
});

test('the kernel sees no thread and no file but the modules', () => {
  const script = `const { getLogger } = ${LOAD.CommonJS}; getLogger('a').info('b'); console.log('LOADED');`;
  const trace = (code: string) => {
    const flags = ['-f', '-qq', '-e', 'trace=clone,clone3,openat,socket,write'];
    const { stderr, status } = spawnSync('strace', [...flags, process.execPath, '-e', code], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(status).toBe(0);
    return stderr.split('\n');
  };
  const count = (lines: string[], pattern: RegExp) =>
    lines.filter((line) => pattern.test(line)).length;
  const bare = trace(`console.log('LOADED')`);
  const loaded = trace(script);
  const threads = /clone3?\(/;
  expect(count(bare, threads)).toBeGreaterThan(0);
  expect(count(loaded, threads)).toBe(count(bare, threads));
  // What Node opens for itself stands in both, but for what locks and malloc look at where threads
  // meet: how many processors there are, and from Node 26 on how fast they count.
  const files = (lines: string[]) => {
    return lines.flatMap((line) => /openat\([^"]*"([^"]+)"/.exec(line)?.[1] ?? []);
  };
  const own = new Set(files(bare));
  const isOwn = (path: string) => own.has(path) || path.startsWith('/sys/devices/system/cpu/');
  const opened = files(loaded).filter((path) => !isOwn(path));
  expect(opened.length).toBeGreaterThan(0);
  for (const path of opened) expect(path).toMatch(/\.cjs$|package\.json$/);
  expect(count(loaded, /socket\(/)).toBe(count(bare, /socket\(/));
});

test('loads in little time', () => {
  const cases: { [name: string]: string } = { 'Node alone': '', ...LOAD };
  const times = new Map<string, { wallMs: number[]; cpuMs: number[] }>();
  // Interleaved, so that what else the machine does meets all of them alike.
  for (let round = 0; round < 15; round++) {
    for (const [name, load] of Object.entries(cases)) {
      const type = name === 'CommonJS' ? 'commonjs' : 'module';
      const code = `${load};{ const { user, system } = process.cpuUsage(); console.log(user + system); }`;
      const startedNs = process.hrtime.bigint();
      const cpuUs = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', code]);
      const { wallMs, cpuMs } = times.get(name) ?? { wallMs: [], cpuMs: [] };
      wallMs.push(Number(process.hrtime.bigint() - startedNs) / 1e6);
      cpuMs.push(Number(cpuUs) / 1e3);
      times.set(name, { wallMs, cpuMs });
    }
  }
  const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const bare = times.get('Node alone')!;
  for (const name of Object.keys(LOAD)) {
    const { wallMs, cpuMs } = times.get(name)!;
    const moreMs = median(cpuMs) - median(bare.cpuMs);
    console.log(
      `import 'ttlog' as ${name}: ${moreMs.toFixed(1)} ms of processor time and ` +
        `${(median(wallMs) - median(bare.wallMs)).toFixed(1)} ms more than Node alone ` +
        `(${median(bare.wallMs).toFixed(1)} ms)`,
    );
    // The aim is 20 ms on an idle machine; while all tests run, it is not idle.
    expect(moreMs, name).toBeLessThan(40);
  }
});

describe('the reader', () => {
  for (const entry of ['reader.js', 'reader.cjs']) {
    test(`${entry} loads no logger, no ring writer and no trigger`, () => {
      const sources = sourcesOf(entry);
      expect(sources).toContain('snapshot/open-recording.ts');
      // Of the ring it needs what reads one, for black boxes.
      const own = /^((memory|record|text|snapshot|black-box)\/|ring\/(?!lane|drain)|reader\.ts$)/;
      expect(sources.filter((path) => !own.test(path))).toEqual([]);
    });
  }

  test('starts nothing either', () => {
    const url = JSON.stringify(pathToFileURL(join(DIST, 'reader.js')).href);
    const loaded = runJson(`await import(${url});
      await settled();
      const hub = typeof globalThis[Symbol.for('ttlog.v1')];
      print({ hub, resources: process.getActiveResourcesInfo() });`);
    expect(loaded).toEqual({ hub: 'undefined', resources: [] });
  });
});

describe.each(['js', 'cjs'] as const)('as .%s', (type) => {
  test('what comes with the recorder has one copy of its code', () => {
    const entries = ['index', 'register', 'winston', 'logtape'];
    const files = new Set(entries.flatMap((entry) => filesOf(`${entry}.${type}`)));
    const sources = [...files].flatMap((file) => sourcesIn(file));
    expect(sources.filter((path, index) => sources.indexOf(path) !== index)).toEqual([]);
    expect(sources.length).toBeGreaterThan(100);
  });

  test('what is built has the names of its source', async () => {
    const load = { js: (path: string) => import(path), cjs: createRequire(import.meta.url) }[type];
    const functions = Object.entries(await load(join(DIST, `reader.${type}`))).filter(
      (entry): entry is [string, () => void] => typeof entry[1] === 'function',
    );
    expect(functions.length).toBeGreaterThan(10);
    // The bundler numbers what has the same name in two files.
    for (const [name, value] of functions) expect(value.name.replace(/\d$/, '')).toBe(name);
  });

  // Each file costs half a millisecond to load.
  test('what is loaded alone is one file, and the package two', () => {
    for (const entry of ['reader', 'ring', 'noop']) {
      expect(filesOf(`${entry}.${type}`)).toEqual([`${entry}.${type}`]);
    }
    expect(filesOf(`index.${type}`)).toHaveLength(2);
  });
});

/** The built file and all that it imports. */
function filesOf(entry: string): string[] {
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(join(DIST, file), 'utf8');
    for (const [, target] of text.matchAll(/(?:from|import|require\()\s*['"]\.\/([^'"]+)['"]/g)) {
      files.add(join(dirname(file), target));
    }
  }
  return [...files];
}

/** The source files that the bundler put into a built file, each of which it names in a comment. */
function sourcesIn(file: string): string[] {
  const text = readFileSync(join(DIST, file), 'utf8');
  return [...text.matchAll(/\/\/ src\/(.+)$/gm)].map(([, path]) => path);
}

function sourcesOf(entry: string): string[] {
  return filesOf(entry).flatMap((file) => sourcesIn(file));
}

function runJson(code: string) {
  const script = `const print = (value) => console.log(JSON.stringify(value));
    const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
    (async () => {
      // So that what Node starts to load a file is there before.
      await import(${JSON.stringify(pathToFileURL(join(DIST, 'noop.js')).href)});
      await settled();
      ${code}
    })();`;
  const output = execFileSync(process.execPath, ['--input-type=commonjs', '--eval', script], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(output);
}
