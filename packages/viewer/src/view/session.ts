/**
 * The full-screen reader at work: keys become states, states pictures, and what takes long is done
 * in slices between them. Knows a terminal only as a `Surface`.
 */

import type { Palette } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { jsonlFormat } from '../format/jsonl.ts';
import type { Picture } from '../output/picture.ts';
import type { RecordingFile } from '../recording-file.ts';
import { paneLines, picture } from './draw.ts';
import { lineText } from './draw-list.ts';
import { EventIndex } from './event-index.ts';
import { resumed } from './jumps.ts';
import { KnownEvents } from './known-events.ts';
import { type CopyForm, type FirstLook, firstView, type View } from './model.ts';
import { resized, settled } from './moves.ts';
import { pressed } from './press.ts';
import { pasted } from './prompt.ts';

export interface Surface {
  readonly columns: number;
  readonly lines: number;
  /** A clock that only goes forward. */
  nowMs(): number;
  paint(picture: Picture): void;
  copy(text: string): void;
  redraw(): void;
  suspend(): void;
  interrupt(): void;
}

export interface SessionOptions {
  readonly files: readonly RecordingFile[];
  readonly colours: Palette;
  readonly utc: boolean;
  readonly look: Omit<FirstLook, 'heightLines'>;
}

/** Half of what a key may take until its picture is there, so that one slice and one picture fit. */
const SLICE_MS = 6;
const PICTURE_MS = 8;
/** Between pictures of a list that grows or of a search that goes on. */
const PROGRESS_MS = 100;
/** More than a terminal takes in one piece. */
const MAX_COPIED_UNITS = 74_000;

export class Session {
  readonly #surface: Surface;
  readonly #options: SessionOptions;
  readonly #known: KnownEvents;
  readonly #filling: Generator<void>;
  #view: View;
  #paintedMs = 0;
  #isPaintDue = false;
  #isWorking = false;
  #settle: { resolve(): void; reject(error: unknown): void } | null = null;

  constructor(surface: Surface, options: SessionOptions) {
    this.#surface = surface;
    this.#options = options;
    const index = new EventIndex(options.files);
    this.#filling = index.fill();
    this.#known = new KnownEvents(index, options.files, options.utc);
    const heightLines = paneLines(surface.lines, options.look.hasHistogram);
    this.#view = firstView({ ...options.look, heightLines });
  }

  get view(): View {
    return this.#view;
  }

  /** Whether nothing is left to read, to look for or to paint. */
  isIdle(): boolean {
    return !this.#isPaintDue && !this.#isWorking && this.#known.index.isComplete;
  }

  /** Resolves when the user wants no more. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#work();
    });
  }

  key(key: string): void {
    if (key === 'ctrl-c') this.#interrupt();
    else this.#guard(() => this.#become(pressed(this.#view, key, this.#known)));
  }

  paste(text: string): void {
    this.#guard(() => this.#become(pasted(this.#view, text)));
  }

  resize(): void {
    const height = paneLines(this.#surface.lines, this.#view.hasHistogram);
    this.#guard(() => this.#become(resized(this.#view, height, this.#known)));
  }

  end(): void {
    this.#view = { ...this.#view, isDone: true };
    this.#settle?.resolve();
  }

  #interrupt(): void {
    const { prompt, pending } = this.#view;
    if (prompt === null && pending === null) this.#surface.interrupt();
    else this.#become({ ...this.#view, prompt: null, pending: null });
  }

  #become(view: View): void {
    this.#view = view;
    if (view.isDone) {
      this.end();
      return;
    }
    this.#refresh();
    this.#carryOut();
    this.#paintSoon();
    this.#workSoon();
  }

  #refresh(): void {
    this.#known.refresh(this.#view);
    const view = resumed(settled(this.#view, this.#known), this.#known);
    const height = paneLines(this.#surface.lines, view.hasHistogram);
    this.#view = height === view.heightLines ? view : resized(view, height, this.#known);
  }

  #carryOut(): void {
    const { request } = this.#view;
    if (request === null) return;
    this.#view = { ...this.#view, request: null };
    if (request.kind === 'redraw') this.#surface.redraw();
    else if (request.kind === 'suspend') this.#surface.suspend();
    else this.#copy(request.form);
  }

  #copy(form: CopyForm): void {
    const text = this.#copiedText(form);
    if (text !== null) this.#surface.copy(text.slice(0, MAX_COPIED_UNITS));
    const message =
      text === null
        ? 'there is nothing to copy'
        : text.length > MAX_COPIED_UNITS
          ? `copied the first ${MAX_COPIED_UNITS} characters`
          : 'copied, if the terminal lets programs copy (OSC 52)';
    this.#view = { ...this.#view, message };
  }

  #copiedText(form: CopyForm): string | null {
    const { chosen, row, toggled, pane } = this.#view;
    const sourced = this.#known.eventAt(chosen);
    if (sourced === undefined) return null;
    if (form === 'json') return jsonlFormat()(sourced.event, sourced.file).trimEnd();
    if (form === 'line') return lineText(sourced.event);
    const node = pane === 'detail' ? this.#known.detailRows(chosen, toggled)[row]?.node : undefined;
    if (node === undefined) return null;
    if (form === 'key') return node.label === '' ? null : node.label;
    if (form === 'path') return node.path;
    return typeof node.value === 'string' ? node.value : printable(node.text);
  }

  /** Once for all keys that came together. */
  #paintSoon(): void {
    if (this.#isPaintDue) return;
    this.#isPaintDue = true;
    queueMicrotask(() => {
      this.#isPaintDue = false;
      this.#guard(() => this.#paint());
    });
  }

  #paint(): void {
    if (this.#view.isDone) return;
    const surface = this.#surface;
    const startMs = surface.nowMs();
    const { columns, lines } = surface;
    const drawing = {
      known: this.#known,
      columns,
      colours: this.#options.colours,
      utc: this.#options.utc,
      isLate: () => surface.nowMs() - startMs > PICTURE_MS,
    };
    const painted = picture(this.#view, drawing, lines);
    surface.paint(painted);
    this.#paintedMs = surface.nowMs();
    if (painted.isPartial) setImmediate(() => this.#paintSoon());
  }

  #workSoon(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    setImmediate(() => {
      this.#isWorking = false;
      this.#guard(() => this.#work());
    });
  }

  /** One slice of what there is to do; a picture now and then, and when all is done. */
  #work(): void {
    if (this.#view.isDone) return;
    const surface = this.#surface;
    const startMs = surface.nowMs();
    const isLate = (): boolean => surface.nowMs() - startMs > SLICE_MS;
    const { index } = this.#known;
    const wasComplete = index.isComplete;
    let hasMore = false;
    if (index.isComplete) hasMore = this.#known.run(isLate);
    else
      do hasMore = !this.#filling.next().done;
      while (hasMore && !isLate());
    const isPaintDue = !hasMore || startMs - this.#paintedMs > PROGRESS_MS;
    if (isPaintDue || this.#view.pending !== null) {
      const { pending } = this.#view;
      this.#refresh();
      if (isPaintDue || pending !== this.#view.pending) this.#paintSoon();
    }
    if (hasMore || wasComplete !== index.isComplete) this.#workSoon();
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#view = { ...this.#view, isDone: true };
      this.#settle?.reject(error);
    }
  }
}
