/**
 * The last short text of a field with its bytes as words, since many fields have the same text
 * again and again (`method: 'GET'`). Copying two words takes 3 ns where five characters take 9
 * (Node 20.20). A field whose text keeps changing gives up on it. Tables of more texts were tried:
 * of the last 64 of a field, where for twelve characters a hit saved 7 ns and cost the constant
 * texts as much; and of 256 of the thread for fields that have given up, where the look-up took
 * 11 ns more than the characters that it saved.
 */

import type { ByteViews } from '../memory/byte-views.ts';

/**
 * Longer text is not remembered: from 13 characters on V8 keeps a slice by a reference to the
 * whole text that it was cut from, which may be huge. With its head such a text has two words.
 */
export const MAX_MEMO_UNITS = 12;
const MAX_MISSES = 16;

export class TextMemo {
  /** undefined: nothing to compare with. */
  text: string | undefined = undefined;
  /** False once the field has given up. */
  isOpen = true;
  #lengthBytes = 0;
  // As float64, which takes one store. No such word is a NaN, which V8 might store as another: the
  // first byte of the one is a text head, and all of the other is ASCII.
  #first = 0.5;
  #second = 0.5;
  #misses = 0;

  /** Remembers `text`, ASCII, which was just written as an item from `start` to `end`. */
  remember(views: ByteViews, start: number, end: number, text: string): void {
    this.isOpen = this.#misses++ < MAX_MISSES;
    if (!this.isOpen || text.length > MAX_MEMO_UNITS) {
      this.text = undefined;
      return;
    }
    const { view } = views;
    // What is beyond the item may be anything, a NaN too.
    for (let p = end; p < start + 16; p++) view.setUint8(p, 0);
    this.text = text;
    this.#lengthBytes = end - start;
    this.#first = view.getFloat64(start);
    this.#second = view.getFloat64(start + 8);
  }

  /**
   * Writes the remembered item and returns its end. Touches up to 16 bytes; what is beyond the
   * item is garbage that the next one writes over.
   */
  write(view: DataView, position: number): number {
    view.setFloat64(position, this.#first);
    if (this.#lengthBytes > 8) view.setFloat64(position + 8, this.#second);
    return position + this.#lengthBytes;
  }
}
