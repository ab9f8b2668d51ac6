// What other tools make of the JSON lines as they are, with names of levels and with pino's numbers.
// They are to be there: apt-get install jq lnav.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prettyFactory } from 'pino-pretty';
import { afterAll, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'ttlog-lines-'));
afterAll(() => rmSync(directory, { recursive: true }));

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const ENVIRONMENT = { PATH: process.env.PATH, HOME: directory, TERM: 'dumb', TZ: 'UTC' };

function linesOf(output: string): string[] {
  const program = `
    import { getLogger, startRecorder } from 'ttlog';
    startRecorder({ service: 'shop', output: { level: 'trace', ${output} } });
    const log = getLogger('orders');
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) {
      log[level]('order read', { level: 'forged', time: 5, msg: 'forged\\n', id: 7 });
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...ENVIRONMENT, TTLOG_SNAPSHOT_DIR: directory },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

const FORMS = [
  ['names', linesOf('')],
  ["pino's numbers", linesOf("levelNumbers: 'pino'")],
] as const;

test.each(FORMS)('pino-pretty reads time, level and message, with %s', (_name, lines) => {
  const pretty = prettyFactory({ colorize: false, singleLine: true });
  const read = lines.map((line) => pretty(line));
  const names = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
  expect(read).toHaveLength(names.length);
  read.forEach((text, index) => {
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] /);
    expect(text).toContain(`] ${names[index]} (`);
    expect(text).toContain('): order read {');
    expect(text).toContain('"id":7');
  });
  for (const line of lines) expect(JSON.parse(line).msg).toBe('order read');
});

test.each(FORMS)('jq reads every line, with %s', (_name, lines) => {
  const filter = '[.time, .level, .msg, .id, .["fields.level"]]';
  const read = execFileSync('jq', ['-c', filter], { input: lines.join('\n'), encoding: 'utf8' });
  const expected = lines.map((line) => {
    const { time, level } = JSON.parse(line);
    return JSON.stringify([time, level, 'order read', 7, 'forged']);
  });
  expect(read.trimEnd().split('\n')).toEqual(expected);
});

test.each(FORMS)('lnav reads time, level, logger and message, with %s', (_name, lines) => {
  const formats = join(directory, '.lnav/formats/ttlog');
  cpSync(join(import.meta.dirname, '../../../../docs/lnav-format.json'), join(formats, 'a.json'));
  const file = join(directory, 'lines.json');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const query = ';select log_time, log_level, log_body, logger, pid from ttlog_log';
  const args = ['-n', '-c', query, '-c', ':write-json-to -', file];
  const read = JSON.parse(execFileSync('lnav', args, { encoding: 'utf8', env: ENVIRONMENT }));
  const expected = lines.map((line, index) => {
    const { time, pid } = JSON.parse(line);
    const log_time = new Date(time).toISOString().replace('T', ' ').slice(0, -1);
    const log_level = LEVELS[index].replace('warn', 'warning');
    return { log_time, log_level, log_body: 'order read', logger: 'orders', pid };
  });
  expect(read).toEqual(expected);
});

/** By what hl finds its own, as its default configuration names them. */
const HL_NAMES = {
  time: ['ts', 'time', 'timestamp', '@timestamp'],
  level: ['level'],
  logger: ['logger', 'span.name'],
  message: ['msg', 'message'],
};

test('hl finds time, level, logger and message by the names that it looks for', () => {
  const [[, lines]] = FORMS;
  lines.forEach((line, index) => {
    const keys = Object.keys(JSON.parse(line)).map((key) => key.toLowerCase());
    for (const names of Object.values(HL_NAMES)) {
      expect(keys.filter((key) => names.includes(key))).toHaveLength(1);
    }
    expect(JSON.parse(line).level).toBe(LEVELS[index]);
  });
});
