/**
 * The last short text of a field with its bytes as words, since many fields have the same text
 * again and again (`method: 'GET'`). Copying two words takes 3 ns where five characters take 9
 * (Node 20.20). A field whose text keeps changing gives up on it. A table of the last 64 texts of
 * a field was tried: for twelve characters a hit saved 7 ns, and cost the constant texts as much.
 */

import type { ByteViews } from '../memory/byte-views.ts';

/**
 * Longer text is not remembered: from 13 characters on V8 keeps a slice by a reference to the
 * whole text that it was cut from, which may be huge. With its head such a text has four words.
 */
export const MAX_MEMO_UNITS = 12;
const MAX_MISSES = 16;

export class TextMemo {
  /** undefined: nothing to compare with. */
  text: string | undefined = undefined;
  /** False once the field has given up. */
  isOpen = true;
  #lengthBytes = 0;
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;
  #misses = 0;

  /** Remembers `text`, which was just written as an item from `start` to `end`. */
  remember(views: ByteViews, start: number, end: number, text: string): void {
    this.isOpen = this.#misses++ < MAX_MISSES;
    if (!this.isOpen || text.length > MAX_MEMO_UNITS) {
      this.text = undefined;
      return;
    }
    const { view } = views;
    this.text = text;
    this.#lengthBytes = end - start;
    this.#word0 = view.getInt32(start);
    this.#word1 = view.getInt32(start + 4);
    this.#word2 = view.getInt32(start + 8);
    this.#word3 = view.getInt32(start + 12);
  }

  /**
   * Writes the remembered item and returns its end. Touches up to 16 bytes; what is beyond the
   * item is garbage that the next one writes over.
   */
  write(view: DataView, position: number): number {
    const lengthBytes = this.#lengthBytes;
    view.setInt32(position, this.#word0);
    view.setInt32(position + 4, this.#word1);
    if (lengthBytes > 8) {
      view.setInt32(position + 8, this.#word2);
      view.setInt32(position + 12, this.#word3);
    }
    return position + lengthBytes;
  }
}
