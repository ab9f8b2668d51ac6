/** What a screen is given to show. Everything in it is printable, but for colours. */

export interface PictureLine {
  readonly text: string;
  /** For the last column; empty for nothing. */
  readonly edge: string;
}

export interface Picture {
  readonly lines: readonly PictureLine[];
  /** Where text is being typed, both from 0; null hides the cursor. */
  readonly cursor: { readonly line: number; readonly column: number } | null;
  /** Whether another picture of the same state would show more. */
  readonly isPartial: boolean;
}
