/**
 * What stands in a recorded value where the original could not be kept as itself. A mark is
 * what the decoder returns; the logger never sees one.
 */

export type MarkKind =
  | 'cut'
  | 'circular'
  | 'threw'
  | 'function'
  | 'symbol'
  | 'opaque'
  | 'not-evaluated';

/** A place in a recorded value that says what is not there. */
export class Mark {
  readonly kind: MarkKind;
  /** Name of the function, description of the symbol, what was thrown, and so on. */
  readonly text: string;
  /** For `cut`: the part that was kept. */
  readonly value: unknown;
  /** For `cut`: size before the cut in UTF-16 units, bytes or entries; null if not known. */
  readonly originalSize: number | null;

  constructor(
    kind: MarkKind,
    text = '',
    value: unknown = undefined,
    originalSize: number | null = null,
  ) {
    this.kind = kind;
    this.text = text;
    this.value = value;
    this.originalSize = originalSize;
  }

  /** As the viewer prints it: `[circular]`, `[function save]`, `[cut: 8192 of 104857600]`. */
  toString(): string {
    if (this.kind === 'cut') {
      const kept = typeof this.value === 'string' ? this.value : '';
      return `${kept}[cut${this.originalSize === null ? '' : `, ${this.originalSize} in all`}]`;
    }
    return this.text === '' ? `[${this.kind}]` : `[${this.kind} ${this.text}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}
