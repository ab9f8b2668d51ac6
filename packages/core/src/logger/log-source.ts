/**
 * All loggers of one name in one thread, and what the writer has learned of their calls.
 */

import { POOL_WARN } from '../memory/ring-layout.ts';
import type { Redaction } from '../record/redaction.ts';
import { ShapeTable } from './call-shape.ts';

export type Fields = { readonly [key: string]: unknown };

export class LogSource {
  readonly name: string;
  /** Whose calls the tables describe; another writer's redaction may differ. */
  writer: object | null = null;
  #normalShapes: ShapeTable | null = null;
  #warnShapes: ShapeTable | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Begins anew for another writer. */
  adopt(writer: object, redaction: Redaction): void {
    this.writer = writer;
    this.#normalShapes = new ShapeTable(this.name, redaction);
    this.#warnShapes = new ShapeTable(this.name, redaction);
  }

  /** Only after `adopt`. Each lane has its own, since what is defined in one is not in the other. */
  shapesOf(pool: number): ShapeTable {
    return (pool === POOL_WARN ? this.#warnShapes : this.#normalShapes) as ShapeTable;
  }
}
