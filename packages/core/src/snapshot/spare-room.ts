/** Memory that was used and may be used again, for contents of about the same size. */

/** Lengths of segments differ by a few bytes; rounded up, one's room does for the next. */
const ROUNDING_BYTES = 4096;
/** What several walks at once give back between two that take. */
const MAX_SPARE_BYTES = 2 * 1024 * 1024;

export class SpareRoom {
  private readonly rooms: ArrayBufferLike[] = [];
  private spareBytes = 0;

  /** Not zeroed where it was used before. */
  take(lengthBytes: number): Uint8Array {
    const place = this.rooms.findIndex(({ byteLength }) => byteLength >= lengthBytes);
    const [room] = place < 0 ? [] : this.rooms.splice(place, 1);
    this.spareBytes -= room?.byteLength ?? 0;
    const roundedBytes = Math.ceil(lengthBytes / ROUNDING_BYTES) * ROUNDING_BYTES;
    return new Uint8Array(room ?? new ArrayBuffer(roundedBytes), 0, lengthBytes);
  }

  /** Nobody reads or writes it any more but whoever takes it next. */
  give({ buffer }: Uint8Array): void {
    if (this.spareBytes + buffer.byteLength > MAX_SPARE_BYTES) return;
    this.spareBytes += buffer.byteLength;
    this.rooms.push(buffer);
  }
}
