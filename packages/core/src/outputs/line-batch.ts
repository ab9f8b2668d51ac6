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
  /** Up to when all was dealt with before the event whose lines are appended. */
  doneBeforeNs = 0;
  /** Where the line of an event ends, and that moment. */
  #eventEnds: number[] = [];
  #eventsDoneBeforeNs: number[] = [];
  #gapLines: GapLine[] = [];

  /** What was appended to `text` is the line of one event. */
  endEvent(): void {
    this.#eventEnds.push(this.text.length);
    this.#eventsDoneBeforeNs.push(this.doneBeforeNs);
  }

  /** What was appended to `text` tells of this loss. */
  endGap(loss: Partial<Loss>): void {
    this.#gapLines.push({ ...NO_LOSS, ...loss, endBytes: this.text.length });
  }

  /** What is lost, or not told, where no more than so many bytes have been taken. */
  lossAfter(takenBytes: number): Loss {
    const loss: Loss = { ...NO_LOSS };
    for (const endBytes of this.#eventEnds) if (isLost(endBytes, takenBytes)) loss.unwritten++;
    for (const { endBytes, missed, unwritten, uncertainGaps } of this.#gapLines) {
      if (!isLost(endBytes, takenBytes)) continue;
      loss.missed += missed;
      loss.unwritten += unwritten;
      loss.uncertainGaps += uncertainGaps;
    }
    return loss;
  }

  /** `doneNs`, or up to when all is done where no more than so many bytes have been taken. */
  doneAfter(takenBytes: number, doneNs: number): number {
    const lost = this.#eventEnds.findIndex((endBytes) => isLost(endBytes, takenBytes));
    return lost === -1 ? doneNs : this.#eventsDoneBeforeNs[lost];
  }

  clear(): void {
    this.text.length = 0;
    this.#eventEnds.length = 0;
    this.#eventsDoneBeforeNs.length = 0;
    this.#gapLines.length = 0;
  }
}

/** A line that lacks its end alone gets it from whoever writes next. */
function isLost(endBytes: number, takenBytes: number): boolean {
  return endBytes - 1 > takenBytes;
}
