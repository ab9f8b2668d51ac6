// The lists of the README are those of the package: options with their defaults, environment
// variables, redacted keys, header fields, methods, rooms.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startRecorder } from 'ttlog';
import { openRecording } from 'ttlog/reader';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';
import { resolveOptions } from '../src/options.ts';
import { CORE, README, ReadmeFolder, tableRows } from './readme.ts';

type Options = { [name: string]: unknown };

const folder = new ReadmeFolder();

afterAll(() => rmSync(folder.path, { recursive: true }));

test('every option is named with its default', () => {
  const defaults = resolveOptions({}, {}) as unknown as Options;
  const named = new Map<string, string>();
  for (const [names, value] of tableRows('### Options')) {
    for (const [, name] of names.matchAll(/`([\w.]+)`/g)) named.set(name, value);
  }
  expect([...named.keys()].sort()).toEqual(optionPaths().sort());
  for (const [name, text] of named) {
    // These two have more than a value to their default.
    if (name === 'service' || name === 'snapshots.directory') continue;
    const steps = name.split('.');
    const value = steps.reduce<unknown>((part, step) => (part as Options)?.[step], defaults);
    // It is given by its mode alone, too.
    const given = name === 'blackBox' ? (value as Options).mode : value;
    expect(defaultOf(text), name).toEqual(given);
  }
});

test('every environment variable is named', () => {
  const source = readFileSync(join(CORE, 'src/options.ts'), 'utf8');
  const read = new Set(source.match(/(?<=environment\.|')TTLOG_\w+/g));
  const named = tableRows('### Environment').flatMap(([cell]) => cell.match(/\w+/g) ?? []);
  expect(named.sort()).toEqual([...read].sort());
});

test('every redacted key is named', () => {
  const named = /ignoring case, `-` and\s+`_`: ([^.]+)\./.exec(README)![1].split(/,\s+/);
  const source = readFileSync(join(CORE, 'src/record/redaction.ts'), 'utf8');
  const keys = /DEFAULT_KEYS = \[(.*?)\];/s.exec(source)![1].match(/(?<=')\w+(?=')/g)!;
  expect(named.sort()).toEqual(keys.sort());
});

test('every field of the header is named', () => {
  folder.run('node app.mjs');
  const { header } = openRecording(folder.newestSnapshot());
  const sentence = /in its header: (.*?)\. Never/s.exec(README)![1].replace(/\(.*?\)/gs, '');
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(header).sort());
});

test('every method of the recorder is named', async () => {
  const recorder = startRecorder({ service: 'readme', snapshots: { onCrash: false } });
  await recorder.stop();
  const named = tableRows('## The recorder').flatMap(([cell]) => cell.match(/\w+(?=\()/g) ?? []);
  for (const name of named) expect(recorder).toHaveProperty(name);
  const source = readFileSync(join(CORE, 'src/recorder-contract.ts'), 'utf8');
  const body = /export interface Recorder \{(.*?)^\}/ms.exec(source)![1];
  const declared = [...body.matchAll(/^ {2}(\w+)[<(]/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(declared.sort());
});

test('every room of src is on the map, and every file on the map is there', () => {
  const start = README.indexOf('## How it is built');
  const map = README.slice(start, README.indexOf('Invariants that', start));
  const entries = readdirSync(join(CORE, 'src'), { withFileTypes: true });
  const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const namedRooms = [...map.matchAll(/`([\w-]+)\/`/g)].map(([, name]) => name);
  expect(namedRooms.sort()).toEqual(rooms.sort());
  const namedFiles = [...map.matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name);
  expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(namedFiles));
});

/** Paths of all options, from the built types; those that are not in force by their first name. */
function optionPaths(): string[] {
  const path = folder.write(
    'options.mts',
    "import type { RecorderOptions } from 'ttlog'; export type Options = RecorderOptions;",
  );
  const program = folder.compile([path]);
  const checker = program.getTypeChecker();
  const file = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
  const [alias] = checker.getExportsOfModule(file);
  return pathsIn(checker, checker.getDeclaredTypeOfSymbol(alias), '');
}

/** Groups of options, whose members have defaults of their own. */
const GROUPS = ['memory', 'snapshots', 'snapshots.keep', 'redact', 'limits'];

function pathsIn(checker: ts.TypeChecker, type: ts.Type, prefix: string): string[] {
  return checker.getPropertiesOfType(type).flatMap((property) => {
    const name = prefix + property.name;
    if (!GROUPS.includes(name)) return [name];
    const whole = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    const parts = whole.isUnion() ? whole.types : [whole];
    const object = parts.find(({ flags }) => (flags & ts.TypeFlags.Object) !== 0)!;
    return pathsIn(checker, object, `${name}.`);
  });
}

/** A cell of the column of defaults, as a value. */
function defaultOf(text: string): unknown {
  if (text === 'none' || text === 'off') return undefined;
  const [, number, unit] = /^(\d+) ?(KiB|MiB|days)?$/.exec(text) ?? [];
  const units: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, days: 86_400_000 };
  if (number !== undefined) return Number(number) * (units[unit] ?? 1);
  const code = text.replaceAll('`', '');
  return code.startsWith('0o') ? Number(code) : JSON.parse(code.replaceAll("'", '"'));
}
