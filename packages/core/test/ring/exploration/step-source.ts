// Loads the ring's own source in a form that can be stopped before every access to shared memory:
// functions that touch it become generators which yield the access instead of doing it.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import type { Access, Steps, View } from './access.ts';

type Captures = typeof import('../../../src/ring/capture.ts');
type Drains = typeof import('../../../src/ring/drain.ts');
type Threads = typeof import('../../../src/ring/thread-table.ts');
type Memories = typeof import('../../../src/ring/ring-memory.ts');
type Lanes = import('../../../src/ring/lane.ts').Lane;

type Stepped<F> = F extends (...given: infer Given) => infer Result
  ? (...given: Given) => Steps<Result>
  : never;

/** A lane whose methods are walked step by step. */
export type SteppedLane = Pick<Lanes, 'position' | 'limit' | 'eventCount' | 'memory' | 'thread'> & {
  [method in 'reserve' | 'renew' | 'commit' | 'seal' | 'countRefused']: Stepped<Lanes[method]>;
};

/** The ring's functions; those that touch shared memory yield each access. */
export interface SteppedRing {
  readonly RingMemory: Memories['RingMemory'];
  readonly Lane: new (
    ...given: ConstructorParameters<typeof import('../../../src/ring/lane.ts').Lane>
  ) => SteppedLane;
  readonly accountThreads: Captures['accountThreads'];
  readonly captureRing: Stepped<Captures['captureRing']>;
  readonly drainRing: Stepped<Drains['drainRing']>;
  readonly joinThread: Stepped<Threads['joinThread']>;
  readonly endThread: Stepped<Threads['endThread']>;
  readonly readRows: Stepped<Threads['readRows']>;
}

/** A change of the protocol: in `file`, each text, which stands there once, by another one. */
export interface Mutation {
  readonly file: string;
  readonly changes: readonly (readonly [before: string, after: string])[];
}

const SRC = join(import.meta.dirname, '../../../src');

/** The files that are walked; the others of the room and `memory/` run as they are. */
const STEPPED_FILES = [
  'lane',
  'segments',
  'seal-abandoned',
  'thread-table',
  'capture',
  'cut',
  'missed-events',
  'drain',
].map((name) => `ring/${name}.ts`);

const ENTRY = ['ring-memory', 'lane', 'capture', 'drain', 'thread-table']
  .map((name) => `export * from './ring/${name}.ts';`)
  .join('\n');

const VIEWS = new Set(['u8', 'i32', 'i64', 'f64']);

/** Throws where the place that a mutation changes is not there, or is not the only one. */
export async function loadSteppedRing(mutation?: Mutation): Promise<SteppedRing> {
  const sources = new Map<string, ts.SourceFile>();
  for (const path of STEPPED_FILES) {
    let text = await readFile(join(SRC, path), 'utf8');
    if (mutation?.file === path.slice('ring/'.length)) text = mutate(text, mutation);
    sources.set(path, ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  }
  const stepped = steppedNames([...sources.values()]);
  const closed = closedNames([...sources.values()]);
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: SRC, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    plugins: [
      {
        name: 'stepped',
        setup({ onLoad }) {
          onLoad({ filter: /\/src\/ring\/[^/]+\.ts$/ }, ({ path }) => {
            const source = sources.get(relative(SRC, path));
            return source && { contents: steppedText(source, stepped, closed), loader: 'ts' };
          });
        },
      },
    ],
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', 'stepping', outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
    { call, copy, copyAt, fill, setBytes },
  );
  return module.exports as SteppedRing;
}

function mutate(text: string, { file, changes }: Mutation): string {
  let mutated = text;
  for (const [before, after] of changes) {
    const parts = mutated.split(before);
    if (parts.length !== 2) {
      throw new Error(`${file} has ${parts.length - 1} places that read: ${before}`);
    }
    mutated = parts.join(after);
  }
  return mutated;
}

type Callable = ts.FunctionDeclaration | ts.MethodDeclaration;

const isCallable = (node: ts.Node): node is Callable =>
  ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);

