/**
 * Walks the records of one segment: definitions into tables, events one at a time, each first
 * looked at and decoded only when wanted. Where the segment came from, and what its times mean
 * on a clock, is not known here.
 */

import { itemEnd, MALFORMED } from '../memory/cbor-item.ts';
import { CONTEXT_FIELDS, readFields, readUid } from './context-fields.ts';
import { ContextTable } from './decode-context.ts';
import { DecodeError } from './decode-error.ts';
import { DEFAULT_BUDGET, ValueDecoder } from './decode-value.ts';
import {
  type ContextUid,
  type EffectiveContext,
  type LateFields,
  NO_CONTEXT,
} from './effective-context.ts';
import { MAX_SEVERITY } from './level.ts';
import { type PlainObject, setOwn } from './own-property.ts';
import {
  KIND_LOG,
  KIND_SPAN_END,
  RECORD_CONTEXT,
  RECORD_LATE,
  RECORD_SHAPE,
} from './record-layout.ts';

/** Items of an event before its values: dt, severity, shape, context. */
const EVENT_FIELDS = 4;
/**
 * What all definitions of a segment may allocate, in the decoder's units: this and half a unit
 * a byte, which is more than any number of contexts takes: the smallest definition has 15 bytes.
 */
const LEAST_DEFINITIONS_BUDGET = 1 << 20;
const BYTES_PER_UNIT = 2;
/** Far more than any object has that the writer takes apart into keys. */
const MAX_KEYS = 1 << 16;
const SHAPE_COST = 12;
/** Two numbers and an entry of a Map, all of which grow by doubling. */
const CONTEXT_COST = 7;
const KEY_COST = 4;

/** Logger, message and keys of events. */
export interface Shape {
  readonly kind: number;
  readonly logger: string;
  readonly message: string;
  readonly keys: readonly string[];
  /** Whether no key needs the care that `__proto__` does. */
  readonly isPlain: boolean;
}

const NO_SHAPE: Shape = { kind: KIND_LOG, logger: '', message: '', keys: [], isPlain: true };

/** Which events `SegmentDecoder.advance` stops at. */
export interface EventBounds {
  minSeverity: number;
  /** Nanoseconds from the segment's base, inclusive. */
  minDtNs: number;
  maxDtNs: number;
}

export class SegmentDecoder {
  /** Of the event that `advance` stopped at. */
  dtNs = 0;
  severity = 0;
  /** Of the event that `decodeEvent` decoded. */
  shape: Shape = NO_SHAPE;
  fields: PlainObject = {};
  context: EffectiveContext = NO_CONTEXT;
  /** Where the values begin of the event whose head `readHead` has read. */
  valuesStart = 0;

  /** Events passed so far, those outside the bounds included. */
  eventCount = 0;
  /** Records of kinds that this version does not know. */
  unknownRecordCount = 0;
  /** Where the record begins that the decoder is at. */
  recordStart: number;

  readonly bytes: Uint8Array;
  private end: number;
  private readonly decoder: ValueDecoder;
  private readonly contexts: ContextTable;
  private readonly shapes: Shape[] = [];
  private readonly onLate: ((uid: ContextUid, fields: PlainObject) => void) | undefined;
  /** What the tables may take in all, and may still take. */
  private fullBudget: number;
  private definitionsBudget: number;
  private valueCount = 0;
  /** Where the event ends that `readWholeHead` has read; before that, somewhere earlier. */
  private wholeEnd = 0;
  /** Whether `advance` stopped at an event that nothing has walked past yet. */
  private isAtEvent = false;

  /**
   * Reads records in [start, end). `onLate` is given what `late` records say; whoever only wants
   * events leaves it out.
   */
  constructor(
    untrustedBytes: Uint8Array,
    start: number,
    end: number,
    lateFields: () => LateFields,
    onLate?: (uid: ContextUid, fields: PlainObject) => void,
  ) {
    this.bytes = untrustedBytes;
    this.end = end;
    this.recordStart = start;
    this.fullBudget = LEAST_DEFINITIONS_BUDGET + (end - start) / BYTES_PER_UNIT;
    this.definitionsBudget = this.fullBudget;
    this.decoder = new ValueDecoder(untrustedBytes, start, end);
    this.contexts = new ContextTable(this.decoder, lateFields);
    this.onLate = onLate;
  }

