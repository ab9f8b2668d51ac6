/**
 * The terminal as a whole, for as long as the full-screen reader has it: alternate screen, raw keys,
 * hidden cursor, and all of it given back at whatever end.
 *
 * No library draws. Of the kept ones for Node 20, terminal-kit 3.1.4 was measured (Node 20.20, 120×40,
 * rows that scroll): 23 ms to import, 1.0 ms a frame, 19 packages, 8.3 MB; this file: nothing to
 * import, 0.03 ms, no package, since a frame is only the lines that changed. What decided is what
 * it does with input, over a slow ssh above all: a character in two reads becomes U+FFFD and no key
 * comes after it, an arrow key in two reads becomes Escape, `[` and `A`, and a paste arrives as keys, where `q`
 * quits. It takes a family emoji for eight columns instead of two. Node's own key parser
 * (readline) does all of this right, and string-width knows widths; what is left is in this file.
 */

import type { Picture, PictureLine } from './picture.ts';

/** Alternate screen, no cursor, no wrapping, pasted text in brackets; and back, in the other order. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h';
const LEAVE = '\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';
/** A terminal that knows it shows what is between at once. */
const FRAME_START = '\x1b[?2026h';
const FRAME_END = '\x1b[?2026l';
/** Buttons and wheel, as numbers of any size. */
const MOUSE_ON = '\x1b[?1000h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1000l';
/** What Node's parser calls the beginning of a mouse event; the rest comes as characters. */
const MOUSE_LEAD = '[<';
const HIDE_CURSOR = '\x1b[?25l';
/** An Escape that begins no sequence is known after so many milliseconds. */
const ESCAPE_MS = 50;

export interface ScreenListener {
  /** A special key by name, or the character typed. */
  onKey(key: string): void;
  onPaste(text: string): void;
  /** Both from 0. */
  onClick(column: number, line: number): void;
  /** The size has changed, or what was shown is gone. */
  onResize(): void;
  /** There is no terminal any more. */
  onGone(): void;
}

export class Screen {
  #shown: readonly PictureLine[] = [];
  #cursor = '';
  #listener: ScreenListener | null = null;
  #isEntered = false;
  #pasted: string | null = null;
  /** What has come of a mouse event. */
  #mouse: string | null = null;
  #hasMouse = false;
  /** Whether another program has the terminal. */
  #isLent = false;
  #awaitKey: (() => void) | null = null;

  get columns(): number {
    return process.stdout.columns || 80;
  }

  get lines(): number {
    return process.stdout.rows || 24;
  }

  /** Milliseconds on a clock that only goes forward. */
  nowMs(): number {
    return process.uptime() * 1000;
  }

