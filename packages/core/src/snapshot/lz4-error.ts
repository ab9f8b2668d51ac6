/** What the LZ4 decoders throw at bytes that are no LZ4 frame, or not the one that was promised. */
export class Lz4Error extends Error {
  override readonly name = 'Lz4Error';
}