  /** What the tables take, in the decoder's units. */
  get tablesCost(): number {
    return this.fullBudget - this.definitionsBudget + this.contexts.keptCost;
  }

  /** More records have come behind those there were: they end at `end` now. */
  extend(end: number): void {
    const addedBytes = end - this.end;
    this.fullBudget += addedBytes / BYTES_PER_UNIT;
    this.definitionsBudget += addedBytes / BYTES_PER_UNIT;
    this.contexts.grow(addedBytes);
    this.end = end;
    this.decoder.end = end;
  }

  /** Walks to the next event within `bounds`; false at the end. Throws DecodeError at damage. */
  advance(bounds: EventBounds): boolean {
    const { decoder } = this;
    if (this.isAtEvent) this.skipRecord();
    while (decoder.position < this.end) {
      this.recordStart = decoder.position;
      const count = decoder.readArrayHead();
      if (decoder.peekMajor() !== 0) {
        this.readDefinition(count);
        continue;
      }
      if (count < EVENT_FIELDS) throw new DecodeError('an event is too short', this.recordStart);
      this.dtNs = decoder.readUnsigned();
      this.severity = decoder.readUnsigned();
      if (this.severity < 1 || this.severity > MAX_SEVERITY) {
        throw new DecodeError(`severity ${this.severity} does not exist`, this.recordStart);
      }
      this.eventCount++;
      this.valueCount = count - EVENT_FIELDS;
      this.isAtEvent = true;
      const { dtNs, severity } = this;
      if (severity >= bounds.minSeverity && dtNs >= bounds.minDtNs && dtNs <= bounds.maxDtNs) {
        return true;
      }
      this.skipRecord();
    }
    this.recordStart = this.end;
    return false;
  }

  /** Decodes the event that `advance` stopped at into `shape`, `fields` and `context`. */
  decodeEvent(): void {
    const { decoder } = this;
    this.readHeadItems();
    const { shape } = this;
    const { keys } = shape;
    const fields: PlainObject = {};
    if (shape.isPlain) {
      for (let i = 0; i < keys.length; i++) fields[keys[i]] = decoder.read();
    } else {
      for (let i = 0; i < keys.length; i++) setOwn(fields, keys[i], decoder.read());
    }
    this.fields = fields;
    this.isAtEvent = false;
  }

  /**
   * The first half of that: sets `shape`, `context` and `valuesStart`, from where on one value a key
   * stands in `bytes`. For whoever reads values by itself; the event may still be decoded.
   */
  readHead(): void {
    const { position } = this.decoder;
    this.readHeadItems();
    this.valuesStart = this.decoder.position;
    this.decoder.position = position;
  }

  /** The same for bytes that anyone may have made: the event has to be there to its end. */
  readWholeHead(): void {
    const end = itemEnd(this.bytes, this.recordStart, this.end);
    if (end === MALFORMED) {
      throw new DecodeError('a record is not well-formed CBOR', this.recordStart);
    }
    this.readHead();
    this.wholeEnd = end;
  }

  /** The value at `start`, which is one of the event that `advance` stopped at. */
  valueAt(start: number): unknown {
    const { decoder } = this;
    const { position } = decoder;
    decoder.position = start;
    decoder.budget = DEFAULT_BUDGET;
    const value = decoder.read();
    decoder.position = position;
    return value;
  }

  /** Logger, message and keys of the event that `advance` stopped at, which may still be decoded. */
  peekShape(): Shape {
    const { position } = this.decoder;
    this.decoder.budget = DEFAULT_BUDGET;
    const shape = this.readShapeOfEvent();
    this.decoder.position = position;
    return shape;
  }

  /** Goes to the record at `start` of which an earlier walk over the same bytes has told. */
  seek(start: number): void {
    while (this.decoder.position < start) {
      this.recordStart = this.decoder.position;
      const count = this.decoder.readArrayHead();
      if (this.decoder.peekMajor() !== 0) {
        this.readDefinition(count);
      } else {
        this.eventCount++;
        this.skipRecord();
      }
    }
    this.recordStart = start;
  }