/** Names of the functions and methods that touch shared memory, or call one that does. */
function steppedNames(sources: readonly ts.SourceFile[]): Set<string> {
  const callees = new Map<string, Set<string>>();
  const stepped = new Set<string>();
  const visit = (node: ts.Node, within: string | null): void => {
    let name = within;
    if (isCallable(node)) name = node.name!.getText();
    // What runs in a callback or a constructor cannot be stopped, so it must not share anything.
    else if (ts.isArrowFunction(node) || ts.isConstructorDeclaration(node)) name = null;
    if (name !== null) {
      if (isAccess(node)) stepped.add(name);
      if (ts.isCallExpression(node)) {
        const names = callees.get(name) ?? new Set();
        callees.set(name, names.add(calleeName(node)));
      }
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  for (const source of sources) visit(source, null);
  for (let size = -1; size !== stepped.size; ) {
    size = stepped.size;
    for (const [name, called] of callees) {
      if ([...called].some((callee) => stepped.has(callee))) stepped.add(name);
    }
  }
  return stepped;
}

/**
 * Names of the functions that leave nothing behind but their result and what they did to memory:
 * those that are no methods and are given no list to add to.
 */
function closedNames(sources: readonly ts.SourceFile[]): Set<string> {
  const functions = sources.flatMap(({ statements }) =>
    statements.filter(ts.isFunctionDeclaration),
  );
  const isList = ({ type }: ts.ParameterDeclaration): boolean =>
    type !== undefined && ts.isArrayTypeNode(type);
  const closed = functions.filter(({ parameters }) => !parameters.some(isList));
  return new Set(closed.map(({ name }) => name!.text));
}

function calleeName({ expression }: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression)
    ? expression.name.getText()
    : expression.getText();
}

const isView = (node: ts.Node): boolean =>
  (ts.isIdentifier(node) && VIEWS.has(node.text)) ||
  (ts.isPropertyAccessExpression(node) && VIEWS.has(node.name.text));

function isAccess(node: ts.Node): boolean {
  if (ts.isElementAccessExpression(node)) return isView(node.expression);
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  return (
    node.arguments.some(isView) ||
    (ts.isPropertyAccessExpression(expression) && isView(expression.expression))
  );
}

/** The source with each access yielded, in TypeScript still. */
function steppedText(
  source: ts.SourceFile,
  stepped: ReadonlySet<string>,
  closed: ReadonlySet<string>,
): string {
  const text = source.text;
  let isStepping = false;
  const renderParts = (node: ts.Node): string => {
    let out = '';
    let position = node.getFullStart();
    ts.forEachChild(node, (child) => {
      out += text.slice(position, child.getFullStart()) + render(child);
      position = child.end;
    });
    return out + text.slice(position, node.end);
  };
  const viewName = (node: ts.Node): string => {
    const name = ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();
    return JSON.stringify(name);
  };
  const renderCall = (node: ts.CallExpression): string | null => {
    const { expression } = node;
    const given = node.arguments.map((argument) => render(argument));
    if (ts.isPropertyAccessExpression(expression)) {
      const method = expression.name.text;
      if (expression.expression.getText() === 'Atomics') {
        return `(yield ["${method}", ${viewName(node.arguments[0])}, ${given.slice(1)}])`;
      }
      if (isView(expression.expression)) {
        const helper = { slice: 'copy', subarray: 'copy', fill: 'fill', set: 'setBytes' }[method];
        return `(yield* stepping.${helper}(${viewName(expression.expression)}, ${given}))`;
      }
    }
    if (node.arguments.length > 0 && isView(node.arguments[0])) {
      return `${expression.getText()}((yield* stepping.copyAt(${given[1]}, ${given[2]})), ${given.slice(1)})`;
    }
    const name = calleeName(node);
    if (!stepped.has(name)) return null;
    return closed.has(name)
      ? `(yield* stepping.call(${renderParts(node)}))`
      : `(yield* ${renderParts(node)})`;
  };
  const render = (node: ts.Node): string => {
    if (isCallable(node) && stepped.has(node.name!.getText())) {
      isStepping = true;
      const body = renderParts(node);
      isStepping = false;
      const name = node.name!.getText();
      return body.replace(name, `*${name}`);
    }
    if (ts.isArrowFunction(node)) {
      const outer = isStepping;
      isStepping = false;
      const body = renderParts(node);
      isStepping = outer;
      return body;
    }
    if (!isStepping) return renderParts(node);
    if (
      ts.isBinaryExpression(node) &&
      isAccess(node.left) &&
      node.operatorToken.getText() === '='
    ) {
      const { expression, argumentExpression } = node.left as ts.ElementAccessExpression;
      const given = `${render(argumentExpression)}, ${render(node.right)}`;
      return `${leading(node)}(yield ["write", ${viewName(expression)}, ${given}])`;
    }
    if (ts.isElementAccessExpression(node) && isView(node.expression)) {
      const index = render(node.argumentExpression);
      return `${leading(node)}(yield ["read", ${viewName(node.expression)}, ${index}])`;
    }
    if (ts.isCallExpression(node)) {
      const call = renderCall(node);
      if (call !== null) return `${leading(node)}${call}`;
    }
    return renderParts(node);
  };
  const leading = (node: ts.Node): string => text.slice(node.getFullStart(), node.getStart());
  return render(source);
}

/** A call of a function that leaves nothing behind but its result. */
function* call<Result>(steps: Steps<Result>): Steps<Result> {
  const place = (yield ['enter']) as number;
  const result = yield* steps;
  yield ['leave', place, result];
  return result;
}

const WORD_BYTES = 8;

/** Bytes in the order of their addresses, a word a step, so that a copy can be torn. */
function* copy(_view: View, start: number, end: number): Steps<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  for (let at = start; at < end; at += WORD_BYTES) {
    const part = (yield ['bytes', 'u8', at, Math.min(WORD_BYTES, end - at)]) as Uint8Array;
    bytes.set(part, at - start);
  }
  return bytes;
}

/** The same, found at the addresses where the bytes stand in the ring. */
function* copyAt(start: number, end: number): Steps<{ readonly [at: number]: number }> {
  const bytes = yield* copy('u8', start, end);
  return Object.fromEntries([...bytes].map((byte, index) => [start + index, byte]));
}

function* fill(view: View, value: number, start: number, end: number): Steps<void> {
  for (let index = start; index < end; index++) yield ['write', view, index, value] as Access;
}

function* setBytes(_view: View, bytes: Uint8Array, at: number): Steps<void> {
  for (let index = 0; index < bytes.length; index++) {
    yield ['write', 'u8', at + index, bytes[index]] as Access;
  }
}
