/**
 * A mark that the logger itself puts in the place of a value. A class of its own, so that nothing
 * that an application logs can pass for one.
 */
export class OwnMark {
  readonly #isOwn = true;
  /** One of the TAG_* that stand over a text. */
  readonly tag: number;
  readonly text: string;

  constructor(tag: number, text: string) {
    this.tag = tag;
    this.text = text;
  }

  /** Unlike `instanceof` it asks nothing of the value, which may be a proxy that throws. */
  static isMark(value: unknown): value is OwnMark {
    return typeof value === 'object' && value !== null && #isOwn in value;
  }
}
