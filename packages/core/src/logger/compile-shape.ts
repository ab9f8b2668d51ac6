/**
 * A function of its own for each hot call shape. Code that many shapes share sees objects of many
 * kinds, and then every property read is a look-up; code that one shape has to itself reads
 * properties by offset. Where code generation is not allowed, shapes stay with the shared loop.
 *
 * The generated function reads every value before it writes the first byte, so a getter that logs
 * meets nothing half-written.
 */

import { type CallShape, VALUE_RESERVE_BYTES } from './call-shape.ts';
import type { EncodeShaped } from './encode-shaped.ts';
import { NOT_PLAIN, OTHER_KEYS, writePlain, writeText } from './write-plain.ts';

/** Each takes some 10 KB of code. */
const MAX_COMPILED = 256;
let compiled = 0;

/** null where there is no code to be had. */
export function compileShape(shape: CallShape): EncodeShaped | null {
  if (compiled >= MAX_COMPILED) return null;
  try {
    const make = new Function(
      'shape',
      'NOT_PLAIN',
      'OTHER_KEYS',
      'writePlain',
      'writeText',
      sourceOf(shape.keys),
    );
    const encode = make(shape, NOT_PLAIN, OTHER_KEYS, writePlain, writeText) as EncodeShaped;
    compiled++;
    return encode;
  } catch {
    compiled = MAX_COMPILED;
    return null;
  }
}

function sourceOf(keys: readonly string[]): string {
  const names = keys.map((key) => JSON.stringify(key));
  const lines = [
    'const memos = shape.memos;',
    ...keys.map((_, i) => `const memo${i} = memos[${i}];`),
    'return function encode(writer, lane, severity, context, fields) {',
    'let count = 0;',
    'for (const key in fields) {',
    'switch (count++) {',
    ...names.map((name, i) => `case ${i}: if (key !== ${name}) return OTHER_KEYS; break;`),
    'default: return OTHER_KEYS;',
    '} }',
    `if (count !== ${keys.length}) return OTHER_KEYS;`,
    ...names.map((name, i) => `const value${i} = fields[${name}];`),
    'let p = writer.beginShaped(lane, shape, severity, context);',
    'if (p === NOT_PLAIN) return NOT_PLAIN;',
    'const views = lane.memory.bytes, u8 = views.u8;',
    'const limit = Math.min(lane.limit, lane.position + writer.eventBytes);',
    ...keys.map((_, i) => valueSource(i, keys.length)),
    'return p;',
    '};',
  ];
  return lines.join('\n');
}

function valueSource(index: number, count: number): string {
  const value = `value${index}`;
  const reserve = (count - index) * VALUE_RESERVE_BYTES;
  const limit = `limit - ${reserve}`;
  return `
if (typeof ${value} === 'string' && ${value} === memo${index}.text) p = memo${index}.write(views.view, p);
else if (${value} === true) u8[p++] = 0xf5;
else if (${value} === false) u8[p++] = 0xf4;
else {
  const start = p;
  p = typeof ${value} === 'string'
    ? writeText(views, start, ${limit}, ${value}, memo${index})
    : writePlain(views, start, ${limit}, ${value}, memo${index});
  if (p === NOT_PLAIN) {
    p = writer.encodeValue(start, ${limit}, ${value}, shape, ${index});
    if (p === NOT_PLAIN) return NOT_PLAIN;
  }
}`;
}
