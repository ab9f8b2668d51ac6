/**
 * What the decoders of this room throw at bytes that no ttlog wrote. Callers turn it into
 * reported damage; it never reaches a user of the package.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  /** Offset in the bytes that were given to the decoder. */
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(what);
    this.offset = offset;
  }
}
