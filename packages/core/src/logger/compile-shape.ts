/**
 * A function of its own for each hot call shape, which writes such an event whole. Code that many
 * shapes share sees objects of many kinds, and then every property read is a look-up; code that
 * one shape has to itself reads properties by offset and knows its lane. Where code generation is
 * not allowed, shapes stay with the shared loop.
 */

import { MIN_SEARCHED_UNITS } from '../record/secret-shapes.ts';
import { CBOR_FALSE, CBOR_TRUE } from '../record/write-head.ts';
import type { Lane } from '../ring/lane.ts';
import { type CallShape, VALUE_RESERVE_BYTES } from './call-shape.ts';
import type { EncodeShaped, ShapeWriter, ValueKind } from './encode-shaped.ts';
import { contextIdIn, writeEventHead } from './event-head.ts';
import {
  NOT_PLAIN,
  OTHER_KEYS,
  WRITTEN,
  writePlain,
  writeShortText,
  writeUnsigned,
} from './write-plain.ts';

/** Each takes some 10 KB of code. */
const MAX_COMPILED = 256;
let compiled = 0;

/**
 * The code that writes events of `shape`, which expects values of these kinds and takes all. null
 * where there is no code to be had.
 */
export function compileShape(
  shape: CallShape,
  lane: Lane,
  writer: ShapeWriter,
  kinds: readonly ValueKind[],
): EncodeShaped | null {
  if (compiled >= MAX_COMPILED) return null;
  try {
    const surroundings = surroundingsOf(shape, lane, writer);
    const make = new Function(...Object.keys(surroundings), sourceOf(shape, kinds, writer));
    const encode = make(...Object.values(surroundings)) as EncodeShaped;
    compiled++;
    return encode;
  } catch {
    compiled = MAX_COMPILED;
    return null;
  }
}

/** What generated code refers to, by the names that it uses. */
function surroundingsOf(shape: CallShape, lane: Lane, writer: ShapeWriter): object {
  const { keys, memos } = shape;
  const { clock, eventBytes } = writer;
  const views = lane.memory.bytes;
  const { u8, view } = views;
  const isSearching = writer.redaction.searchesTexts;
  const writeOther = (p: number, value: unknown, index: number): number => {
    const limit =
      Math.min(lane.limit, lane.position + eventBytes) -
      (keys.length - index) * VALUE_RESERVE_BYTES;
    const plain = isSearching ? writer.cleanPlain(value) : value;
    const end = writePlain(views, p, limit, plain, memos[index]);
    return end === NOT_PLAIN ? writer.encodeValue(p, limit, value, shape, index) : end;
  };
  return {
    ...{ shape, lane, writer, memos, clock, views, u8, view },
    ...{ contextIdIn, writeEventHead, writeShortText, writeUnsigned, writeOther },
  };
}

/**
 * Every value is read before the first byte is written, so a getter that logs meets nothing
 * half-written. Numbers stand as such in the text: V8 (Node 20.20) inlines what comes to 920 bytes
 * of bytecode in all, and each name counts. Code that is short enough to be inlined in its caller
 * (steps in functions, 240 bytes) was tried: the steps are then calls, and what is won with the
 * caller's object is lost twice over (84 ns against 71 for four fields).
 */
function sourceOf(shape: CallShape, kinds: readonly ValueKind[], writer: ShapeWriter): string {
  const { searchesTexts } = writer.redaction;
  const names = shape.keys.map((key) => JSON.stringify(key));
  const lines = [
    ...names.map((_, i) => `const memo${i} = memos[${i}];`),
    'return function encode(severity, context, fields) {',
    'let count = 0;',
    'for (const key in fields) {',
    'switch (count++) {',
    ...names.map((name, i) => `case ${i}: if (key !== ${name}) return ${OTHER_KEYS}; break;`),
    `default: return ${OTHER_KEYS};`,
    '} }',
    `if (count !== ${names.length}) return ${OTHER_KEYS};`,
    'writer.calls++;',
    ...names.map((name, i) => `const value${i} = fields[${name}];`),
    `if (!shape.isPlain || shape.serial !== lane.serial) return ${NOT_PLAIN};`,
    `if (lane.position + ${shape.reserveBytes} > lane.limit) return ${NOT_PLAIN};`,
    'const contextId = context === null ? 0 : contextIdIn(lane, context);',
    `if (contextId < 0) return ${NOT_PLAIN};`,
    'let p = writeEventHead(view, lane, clock, ',
    `${shape.headByte}, severity, shape.id, contextId);`,
    'let end = 0;',
    ...kinds.map((kind, index) => valueSource(kind, index, searchesTexts)),
    'if (severity > lane.maxSeverity) lane.maxSeverity = severity;',
    'lane.commit(p);',
    `return ${WRITTEN};`,
    '};',
  ];
  return lines.join('\n');
}

function valueSource(kind: ValueKind, index: number, searchesTexts: boolean): string {
  const value = `value${index}`;
  // What is not searched for secrets at all.
  const isShort = searchesTexts ? `${value}.length < ${MIN_SEARCHED_UNITS} && ` : '';
  const other = `
if ((end = writeOther(p, ${value}, ${index})) < 0) return ${NOT_PLAIN};
p = end;`;
  switch (kind) {
    case 'int':
      return `
if (typeof ${value} === 'number' && (${value} | 0) === ${value} && ${value} > 0)
  p = writeUnsigned(u8, p, ${value});
else { ${other} }`;
    case 'boolean':
      return `
if (${value} === true) u8[p++] = ${CBOR_TRUE};
else if (${value} === false) u8[p++] = ${CBOR_FALSE};
else { ${other} }`;
    case 'string':
      return `
if (typeof ${value} === 'string' && ${value} === memo${index}.text) p = memo${index}.write(view, p);
else if (typeof ${value} === 'string' && ${isShort}(end = writeShortText(views, p, ${value}, memo${index})) > 0) p = end;
else { ${other} }`;
    default:
      return other;
  }
}
