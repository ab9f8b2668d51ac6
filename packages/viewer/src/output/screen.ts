/**
 * The terminal as a whole, for as long as the full-screen reader has it: alternate screen, raw
 * keys, hidden cursor, and all of it given back at whatever end. Node's own key parser and five
 * sequences are enough: nothing is loaded, and a picture is one write of the lines that changed.
 */

import { emitKeypressEvents } from 'node:readline';

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
const LINE_START = (line: number): string => `\x1b[${line + 1};1H\x1b[2K`;

export interface ScreenListener {
  /** A special key by name, or the character typed. */
  onKey(key: string): void;
  onResize(): void;
}

export class Screen {
  #shown: readonly string[] = [];
  #listener: ScreenListener | null = null;
  #isEntered = false;

  static isPossible(): boolean {
    return process.stdin.isTTY === true && process.stdout.isTTY === true;
  }

  get columns(): number {
    return process.stdout.columns || 80;
  }

  get lines(): number {
    return process.stdout.rows || 24;
  }

  open(listener: ScreenListener): void {
    this.#listener = listener;
    emitKeypressEvents(process.stdin);
    process.stdin.on('keypress', this.#onKeypress);
    process.stdout.on('resize', this.#onResize);
    process.on('exit', this.#leave);
    process.on('uncaughtExceptionMonitor', this.#leave);
    process.on('SIGCONT', this.#onContinue);
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onSignal);
    this.#enter();
  }

  close(): void {
    this.#leave();
    process.stdin.off('keypress', this.#onKeypress);
    process.stdout.off('resize', this.#onResize);
    process.off('exit', this.#leave);
    process.off('uncaughtExceptionMonitor', this.#leave);
    process.off('SIGCONT', this.#onContinue);
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#onSignal);
    process.stdin.pause();
  }

  /** Shows these lines, writing only those that differ from what stands there. */
  paint(lines: readonly string[]): void {
    if (!this.#isEntered) return;
    let text = '';
    for (const [line, content] of lines.entries()) {
      if (content !== this.#shown[line]) text += LINE_START(line) + content;
    }
    this.#shown = lines;
    if (text !== '') process.stdout.write(text);
  }

  #enter(): void {
    this.#isEntered = true;
    this.#shown = [];
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(ENTER);
  }

  readonly #leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.stdout.write(LEAVE);
    process.stdin.setRawMode(false);
  };

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close();
    // The default death, so that whoever waits for the process learns of the signal.
    process.kill(process.pid, signal);
  };

  readonly #onContinue = (): void => {
    if (!this.#isEntered) this.#enter();
    this.#onResize();
  };

  readonly #onResize = (): void => {
    this.#shown = [];
    this.#listener?.onResize();
  };

  readonly #onKeypress = (text: string | undefined, key: Keypress): void => {
    if (key.ctrl && key.name === 'c') process.emit('SIGINT');
    else if (key.ctrl && key.name === 'z') {
      this.#leave();
      process.kill(process.pid, 'SIGTSTP');
    } else if (key.ctrl && key.name === 'l') this.#onResize();
    else if (!key.ctrl && !key.meta) this.#listener?.onKey(keyOf(text, key));
    else if (key.name === 'escape') this.#listener?.onKey('escape');
  };
}

const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

interface Keypress {
  readonly name?: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

function keyOf(text: string | undefined, { name }: Keypress): string {
  if (text !== undefined && /^[!-~]$/.test(text)) return text;
  return name === 'enter' ? 'return' : (name ?? text ?? '');
}
