// Keeps the rooms of `src` apart: who imports whom, and which names stay in which room.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** The rooms that a program which composes them may import. */
const ALL_ROOMS = [
  ...['memory', 'ring', 'record', 'text', 'snapshot', 'black-box', 'follow', 'logger', 'outputs'],
  ...['triggers', 'taps', 'recorder-thread'],
];

/** What each room, or file that stands alone, may import besides itself. */
const ROOMS: Record<string, string[]> = {
  memory: [],
  ring: ['memory'],
  record: ['memory'],
  text: ['memory', 'record'],
  snapshot: ['memory', 'ring', 'record'],
  'black-box': ['memory', 'ring', 'record', 'snapshot'],
  follow: ['memory', 'ring', 'record'],
  logger: ['memory', 'ring', 'record'],
  outputs: ['memory', 'ring', 'record', 'text', 'follow'],
  triggers: [],
  // How a listener at `process` goes unnoticed is known in one place.
  taps: [
    ...['logger', 'record/level.ts', 'record/printed-mark.ts', 'triggers/process-listener.ts'],
    'tap-options.ts',
  ],
  'recorder-thread': ALL_ROOMS,
  'option-values.ts': ['record/level.ts'],
  'trigger-options.ts': ['record/level.ts', 'option-values.ts'],
  'tap-options.ts': [],
  'output-options.ts': ['record/level.ts', 'option-values.ts'],
  'redact-options.ts': ['option-values.ts', 'record/secret-shapes.ts'],
  'snapshot-options.ts': ['option-values.ts'],
  'options.ts': [
    ...['record/level.ts', 'option-values.ts', 'trigger-options.ts', 'tap-options.ts'],
    ...['output-options.ts', 'redact-options.ts', 'snapshot-options.ts'],
  ],
  'recorder-contract.ts': [],
  'recorder-events.ts': [],
  'silent-recorder.ts': [],
  // The composition root: the recorder of the process, each thread's part in it, and what copies
  // of the package share.
  'crash-snapshots.ts': ALL_ROOMS,
  'install-triggers.ts': [...ALL_ROOMS, 'options.ts', 'thread-recorder.ts'],
  'process-output.ts': [...ALL_ROOMS, 'options.ts'],
  'thread-recorder.ts': [...ALL_ROOMS, 'options.ts', 'crash-snapshots.ts'],
  'stderr-line.ts': [],
  'recorder-stats.ts': [...ALL_ROOMS, 'recorder-contract.ts'],
  'running-recorder.ts': [
    ...[...ALL_ROOMS, 'options.ts', 'recorder-contract.ts', 'recorder-events.ts'],
    ...['recorder-stats.ts', 'stderr-line.ts', 'thread-recorder.ts', 'install-triggers.ts'],
    'process-output.ts',
  ],
  'recorder.ts': [
    ...[...ALL_ROOMS, 'options.ts', 'recorder-contract.ts', 'silent-recorder.ts'],
    ...['thread-recorder.ts', 'running-recorder.ts'],
  ],
  'process-hub.ts': ['logger', 'recorder.ts', 'recorder-stats.ts', 'silent-recorder.ts'],
  // The entries.
  'ring.ts': ['memory', 'record', 'ring'],
  'reader.ts': ['memory', 'record', 'text', 'ring', 'snapshot', 'black-box'],
  'index.ts': ['process-hub.ts'],
  'register.ts': ['logger', 'taps', 'options.ts', 'process-hub.ts'],
  'winston.ts': ['logger', 'record/level.ts', 'record/printed-mark.ts', 'process-hub.ts'],
  'logtape.ts': ['record/level.ts', 'process-hub.ts', 'taps/loggers-by-name.ts'],
  'noop.ts': ['silent-recorder.ts'],
};

/** From these files everything in `src` can be reached. The thread's bundle starts at its own. */
const ENTRIES = [
  ...['index.ts', 'reader.ts', 'ring.ts', 'register.ts', 'winston.ts', 'logtape.ts', 'noop.ts'],
];

/** These may import types from wherever, which leave no trace at run time. */
const TYPES_FROM_ANYWHERE = [
  ...['triggers', 'index.ts', 'recorder-contract.ts', 'silent-recorder.ts'],
];

