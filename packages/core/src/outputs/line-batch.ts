/**
 * Lines on their way to where they go, with what each of them stands for: what is lost where they
 * are not taken can then be told later, by its exact number.
 */

import { LineBytes } from '../text/line-bytes.ts';

/** Events that were not printed: for being overwritten, or for want of a place to write them to. */
export interface Loss {
  missed: number;
  unwritten: number;
  /** Threads of which events may have been overwritten, nobody knows how many. */
  uncertainGaps: number;
}

interface GapLine extends Loss {
  readonly endBytes: number;
}

const NO_LOSS: Loss = { missed: 0, unwritten: 0, uncertainGaps: 0 };

export class LineBatch {
  readonly text: LineBytes = new LineBytes();
  /** Where the line of an event ends. */
  #eventEnds: number[] = [];
  #gapLines: GapLine[] = [];

  /** What was appended to `text` is the line of one event. */
  endEvent(): void {
    this.#eventEnds.push(this.text.length);
  }

  /** What was appended to `text` tells of this loss. */
  endGap(loss: Partial<Loss>): void {
    this.#gapLines.push({ ...NO_LOSS, ...loss, endBytes: this.text.length });
  }

  /** What is lost, or not told, where no more than so many bytes have been taken. */
  lossAfter(takenBytes: number): Loss {
    const isLost = (endBytes: number): boolean => endBytes > takenBytes;
    const loss: Loss = { ...NO_LOSS, unwritten: this.#eventEnds.filter(isLost).length };
    for (const { endBytes, missed, unwritten, uncertainGaps } of this.#gapLines) {
      if (!isLost(endBytes)) continue;
      loss.missed += missed;
      loss.unwritten += unwritten;
      loss.uncertainGaps += uncertainGaps;
    }
    return loss;
  }

  clear(): void {
    this.text.length = 0;
    this.#eventEnds.length = 0;
    this.#gapLines.length = 0;
  }
}
