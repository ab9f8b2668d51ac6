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
  SHORT_TEXT_UNITS,
  WRITTEN,
  writePlain,
  writeUnsigned,
} from './write-plain.ts';

/** Each takes some 10 KB of code. */
const MAX_COMPILED = 256;
let compiled = 0;

/** Code units from here on are more than a byte of UTF-8. */
const NOT_ASCII = 0x80;

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
    ...{ contextIdIn, writeEventHead, writeUnsigned, writeOther },
  };
}

/**
 * Every value is read before the first byte is written, so a getter that logs meets nothing
 * half-written. V8 (Node 20.20) inlines what comes to 920 bytes of bytecode in all; what stands in
 * the text itself does not count, so the longest step, that for texts, does. Code that is short enough to be inlined in its caller
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
    'let bits = 0;',
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
if (typeof ${value} !== 'string') { ${other} }
else if (${value} === memo${index}.text) p = memo${index}.write(view, p);
else { ${textSource(value, index, searchesTexts, other)} }`;
    default:
      return other;
  }
}

/**
 * What `writeShortText` does, four characters a store, the last four over some of those before: 12 ns
 * less for twelve characters than a loop over single ones (Node 20.20). As a function it is too
 * long to be inlined with the rest. With a loop in it, one process in thirty stayed with slow code
 * for good (260 ns a call), where V8 had entered the loop's optimized code in its midst.
 */
function textSource(value: string, index: number, searchesTexts: boolean, other: string): string {
  // Shorter ones are not searched for secrets at all.
  const maxUnits = searchesTexts ? MIN_SEARCHED_UNITS : SHORT_TEXT_UNITS;
  const lines = [
    `const length = ${value}.length;`,
    `bits = length < ${maxUnits} ? 0 : ${NOT_ASCII};`,
    'if (bits === 0) {',
    'u8[p] = 0x60 | length;',
    'end = p + 1;',
    'if (length > 3) {',
  ];
  for (let i = 0; i < maxUnits - 5; i += 4) {
    lines.push(`if (length > ${i + 4}) { ${fourUnitsSource(value, String(i))} }`);
  }
  lines.push(fourUnitsSource(value, 'length - 4'), '} else {');
  for (let i = 0; i < 3; i++) {
    lines.push(
      `if (length > ${i}) { bits |= ${value}.charCodeAt(${i}); u8[end + ${i}] = ${value}.charCodeAt(${i}); }`,
    );
  }
  lines.push(
    '}',
    'end += length;',
    '}',
    `if (bits < ${NOT_ASCII}) {`,
    `if (memo${index}.isOpen) memo${index}.remember(views, p, end, ${value});`,
    'p = end;',
    `} else { ${other} }`,
  );
  return lines.join('\n');
}

function fourUnitsSource(value: string, from: string): string {
  const unit = (offset: number): string => `${value}.charCodeAt(${from} + ${offset})`;
  return `
const a = ${unit(0)}, b = ${unit(1)}, c = ${unit(2)}, d = ${unit(3)};
bits |= a | b | c | d;
view.setInt32(end + ${from}, (a << 24) | (b << 16) | (c << 8) | d);`;
}
