// The manual and the completion scripts come from the table that parses; held to it here, so that
// another command or option changes no golden file.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMON_OPTIONS } from '../src/arguments/option.ts';
import { COMMAND_NAMES, loadCommand } from '../src/commands/table.ts';
import { runViewer } from './run-viewer.ts';

const COMMANDS = await Promise.all(COMMAND_NAMES.map(loadCommand));
const COMPLETE_EXPORT_FORMATS = `
COMP_WORDS=(ttlog-view export --to p); COMP_CWORD=3; _ttlog_view; echo "\${COMPREPLY[@]}"
COMP_WORDS=(ttlog-view cat --cl); COMP_CWORD=2; _ttlog_view; echo "\${COMPREPLY[@]}"
COMP_WORDS=(ttlog-view patt); COMP_CWORD=1; _ttlog_view; echo "\${COMPREPLY[@]}"
COMP_WORDS=(ttlog-view cat trac); COMP_CWORD=2; _ttlog_view; echo "\${COMPREPLY[@]}"
`;

function output(...words: string[]): string {
  const { code, stdout, stderr } = runViewer(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('the manual', () => {
  const manual = output('man');

  it('has every command, option and exit code', () => {
    for (const { name, options } of COMMANDS) {
      const start = manual.search(new RegExp(`^\\.SS ${name}( |$)`, 'm'));
      expect(start, name).toBeGreaterThan(0);
      const section = manual.slice(start, manual.indexOf('\n.S', start + 1));
      for (const option of options) {
        const term = `--${option.name}`.replaceAll('-', '\\-');
        expect(section, `${name} ${term}`).toContain(term);
      }
    }
    for (const { name } of COMMON_OPTIONS) expect(manual).toContain(`\\-\\-${name}`);
    expect(manual).toMatch(/^\.TP\n\.B 4\nA query/m);
  });

  it('has no text that begins like a request', () => {
    const requests = manual.match(/^[.'].*$/gm) ?? [];
    expect(requests.every((line) => /^\.(TH|SH|SS|TP|B|PP|nf|fi|RS|RE)\b/.test(line))).toBe(true);
  });
});

describe('completion', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(['bash', 'zsh', 'fish'])('for %s has every command and option', (shell) => {
    const script = output('completion', shell);
    for (const { name, options } of COMMANDS) {
      expect(script).toContain(name);
      for (const option of options) {
        expect(script, name).toContain(shell === 'fish' ? `-l ${option.name}` : `--${option.name}`);
      }
    }
  });

  it('for bash completes commands, options and values', () => {
    const script = `${output('completion', 'bash')}${COMPLETE_EXPORT_FORMATS}`;
    const { stdout } = spawnSync('bash', ['-c', script], { cwd: '/', encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(['perfetto', '--clock', 'patterns', 'trace_id=']);
  });

  it('for bash completes names of files that have blanks and stars', () => {
    const folder = mkdtempSync(join(directory, 'files-'));
    for (const name of ['my crash.bin', 'my * one.bin']) writeFileSync(join(folder, name), '');
    const script = `${output('completion', 'bash')}
      COMP_WORDS=(ttlog-view cat my); COMP_CWORD=2; _ttlog_view; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect(stdout.split('\n').sort()).toEqual(['', 'my * one.bin', 'my crash.bin']);
  });

  it('for fish completes commands, options and values', () => {
    const lines = ['export --to p', 'cat --clo', 'patt', 'completion z', 'cat trac'];
    const asked = lines.map((line) => `complete -C 'ttlog-view ${line}'; echo ==`);
    writeFileSync(join(directory, 'completion.fish'), output('completion', 'fish'));
    const script = ['source completion.fish', ...asked].join('; ');
    const env = { PATH: process.env.PATH ?? '', HOME: directory };
    const options = { cwd: directory, encoding: 'utf8', env } as const;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', script], options);
    const words = stdout.split('==\n').map((text) => text.split(/[\t\n]/, 1)[0]);
    expect(words).toEqual(['perfetto', '--clock', 'patterns', 'zsh', 'trace_id=', '']);
  });

  it('for zsh completes commands, options and values', async () => {
    writeFileSync(join(directory, 'completion.zsh'), output('completion', 'zsh'));
    const tmux = (...words: string[]): string =>
      execFileSync('tmux', ['-S', join(directory, 'tmux'), ...words], { encoding: 'utf8' });
    const shell = `cd ${directory}; env HOME=${directory} zsh -f`;
    tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'shell', '-x', '80', '-y', '24', shell);
    try {
      const typed = async (keys: readonly string[], shown: RegExp): Promise<void> => {
        tmux('send-keys', '-t', 'shell', ...keys);
        const pane = (): string => tmux('capture-pane', '-p', '-t', 'shell');
        await expect.poll(pane, { timeout: 20_000 }).toMatch(shown);
      };
      const load = 'PS1="> "; autoload -U compinit; compinit -u -D; . ./completion.zsh; echo ready';
      await typed([load, 'Enter'], /^ready\n> ?$/m);
      await typed(['ttlog-view patt', 'Tab'], /^> ttlog-view patterns ?$/m);
      await typed(['C-u', 'ttlog-view export --to per', 'Tab'], /^> .* export --to perfetto ?$/m);
      await typed(['C-u', 'ttlog-view cat --clo', 'Tab'], /^> ttlog-view cat --clock ?$/m);
      await typed(['C-u', 'ttlog-view cat trac', 'Tab'], /^> ttlog-view cat trace_id= ?$/m);
      await typed(['C-u', 'ttlog-view completion z', 'Tab'], /^> ttlog-view completion zsh ?$/m);
    } finally {
      tmux('kill-server');
    }
  }, 60_000);

  it('knows no other shell', () => {
    expect(runViewer(['completion', 'csh']).code).toBe(2);
  });
});