  async open(listener: ScreenListener): Promise<void> {
    const { stdin, stdout } = process;
    // Loaded here, since whatever a bundle imports at its top is paid for by every command.
    const { emitKeypressEvents } = await import('node:readline');
    this.#listener = listener;
    emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_MS } as never);
    stdin.on('keypress', this.#onKeypress);
    stdin.on('end', this.#onGone);
    stdin.on('error', this.#onGone);
    stdout.on('resize', this.#onResize);
    process.on('exit', this.#leave);
    process.on('uncaughtExceptionMonitor', this.#leave);
    process.on('SIGCONT', this.#onContinue);
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onSignal);
    if (CAN_SUSPEND) process.on('SIGTSTP', this.#onSuspend);
    this.#enter();
  }

  close(): void {
    const { stdin, stdout } = process;
    this.#listener = null;
    this.#leave();
    // A key was waited for below what a program left.
    if (this.#awaitKey !== null && !stdin.destroyed) stdin.setRawMode(false);
    stdin.off('keypress', this.#onKeypress);
    stdin.off('end', this.#onGone);
    stdin.off('error', this.#onGone);
    stdout.off('resize', this.#onResize);
    process.off('exit', this.#leave);
    process.off('uncaughtExceptionMonitor', this.#leave);
    process.off('SIGCONT', this.#onContinue);
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#onSignal);
    process.off('SIGTSTP', this.#onSuspend);
    stdin.pause();
  }

  /** Shows a picture, writing only the lines that differ from what stands there. */
  paint({ lines, cursor }: Picture): void {
    if (!this.#isEntered) return;
    let text = '';
    for (const [line, { text: content, edge }] of lines.entries()) {
      const shown = this.#shown[line];
      if (shown !== undefined && shown.text === content && shown.edge === edge) continue;
      text += `\x1b[${line + 1};1H\x1b[2K${content}`;
      if (edge !== '') text += `\x1b[${this.columns}G${edge}`;
    }
    this.#shown = lines;
    const place =
      cursor === null ? HIDE_CURSOR : `\x1b[${cursor.line + 1};${cursor.column + 1}H\x1b[?25h`;
    if (text === '' && place === this.#cursor) return;
    this.#cursor = place;
    process.stdout.write(FRAME_START + text + place + FRAME_END);
  }

  /** Asks the terminal to put a text on the clipboard, also through ssh (OSC 52). */
  copy(text: string): void {
    const sequence = `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
    process.stdout.write(sequence);
    // Where tmux does not take it itself, it may be allowed to hand it on to the terminal around it.
    if (this.isInTmux) process.stdout.write(`\x1bPtmux;\x1b${sequence}\x1b\\`);
  }

  get isInTmux(): boolean {
    return Boolean(process.env.TMUX);
  }

  /** Whether wheel and clicks come here; without it the terminal selects text by them. */
  setMouse(isOn: boolean): void {
    if (isOn === this.#hasMouse) return;
    this.#hasMouse = isOn;
    process.stdout.write(isOn ? MOUSE_ON : MOUSE_OFF);
  }

  /** Forgets what is shown, so that the next picture is painted as a whole. */
  redraw(): void {
    this.#shown = [];
    process.stdout.write('\x1b[2J');
  }

  /** Gives the terminal back until the process is continued, as Ctrl-Z does elsewhere. */
  suspend(): void {
    if (!CAN_SUSPEND) return;
    this.#leave();
    process.off('SIGTSTP', this.#onSuspend);
    // The whole group stops, so that a shell script or npx around this stops as well.
    process.kill(0, 'SIGTSTP');
  }

  /**
   * Gives the terminal to other programs while a task runs, and takes it back. Ctrl-C and the like are
   * theirs meanwhile; Ctrl-Z stops them and this process together, as one job of the shell.
   */
  async lend(task: () => Promise<void>): Promise<void> {
    this.#isLent = true;
    this.#leave();
    process.stdin.pause();
    process.off('SIGTSTP', this.#onSuspend);
    const heard = LENT_SIGNALS.map((signal) => ({ signal, listeners: process.listeners(signal) }));
    for (const { signal, listeners } of heard) {
      process.on(signal, ignore);
      for (const listener of listeners) process.off(signal, listener);
    }
    // Node stops reading a moment after the pause; what is typed from then on is the program's.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await task();
    } finally {
      for (const { signal, listeners } of heard) {
        for (const listener of listeners) process.on(signal, listener);
        process.off(signal, ignore);
      }
      this.#isLent = false;
      // It may have been closed meanwhile.
      if (this.#listener !== null) this.#onContinue();
    }
  }

  /** Writes a line below what a program left, and waits for a key; while the screen is lent. */
  async anyKey(line: string): Promise<void> {
    const { stdin, stdout } = process;
    stdout.write(`\x1b[0m\r\n${line}`);
    stdin.setRawMode(true);
    stdin.resume();
    await new Promise<void>((resolve) => {
      this.#awaitKey = resolve;
    });
    this.#awaitKey = null;
    stdout.write('\r\n');
    stdin.setRawMode(false);
  }

  /** Does what Ctrl-C does elsewhere. */
  interrupt(): void {
    process.emit('SIGINT');
  }

  #enter(): void {
    this.#isEntered = true;
    this.#shown = [];
    this.#cursor = '';
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(ENTER + (this.#hasMouse ? MOUSE_ON : ''));
  }

  readonly #leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.stdout.write((this.#hasMouse ? MOUSE_OFF : '') + LEAVE);
    // The terminal may be gone, and the process with it in a moment.
    if (!process.stdin.destroyed) process.stdin.setRawMode(false);
  };

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close();
    // The default death, so that whoever waits for the process learns of the signal.
    process.kill(process.pid, signal);
  };

  readonly #onSuspend = (): void => this.suspend();

  readonly #onGone = (): void => this.#listener?.onGone();

  readonly #onContinue = (): void => {
    if (this.#isLent) return;
    if (!this.#isEntered) {
      if (CAN_SUSPEND) process.on('SIGTSTP', this.#onSuspend);
      this.#enter();
    }
    this.#onResize();
  };

  readonly #onResize = (): void => {
    this.#shown = [];
    this.#listener?.onResize();
  };

  readonly #onKeypress = (text: string | undefined, key: Keypress): void => {
    if (this.#awaitKey !== null) this.#awaitKey();
    else if (this.#mouse !== null) this.#takeMouse(text ?? '');
    else if (key.code === MOUSE_LEAD) this.#mouse = '';
    else if (key.name === 'paste-start') this.#pasted = '';
    else if (key.name === 'paste-end') {
      const pasted = this.#pasted ?? '';
      this.#pasted = null;
      this.#listener?.onPaste(pasted);
    } else if (this.#pasted !== null) this.#pasted += text ?? '';
    else this.#listener?.onKey(keyOf(text, key));
  };

  /** `0;column;lineM` for a press, `m` for a release; the wheel is a button as well. */
  #takeMouse(character: string): void {
    this.#mouse += character;
    if (/^[\d;]{0,20}$/.test(this.#mouse ?? '')) return;
    const event = /^(\d+);(\d+);(\d+)M$/.exec(this.#mouse ?? '');
    this.#mouse = null;
    if (event === null) return;
    const [button, column, line] = event.slice(1).map(Number);
    if (button === 0) this.#listener?.onClick(column - 1, line - 1);
    else if (button === WHEEL_UP) this.#listener?.onKey('wheel-up');
    else if (button === WHEEL_DOWN) this.#listener?.onKey('wheel-down');
  }
}

const WHEEL_UP = 64;
const WHEEL_DOWN = 65;

const CAN_SUSPEND: boolean = process.platform !== 'win32';
const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;
/** What the keyboard sends to all programs of a terminal, and is meant for the one that has it. */
const LENT_SIGNALS: readonly NodeJS.Signals[] = CAN_SUSPEND ? ['SIGINT', 'SIGQUIT'] : ['SIGINT'];

function ignore(): void {}

interface Keypress {
  readonly name?: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly sequence?: string;
  readonly code?: string;
}

/** The character, or a name: `up`, `ctrl-f`, `meta-x`. */
function keyOf(text: string | undefined, { name, ctrl, meta, sequence }: Keypress): string {
  if (name === 'escape') return 'escape';
  if (ctrl) return `ctrl-${name ?? ''}`;
  if (meta) return `meta-${name ?? text ?? ''}`;
  const typed = text ?? sequence ?? '';
  if ([...typed].length === 1 && !/\p{Cc}/u.test(typed)) return typed;
  return name === 'enter' ? 'return' : (name ?? '');
}
