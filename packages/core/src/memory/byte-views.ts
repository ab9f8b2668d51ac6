/** Taken at import, so that what the application replaces later does not reach the recorder. */
export const bufferFrom: typeof Buffer.from = Buffer.from;

/**
 * One stretch of memory seen in the ways an encoder needs. Always this class, whether over the
 * shared ring or over scratch memory: call sites that see one shape of object stay fast.
 */
export class ByteViews {
  readonly u8: Uint8Array;
  /** For floats; big-endian as CBOR wants them unless told otherwise. */
  readonly view: DataView;
  /** For `utf8Write` and `latin1Write`, which also write to shared memory. */
  readonly text: Buffer;

  constructor(buffer: ArrayBufferLike) {
    this.u8 = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.text = bufferFrom(buffer as ArrayBuffer);
  }
}
