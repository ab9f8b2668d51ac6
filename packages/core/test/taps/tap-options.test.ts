// Which taps TTLOG_TAPS leaves on.

import { expect, test } from 'vitest';
import { resolveOptions } from '../../src/options.ts';
import { resolveTaps, TAP_NAMES } from '../../src/tap-options.ts';

const all = [...TAP_NAMES];
/** Contexts without hooks came with Node 24. */
const usual = Number.parseInt(process.versions.node, 10) < 24 ? all.slice(0, -1) : all;
const without = (...names: string[]) => usual.filter((name) => !names.includes(name));

test.each([
  [undefined, usual],
  ['', usual],
  ['all', all],
  ['off', []],
  ['console', ['console']],
  ['pino, console', ['console', 'pino']],
  ['-console,-http', without('console', 'http')],
  ['all,-gc', all.filter((name) => name !== 'gc')],
  ['http,request-context', ['http', 'request_context']],
  ['http,net,-net', ['http']],
  ['-event-loop,-child-process', without('event_loop', 'child_process')],
])('%j leaves %j on', (text, expected) => {
  const notes: string[] = [];
  expect(resolveTaps(text, notes)).toEqual(expected);
  expect(notes).toEqual([]);
});

test.each(['consle', '-consle', '-', '__proto__', 'constructor', '-off'])(
  'a name that there is not, %j, is noted and changes nothing',
  (name) => {
    const { taps, notes } = resolveOptions({}, { TTLOG_TAPS: name });
    expect(taps).toEqual(usual);
    expect(notes).toEqual([expect.stringContaining(`TTLOG_TAPS has ${JSON.stringify(name)}`)]);
    expect(resolveOptions({}, { TTLOG_TAPS: `${name},pino` }).taps).toEqual(['pino']);
  },
);
