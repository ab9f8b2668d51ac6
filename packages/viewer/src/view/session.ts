/**
 * The full-screen reader at work: keys become states, states pictures, and what takes long is done
 * in slices between them. Knows a terminal only as a `Surface`.
 */

import { type Palette, palette } from '../format/colour.ts';
import type { Picture } from '../output/picture.ts';
import type { RecordingFile } from '../recording-file.ts';
import { clicked } from './clicks.ts';
import { type DrawnPicture, picture } from './draw.ts';
import { Errands, type Outlets, type RequestSurface } from './errands.ts';
import { EventIndex } from './event-index.ts';
import { gone } from './going.ts';
import { resumed } from './jumps.ts';
import { KnownEvents } from './known-events.ts';
import { type FirstLook, firstView, type Key, type View } from './model.ts';
import { resized, settled } from './moves.ts';
import { NextReading } from './next-reading.ts';
import { markedEvents, type Outgoing } from './outgoing.ts';
import { pressed } from './press.ts';
import { pasted } from './prompt.ts';
import { sizesOf } from './sizes.ts';

export interface Surface extends RequestSurface {
  readonly columns: number;
  readonly lines: number;
  /** A clock that only goes forward. */
  nowMs(): number;
  paint(picture: Picture): void;
  interrupt(): void;
  setMouse(isOn: boolean): void;
}

/** Where more may come from. */
export interface Source {
  readonly isOpen: boolean;
  /** All recordings, where there is something new in them; else null. */
  look(): Promise<readonly RecordingFile[] | null>;
}

export interface SessionOptions {
  readonly files: readonly RecordingFile[];
  readonly colours: Palette;
  readonly utc: boolean;
  readonly look: Omit<FirstLook, 'heightLines' | 'widthColumns' | 'canFollow'>;
  readonly source?: Source;
  readonly outlets: Outlets;
}

/** Half of what a key may take until its picture is there, so that one slice and one picture fit. */
const SLICE_MS = 6;
const PICTURE_MS = 8;
/** Between pictures of a list that grows or of a search that goes on. */
const PROGRESS_MS = 100;
/** Between two looks at what grows; longer where a look takes long. */
const FOLLOW_MS = 500;
const FOLLOW_SHARE = 4;

export class Session {
  readonly #surface: Surface;
  readonly #options: SessionOptions;
  #known: KnownEvents;
  readonly #filling: Generator<void>;
  #view: View;
  #painted: DrawnPicture | null = null;
  #next: NextReading | null = null;
  #isLooking = false;
  #paintedMs = 0;
  #isPaintDue = false;
  #isWorking = false;
  readonly #errands: Errands;
  #settle: { resolve(): void; reject(error: unknown): void } | null = null;