/** The rooms and files in which a name may stand; a name with a colon is a module. */
const NAMES: [names: string[], places: string[]][] = [
  [['Atomics'], ['ring', 'recorder-thread']],
  [
    ['node:fs', 'node:fs/promises'],
    ['snapshot', 'black-box', 'outputs', 'recorder-thread', 'ring/os-thread.ts'],
  ],
  [['process.env'], ['options.ts']],
  [['console'], ['taps']],
  [
    ['on', 'once', 'off', 'addListener', 'prependListener', 'removeListener'].map(
      (method) => `process.${method}`,
    ),
    ['triggers'],
  ],
  [
    ['performance', 'Date.now', 'new Date()', 'process.hrtime'],
    [
      ...['logger/clock.ts', 'triggers', 'snapshot', 'black-box', 'recorder-thread'],
      'taps/event-loop.ts',
    ],
  ],
];

interface SourceFile {
  path: string;
  text: string;
  imports: { path: string; isTypeOnly: boolean }[];
  /** Modules, identifiers, and members of identifiers such as `process.env`. */
  names: Set<string>;
}

const files = new Map<string, SourceFile>();
for (const path of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
  if (path.endsWith('.ts')) files.set(path, read(path));
}

function read(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const file: SourceFile = { path, text, imports: [], names: new Set() };
  const addImport = (specifier: string, isTypeOnly: boolean) => {
    if (!specifier.startsWith('.')) file.names.add(specifier);
    else {
      const target = join(SRC, dirname(path), specifier.replace(/\?.*$/, ''));
      file.imports.push({ path: relative(SRC, target), isTypeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      addImport((node.moduleSpecifier as ts.StringLiteral).text, clause?.isTypeOnly ?? false);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      addImport((node.moduleSpecifier as ts.StringLiteral).text, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      addImport((node.argument.literal as ts.StringLiteral).text, true);
    } else if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      file.names.add(node.expression.text).add(`${node.expression.text}.${node.name.text}`);
    } else if (ts.isNewExpression(node) && node.arguments?.length === 0) {
      file.names.add(`new ${node.expression.getText()}()`);
    } else if (ts.isIdentifier(node) && !isKey(node)) {
      file.names.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  return file;
}

/** Whether an identifier only names a member or a property, as `console` in `taps.console`. */
function isKey(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node
  );
}

function isIn(path: string, places: string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

const roomOf = (path: string): string => path.split('/')[0];

test('every file belongs to a room and begins with what it owns', () => {
  const strangers = [...files.values()].filter(({ path, text }) => {
    return !(roomOf(path) in ROOMS) || !/^(#!.*\n)?(\/\/|\/\*)/.test(text);
  });
  expect(strangers.map(({ path }) => path)).toEqual([]);
});

test('a room imports only rooms above it', () => {
  const upward: string[] = [];
  for (const { path, imports } of files.values()) {
    const room = roomOf(path);
    for (const target of imports) {
      if (roomOf(target.path) === room || isIn(target.path, ROOMS[room] ?? [])) continue;
      if (target.isTypeOnly && TYPES_FROM_ANYWHERE.includes(room)) continue;
      upward.push(`${path} imports ${target.path}`);
    }
  }
  expect(upward).toEqual([]);
});

test('no files import each other in a circle', () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of files.get(path)?.imports ?? []) visit(target.path, [...trail, path]);
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test('every file can be reached from an entry', () => {
  const reached = new Set<string>(ENTRIES);
  for (const path of reached) {
    for (const target of files.get(path)?.imports ?? []) reached.add(target.path);
  }
  expect([...files.keys()].filter((path) => !reached.has(path))).toEqual([]);
});

test('a name stays in the rooms that own it', () => {
  const escaped: string[] = [];
  for (const { path, names } of files.values()) {
    for (const [owned, places] of NAMES) {
      if (isIn(path, places)) continue;
      for (const name of owned) if (names.has(name)) escaped.push(`${name} in ${path}`);
    }
  }
  expect(escaped).toEqual([]);
});
