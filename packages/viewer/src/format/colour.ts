/**
 * The only source of terminal sequences: whether there is colour, and the sixteen colours that
 * follow the terminal's own theme. Layout never depends on it.
 */

/** Wraps text that is already printable; the identity where there is no colour. */
export type Paint = (text: string) => string;

export interface Palette {
  readonly dim: Paint;
  readonly bold: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
  readonly cyan: Paint;
  /** The colours of text and background exchanged. */
  readonly inverse: Paint;
  /** For the one thing that must be seen first. */
  readonly alarm: Paint;
}

/** Where the text goes. */
export interface Destination {
  readonly environment: { readonly [name: string]: string | undefined };
  readonly isTerminal: boolean;
}

/** The palette for `--color`'s value and a destination. */
export function choosePalette(choice: string | undefined, destination: Destination): Palette {
  return palette(isColoured(choice ?? 'auto', destination));
}

/** Flag, then NO_COLOR (any text), then FORCE_COLOR or CLICOLOR_FORCE, then the terminal. */
function isColoured(choice: string, { environment, isTerminal }: Destination): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (environment.NO_COLOR) return false;
  const forced = environment.FORCE_COLOR || environment.CLICOLOR_FORCE;
  if (forced) return forced !== '0' && forced !== 'false';
  return isTerminal && environment.TERM !== 'dumb';
}

export function palette(coloured: boolean): Palette {
  const paint = (code: string): Paint =>
    coloured ? (text) => (text === '' ? '' : `\x1b[${code}m${text}\x1b[0m`) : (text) => text;
  return {
    dim: paint('2'),
    bold: paint('1'),
    red: paint('31'),
    green: paint('32'),
    yellow: paint('33'),
    blue: paint('34'),
    magenta: paint('35'),
    cyan: paint('36'),
    inverse: paint('7'),
    alarm: paint('1;41;97'),
  };
}