  private readHeadItems(): void {
    this.decoder.budget = DEFAULT_BUDGET;
    const shape = this.readShapeOfEvent();
    const context = this.contexts.readEffective();
    const { length } = shape.keys;
    if (length !== this.valueCount) {
      const what = `an event has ${this.valueCount} values for ${length} keys`;
      throw new DecodeError(what, this.recordStart);
    }
    this.shape = shape;
    this.context = context;
  }

  /** Goes past the record at `recordStart`, whatever it means. */
  private skipRecord(): void {
    const isKnown = this.wholeEnd > this.recordStart;
    const next = isKnown ? this.wholeEnd : itemEnd(this.bytes, this.recordStart, this.end);
    if (next === MALFORMED) {
      throw new DecodeError('a record is not well-formed CBOR', this.recordStart);
    }
    this.decoder.position = next;
    this.isAtEvent = false;
  }

  private readDefinition(count: number): void {
    const { decoder } = this;
    decoder.budget = this.definitionsBudget;
    const name = decoder.readText();
    if (name === RECORD_SHAPE) {
      this.checkFields(name, count, 5);
      this.readShapeDefinition();
    } else if (name === RECORD_CONTEXT) {
      this.checkFields(name, count, CONTEXT_FIELDS + 1);
      this.contexts.define();
      decoder.budget -= CONTEXT_COST;
    } else if (name === RECORD_LATE && this.onLate !== undefined) {
      this.checkFields(name, count, 3);
      this.onLate(readUid(decoder), readFields(decoder));
    } else {
      if (name !== RECORD_LATE) this.unknownRecordCount++;
      this.skipRecord();
    }
    this.definitionsBudget = decoder.budget;
    if (this.definitionsBudget < 0) {
      throw new DecodeError('a segment defines more than could be used', this.recordStart);
    }
  }

  private checkFields(name: string, count: number, expected: number): void {
    if (count === expected) return;
    throw new DecodeError(`a "${name}" record has ${count} items`, this.recordStart);
  }

  private readShapeDefinition(): void {
    const { decoder } = this;
    const kind = decoder.readUnsigned();
    if (kind > KIND_SPAN_END) {
      throw new DecodeError(`a shape is of an unknown kind, ${kind}`, this.recordStart);
    }
    const shape = this.readShape(kind);
    decoder.budget -= SHAPE_COST + shape.keys.length * KEY_COST;
    this.shapes.push(shape);
  }

  private readShapeOfEvent(): Shape {
    const { decoder } = this;
    if (decoder.peekMajor() !== 0) {
      if (decoder.readArrayHead() === 3) return this.readShape(KIND_LOG);
      throw new DecodeError('an inline shape is not three items', this.recordStart);
    }
    const number = decoder.readUnsigned();
    const shape = this.shapes[number - 1];
    if (shape === undefined) {
      throw new DecodeError(`shape ${number} is not defined`, this.recordStart);
    }
    return shape;
  }

  private readShape(kind: number): Shape {
    const { decoder } = this;
    const logger = decoder.readText();
    const message = decoder.readText();
    const count = decoder.readArrayHead();
    if (count > MAX_KEYS) {
      throw new DecodeError(`a shape of ${count} keys is refused`, this.recordStart);
    }
    const keys: string[] = [];
    let isPlain = true;
    for (let i = 0; i < count; i++) {
      const key = decoder.readText();
      if (key in Object.prototype) isPlain = false;
      keys.push(key);
    }
    if (count > 1 && new Set(keys).size !== count) tellApart(keys);
    return { kind, logger, message, keys, isPlain };
  }
}

/** Long keys that were cut may have become the same; the later ones get a number. */
function tellApart(keys: string[]): void {
  const known = new Set<string>();
  for (let i = 0; i < keys.length; i++) {
    let key = keys[i];
    for (let n = 2; known.has(key); n++) key = `${keys[i]} (${n})`;
    known.add(key);
    keys[i] = key;
  }
}