  constructor(surface: Surface, options: SessionOptions) {
    this.#surface = surface;
    this.#options = options;
    this.#errands = new Errands(surface, options.outlets, {
      say: (message) => this.#guard(() => this.#say(message)),
      fail: (error) => this.#settle?.reject(error),
    });
    const index = new EventIndex(options.files);
    this.#filling = index.fill();
    this.#known = new KnownEvents(index, options.files, options.utc);
    const { look, source } = options;
    const { heightLines } = sizesOf(
      { ...look, isSplit: false, pane: 'list', pinned: null },
      surface.lines,
    );
    const canFollow = source?.isOpen ?? false;
    this.#view = firstView({ ...look, heightLines, widthColumns: surface.columns, canFollow });
  }

  get view(): View {
    return this.#view;
  }

  get marked(): Outgoing {
    return markedEvents(this.#view, this.#known);
  }

  /** Whether nothing is left to read, to look for or to paint. */
  isIdle(): boolean {
    const isReading = !this.#known.index.isComplete || this.#next !== null;
    return !this.#isPaintDue && !this.#isWorking && !isReading;
  }

  /** Resolves when the user wants no more. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#work();
    });
  }

  key(key: Key): void {
    if (key === 'ctrl-c') this.#interrupt();
    else this.#guard(() => this.#become(pressed(this.#view, key, this.#known)));
  }

  paste(text: string): void {
    this.#guard(() => this.#become(pasted(this.#view, text)));
  }

  /** Both from 0. */
  click(column: number, line: number): void {
    const painted = this.#painted;
    if (painted === null) return;
    const place = { column, line, columns: this.#surface.columns };
    this.#guard(() => this.#become(clicked(this.#view, place, painted, this.#known)));
  }

  resize(): void {
    this.#guard(() => this.#become({ ...this.#view }));
  }

  end(): void {
    this.#view = { ...this.#view, isDone: true };
    this.#errands.stop();
    this.#settle?.resolve();
  }

  #interrupt(): void {
    const { prompt, pending } = this.#view;
    if (this.#errands.isBusy) this.#errands.stop();
    else if (prompt === null && pending === null) this.#surface.interrupt();
    else this.#become({ ...this.#view, prompt: null, pending: null, count: null });
  }

  #become(view: View): void {
    if (view.hasMouse !== this.#view.hasMouse) this.#surface.setMouse(view.hasMouse);
    const isFollowed = view.isFollowing && !this.#view.isFollowing;
    this.#view = view;
    if (view.isDone && !this.#errands.isBusy) {
      this.end();
      return;
    }
    if (view.isDone) {
      this.#view = { ...view, isDone: false, message: 'still writing: Ctrl-C gives it up' };
    }
    if (isFollowed) this.#lookAgain();
    this.#refresh();
    this.#carryOut();
    this.#paintSoon();
    this.#workSoon();
  }

  #refresh(): void {
    this.#view = this.#sized(this.#view);
    this.#known.refresh(this.#view);
    const view = gone(settled(this.#view, this.#known), this.#known);
    this.#view = resumed(view, this.#known);
  }

  #sized(view: View): View {
    const { columns: widthColumns, lines } = this.#surface;
    const { heightLines, detailLines } = sizesOf(view, lines);
    const isSame =
      view.heightLines === heightLines &&
      view.detailLines === detailLines &&
      view.widthColumns === widthColumns;
    if (isSame) return view;
    return { ...resized(view, heightLines, this.#known), detailLines, widthColumns };
  }

  #carryOut(): void {
    const { request } = this.#view;
    if (request === null) return;
    this.#view = { ...this.#view, request: null };
    this.#errands.carryOut(request, this.#view, this.#known);
  }

  #say(message: string): void {
    if (message === '' || this.#view.isDone) return;
    this.#view = { ...this.#view, message };
    this.#paintSoon();
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
    const { theme } = this.#view;
    const drawing = {
      known: this.#known,
      columns,
      colours: theme === null ? this.#options.colours : palette(theme === 'colour'),
      utc: this.#options.utc,
      isLate: () => surface.nowMs() - startMs > PICTURE_MS,
    };
    const painted = picture(this.#view, drawing, lines);
    surface.paint(painted);
    this.#painted = painted;
    const { screenEvents } = painted;
    if (screenEvents !== this.#view.screenEvents) this.#view = { ...this.#view, screenEvents };
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
    if (!wasComplete && index.isOutdated) {
      this.#next = new NextReading(index.files, this.#options.utc);
    }
    if (!hasMore && index.isComplete) hasMore = this.#workOnNext(isLate);
    if (hasMore || wasComplete !== index.isComplete) this.#workSoon();
  }

  /** Whether there is more to do of the reading that is to follow. */
  #workOnNext(isLate: () => boolean): boolean {
    const next = this.#next;
    if (next === null) return false;
    const reading = next.run(this.#view, this.#known.index, isLate);
    if (reading === null) return true;
    this.#next = null;
    this.#known = reading.known;
    this.#view = reading.view;
    this.#refresh();
    this.#paintSoon();
    return false;
  }

  /** Looks for more until the user wants no more of it. */
  #lookAgain(): void {
    const { source } = this.#options;
    if (this.#isLooking || source === undefined) return;
    this.#isLooking = true;
    const startMs = this.#surface.nowMs();
    const pause = (): void => {
      const waitMs = Math.max(FOLLOW_MS, FOLLOW_SHARE * (this.#surface.nowMs() - startMs));
      setTimeout(() => {
        this.#isLooking = false;
        if (this.#view.isFollowing && !this.#view.isDone) this.#lookAgain();
      }, waitMs).unref();
    };
    if (this.#next !== null) pause();
    else
      source
        .look()
        .then((files) => {
          this.#guard(() => this.#take(files, source));
          pause();
        })
        .catch((error: unknown) => this.#settle?.reject(error));
  }

  #take(files: readonly RecordingFile[] | null, { isOpen }: Source): void {
    if (this.#view.isDone) return;
    if (files !== null) this.#next = new NextReading(files, this.#options.utc);
    if (!isOpen) {
      const message = 'the process has ended';
      this.#view = { ...this.#view, isFollowing: false, canFollow: false, message };
      this.#paintSoon();
    }
    this.#workSoon();
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
