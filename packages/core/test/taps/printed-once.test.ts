// What the program prints itself comes once, where events are printed to the same place: each line of
// the program's, and no line of ttlog's that says the same. Elsewhere everything is printed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { DIST, type Outcome, type ProgramOptions, runProgram } from '../crash/run-program.ts';
import { REGISTER, REQUIRE } from './tapped-program.ts';

/** The messages say where the program prints them, and `own` what it does not print at all. */
const PROGRAM = `${REQUIRE}
  const pino = npm('pino');
  const winston = npm('winston');
  const { TtlogTransport } = npm('ttlog/winston');

  console.log('console on stdout');
  console.warn('console on stderr');

  const out = pino({ name: 'shop' });
  out.info('pino on stdout');
  out.child({ request: 1 }).warn('child of pino on stdout');
  pino(process.stderr).info('pino on stderr');
  pino({}, { write() {} }).info('pino elsewhere: own');
  const nowhere = { write() {} };
  const many = [{ level: 'info', stream: process.stdout }, { level: 'error', stream: nowhere }];
  const streams = pino({}, pino.multistream(many, { dedupe: true }));
  streams.info('stream of pino on stdout');
  streams.error('stream of pino elsewhere: own');

  const { Console } = winston.transports;
  const logger = (...transports) =>
    winston.createLogger({ transports: [...transports, new TtlogTransport()] });
  const toBoth = logger(new Console({ level: 'info', stderrLevels: ['error'] }));
  toBoth.info('winston on stdout');
  toBoth.error('winston on stderr');
  toBoth.debug('winston below its level: own');
  logger(new Console({ silent: true })).info('silent winston: own');

  getLogger('console').info('not of console: own');
  getLogger('shop').warn('not of pino: own');
`;

/** Of the program above, by where it prints them. */
const STDOUT = [
  ...['console on stdout', 'pino on stdout', 'child of pino on stdout'],
  ...['stream of pino on stdout', 'winston on stdout'],
];
const STDERR = ['console on stderr', 'pino on stderr', 'winston on stderr'];
const OWN = [
  ...['pino elsewhere: own', 'stream of pino elsewhere: own', 'silent winston: own'],
  ...['not of console: own', 'not of pino: own'],
];
const ALL = [...STDOUT, ...STDERR, ...OWN].sort();

/** Under `ttlog/register`, which finds a recorder with this output where one is given. */
function runPrinting(
  output: string | null,
  options: ProgramOptions = {},
  program = PROGRAM,
): Promise<Outcome> {
  const flags = ['--import', REGISTER];
  const env = { TTLOG_TAPS: 'console,pino', ...options.env };
  if (output === null) return runProgram(program, { ...options, flags, env });
  const start = `import { startRecorder } from '${pathToFileURL(join(DIST, 'index.js'))}';
    startRecorder({ output: ${output} });`;
  const first = `data:text/javascript,${encodeURIComponent(start)}`;
  return runProgram(program, { ...options, flags: ['--import', first, ...flags], env });
}

/** Messages of the lines that ttlog has made: those of the program lack the name of a service. */
const madeLines = (text: string): string[] => messagesOf(text, true);
const programLines = (text: string): string[] => messagesOf(text, false);

function messagesOf(text: string, isMade: boolean): string[] {
  const lines = text.split('\n').slice(0, -1);
  const messages = lines.flatMap((line) => {
    const fields = line.startsWith('{') ? JSON.parse(line.replace('<pid>', '0')) : { msg: line };
    return 'service' in fields === isMade ? [fields.msg ?? fields.message] : [];
  });
  return messages.sort();
}

test.concurrent('on stdout, as TTLOG_OUTPUT has it', async () => {
  const { code, stdout, stderr } = await runPrinting(null, { env: { TTLOG_OUTPUT: 'json' } });
  expect(code).toBe(0);
  expect(programLines(stdout)).toEqual([...STDOUT].sort());
  expect(programLines(stderr)).toEqual([...STDERR].sort());
  expect(madeLines(stdout)).toEqual([...STDERR, ...OWN].sort());
  expect(madeLines(stderr)).toEqual([]);
});

test.concurrent('on stderr', async () => {
  const { stdout, stderr } = await runPrinting("{ destination: 'stderr' }");
  expect(programLines(stdout)).toEqual([...STDOUT].sort());
  expect(madeLines(stderr)).toEqual([...STDOUT, ...OWN].sort());
});

test.concurrent('where stdout and stderr are one', async () => {
  const shell = '"$@" 2>&1';
  const { stdout } = await runPrinting(null, { shell, env: { TTLOG_OUTPUT: 'json' } });
  expect(programLines(stdout)).toEqual([...STDOUT, ...STDERR].sort());
  expect(madeLines(stdout)).toEqual([...OWN].sort());
});

test.concurrent('but not in a file, and not where it is asked for twice', async () => {
  const toFile = await runPrinting(JSON.stringify({ destination: 'lines.ndjson' }));
  expect(madeLines(readFileSync(join(toFile.folder, 'lines.ndjson'), 'utf8'))).toEqual(ALL);
  const { stdout } = await runPrinting("{ destination: 'stdout', repeat: true }");
  expect(madeLines(stdout)).toEqual(ALL);
});

test.concurrent('and what led to an error that the program prints is printed all the same', async () => {
  const program = `getLogger('own').debug('own'); console.debug('elsewhere'); console.error('fails');`;
  const output = "{ destination: 'stderr', backtrace: { scope: 'process' } }";
  const { stderr } = await runPrinting(output, {}, program);
  expect(programLines(stderr)).toEqual(['fails']);
  expect(madeLines(stderr)).toEqual(['elsewhere', 'own']);
});
