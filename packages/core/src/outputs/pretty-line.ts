/**
 * Events as a person reads them on a terminal: one line each, as `ttlog-view cat` writes them, but
 * without columns for what only a whole recording tells. All foreign text is escaped.
 */

import type { FollowedEvent } from '../follow/lane-tail.ts';
import type { EventHead } from '../record/event-head.ts';
import { type Level, levelOfSeverity, SEVERITY } from '../record/level.ts';
import { errorLines } from '../text/error-text.ts';
import { printable } from '../text/escape.ts';
import type { LineBytes } from '../text/line-bytes.ts';
import { keyText, valueText } from '../text/value.ts';
import { LineClock } from './line-clock.ts';
import type { LineFormat } from './line-format.ts';

const MS_NS = 1e6;
const FRACTION_DIGITS = 3;

/** The code of each level's colour, and its name. */
const LEVEL_STYLES: { readonly [level in Level]: readonly [code: string, label: string] } = {
  trace: ['2', 'TRACE'],
  debug: ['34', 'DEBUG'],
  info: ['32', 'INFO '],
  warn: ['33', 'WARN '],
  error: ['31', 'ERROR'],
  fatal: ['1;41;97', 'FATAL'],
};
const DIM = '2';
const BOLD = '1';
const RED = '31';
const BLUE = '34';
const CYAN = '36';

export class PrettyLines implements LineFormat {
  readonly #paint: (code: string, text: string) => string;
  readonly #clock = new LineClock((date) => `${date.toTimeString().slice(0, 8)}.`);

  constructor(isColoured: boolean) {
    this.#paint = isColoured
      ? (code, text) => `\x1b[${code}m${text}\x1b[0m`
      : (_code, text) => text;
  }

  setOrigin(originNs: bigint): void {
    this.#clock.setOrigin(originNs);
  }

  add(event: FollowedEvent, _head: EventHead, target: LineBytes): void {
    const paint = this.#paint;
    const { logger, message, fields, context } = event.decode();
    this.#addTime(event.timeNs, event.severity, target);
    let line = event.threadId === 0 ? '' : `${paint(BLUE, `#${event.threadId}`)} `;
    if (logger !== '') line += `${paint(CYAN, `${printable(logger)}:`)} `;
    const shown = printable(message);
    line += event.severity >= SEVERITY.error ? paint(BOLD, shown) : shown;
    let below = '';
    for (const [key, value] of Object.entries(fields)) {
      if (value instanceof Error) below += this.#errorBlock(key, value);
      else line += ` ${paint(DIM, `${keyText(key)}=`)}${valueText(value)}`;
    }
    for (const [key, value] of Object.entries(context.bindings)) {
      // A field of the same name is the one that counts.
      if (Object.hasOwn(fields, key)) continue;
      line += ` ${paint(DIM, `${keyText(key)}=`)}${valueText(value)}`;
    }
    if (context.traceId !== undefined) line += ` ${paint(DIM, `trace_id=${context.traceId}`)}`;
    target.text(`${line}${below}\n`);
  }

  addGap(count: number | null, reason: string, timeNs: number, target: LineBytes): void {
    const missed = count === null ? '' : ` missed=${count}`;
    this.#addTime(timeNs, SEVERITY.warn, target);
    target.text(`${this.#paint(CYAN, 'ttlog:')} ${printable(reason)}${missed}\n`);
  }

  #addTime(timeNs: number, severity: number, target: LineBytes): void {
    this.#clock.set(timeNs);
    target.copy(this.#clock.secondBytes);
    target.digits(Math.floor(this.#clock.fractionNs / MS_NS), FRACTION_DIGITS);
    target.text(` ${this.#paint(...LEVEL_STYLES[levelOfSeverity(severity)])} `);
  }

  #errorBlock(key: string, error: Error): string {
    const [title, ...rest] = errorLines(error);
    const label = key === 'err' ? '' : `${keyText(key)}: `;
    let block = `\n    ${label}${this.#paint(RED, title)}`;
    for (const line of rest) block += `\n    ${this.#paint(DIM, line)}`;
    return block;
  }
}
