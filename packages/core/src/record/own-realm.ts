/**
 * Regular expressions that leave no trace. A match changes the legacy properties of RegExp
 * (`RegExp.$1`), which the application may be about to read; those of another realm are others.
 */

import { createRequire } from 'node:module';
import type * as Vm from 'node:vm';
import { uncurry } from './intrinsics.ts';

/** As `pattern.exec(text)`. */
export type Execute = (pattern: RegExp, text: string) => RegExpExecArray | null;

interface Realm {
  readonly Pattern: RegExpConstructor;
  readonly exec: Execute;
}

let realm: Realm | null = null;

/** The pattern and what executes it. The first takes 0.7 ms and 0.6 MB (Node 20.20) for a realm. */
export function makeTracelessPattern(source: string): { pattern: RegExp; exec: Execute } {
  realm ??= makeRealm();
  return { pattern: new realm.Pattern(source, 'g'), exec: realm.exec };
}

function makeRealm(): Realm {
  let Pattern = RegExp;
  try {
    const { createContext, runInContext } = createRequire(process.execPath)('node:vm') as typeof Vm;
    Pattern = runInContext('RegExp', createContext(Object.create(null), { name: 'ttlog' }));
  } catch {
    // Not on this runtime: there the application sees what was found last.
  }
  return { Pattern, exec: uncurry(Pattern.prototype.exec) as Execute };
}
