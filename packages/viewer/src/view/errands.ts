/**
 * What keys ask for and the state cannot do itself: on the terminal, and beyond it by `Outlets`. What
 * becomes of it is a message for the status line.
 */

import { copiedText } from './copied-text.ts';
import type { KnownEvents } from './known-events.ts';
import type { Clock, CopyForm, Request, View, WriteTarget } from './model.ts';
import { markedEvents, type Outgoing, shownEvents } from './outgoing.ts';
import { framePlace, type SourcePlace, sourcePlaceOf } from './source-place.ts';

/** What is done beyond the reader. Each tells what is to be said of it, and never rejects. */
export interface Outlets {
  /** Opens a file in the user's editor, on the terminal. */
  edit(place: SourcePlace): Promise<string>;
  /** Runs a command of the user's on the terminal, with these events as its input. */
  pipe(command: string, events: Outgoing, clock: Clock): Promise<string>;
  /** Writes these events to a file, which appears when it is whole, or not at all. */
  write(target: WriteTarget, events: Outgoing, clock: Clock, errand: Errand): Promise<string>;
}

/** What takes its time while keys are pressed. */
export interface Errand {
  readonly signal: AbortSignal;
  say(message: string): void;
}

/** What of a terminal requests are about. */
export interface RequestSurface {
  copy(text: string): void;
  redraw(): void;
  suspend(): void;
  /** Whether tmux stands between this and the terminal. */
  readonly isInTmux: boolean;
}

/** Where it is told what became of an errand. */
interface Told {
  say(message: string): void;
  fail(error: unknown): void;
}

export class Errands {
  readonly #surface: RequestSurface;
  readonly #outlets: Outlets;
  readonly #told: Told;
  /** Ends what is being written. */
  #writing: AbortController | null = null;

  constructor(surface: RequestSurface, outlets: Outlets, told: Told) {
    this.#surface = surface;
    this.#outlets = outlets;
    this.#told = told;
  }

  /** Whether something is being written while keys are pressed. */
  get isBusy(): boolean {
    return this.#writing !== null;
  }

  stop(): void {
    this.#writing?.abort();
  }

  carryOut(request: Request, view: View, known: KnownEvents): void {
    const { say, fail } = this.#told;
    const said = this.#begin(request, view, known);
    if (typeof said === 'string') say(said);
    else said.then(say).catch(fail);
  }

  /** The message, at once where nothing is waited for. */
  #begin(request: Request, view: View, known: KnownEvents): string | Promise<string> {
    const surface = this.#surface;
    switch (request.kind) {
      case 'redraw':
        surface.redraw();
        return '';
      case 'suspend':
        surface.suspend();
        return '';
      case 'copy':
        return copied(request.form, view, known, surface);
      case 'edit': {
        const place = placeToEdit(view, known);
        return place === null
          ? 'nothing here tells where it was logged'
          : this.#outlets.edit(place);
      }
      case 'pipe': {
        const events = view.marks.length > 0 ? markedEvents(view, known) : shownEvents(known);
        if (events === null) return UNFINISHED;
        return this.#outlets.pipe(request.command, events, view.clock);
      }
      case 'write': {
        const events = shownEvents(known);
        return events === null ? UNFINISHED : this.#write(request, events, view.clock);
      }
    }
  }

  async #write(target: WriteTarget, events: Outgoing, clock: Clock): Promise<string> {
    if (this.#writing !== null) return 'one at a time: Ctrl-C gives up what is being written';
    const writing = new AbortController();
    this.#writing = writing;
    try {
      const errand = { signal: writing.signal, say: this.#told.say };
      return await this.#outlets.write(target, events, clock, errand);
    } finally {
      this.#writing = null;
    }
  }
}

const UNFINISHED = 'not yet: the filters have not been through all events';

/** More than a terminal takes in one piece. */
const MAX_COPIED_UNITS = 74_000;

function copied(form: CopyForm, view: View, known: KnownEvents, surface: RequestSurface): string {
  const text = copiedText(form, view, known);
  if (text === null) return 'there is nothing to copy';
  surface.copy(text.slice(0, MAX_COPIED_UNITS));
  if (text.length > MAX_COPIED_UNITS) return `copied the first ${MAX_COPIED_UNITS} characters`;
  return surface.isInTmux
    ? 'copied, if tmux takes it: tmux set -s set-clipboard on'
    : 'copied, if the terminal lets programs copy (OSC 52)';
}

/** In the event the frame that is chosen, if one is; else the place that logged it. */
function placeToEdit(view: View, known: KnownEvents): SourcePlace | null {
  const event = known.eventAt(view.chosen)?.event;
  if (event === undefined) return null;
  const row = view.pane === 'detail' ? known.detailRows(view.chosen, view.toggled) : [];
  const value = row[view.inDetail.row]?.node.value;
  const chosen = typeof value === 'string' ? framePlace(value) : null;
  return chosen ?? sourcePlaceOf(event);
}
