// The manual and the completion scripts come from the table that parses; held to it here, so that
// another command or option changes no golden file.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMON_OPTIONS } from '../src/arguments/option.ts';
import { COMMAND_NAMES, loadCommand } from '../src/commands/table.ts';
import { runViewer } from './run-viewer.ts';

const COMMANDS = await Promise.all(COMMAND_NAMES.map(loadCommand));
const COMPLETE_EXPORT_FORMATS = `
COMP_WORDS=(ttlog-view export --to p); COMP_CWORD=3; _ttlog_view; echo "\${COMPREPLY[@]}"
COMP_WORDS=(ttlog-view cat --cl); COMP_CWORD=2; _ttlog_view; echo "\${COMPREPLY[@]}"
COMP_WORDS=(ttlog-view patt); COMP_CWORD=1; _ttlog_view; echo "\${COMPREPLY[@]}"
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
    expect(stdout.trim().split('\n')).toEqual(['perfetto', '--clock', 'patterns']);
  });

  it('knows no other shell', () => {
    expect(runViewer(['completion', 'csh']).code).toBe(2);
  });
});
