/**
 * The last short text of a field with its bytes as words, since many fields have the same text
 * again and again (`method: 'GET'`). Copying two words takes 2 ns where five characters take 9
 * (Node 20.20). A field whose text differs at every call gives up on it.
 */

import type { ByteViews } from '../memory/byte-views.ts';

/** The longest memo, with its head: six words. */
export const MAX_MEMO_BYTES = 24;
const MAX_MISSES = 16;

export class TextMemo {
  /** undefined: nothing to compare with. */
  text: string | undefined = undefined;
  /** Bytes of the CBOR item; the words beyond are garbage that the next item writes over. */
  lengthBytes = 0;
  word0 = 0;
  word1 = 0;
  word2 = 0;
  word3 = 0;
  word4 = 0;
  word5 = 0;
  #misses = 0;

  /** Remembers `text`, which was just written as an item from `start` to `end`. */
  remember(views: ByteViews, start: number, end: number, text: string): void {
    if (this.#misses >= MAX_MISSES || end - start > MAX_MEMO_BYTES) {
      this.text = undefined;
      return;
    }
    this.#misses++;
    const { view } = views;
    this.text = text;
    this.lengthBytes = end - start;
    this.word0 = view.getInt32(start);
    this.word1 = view.getInt32(start + 4);
    this.word2 = view.getInt32(start + 8);
    this.word3 = view.getInt32(start + 12);
    this.word4 = view.getInt32(start + 16);
    this.word5 = view.getInt32(start + 20);
  }

  /** Writes the remembered item and returns its end. Touches up to 24 bytes. */
  write(view: DataView, position: number): number {
    view.setInt32(position, this.word0);
    view.setInt32(position + 4, this.word1);
    const { lengthBytes } = this;
    if (lengthBytes > 8) {
      view.setInt32(position + 8, this.word2);
      view.setInt32(position + 12, this.word3);
      if (lengthBytes > 16) {
        view.setInt32(position + 16, this.word4);
        view.setInt32(position + 20, this.word5);
      }
    }
    return position + lengthBytes;
  }
}
