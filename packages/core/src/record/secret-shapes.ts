/**
 * Secrets that are known by their form, wherever in a text they stand: which forms there are, and
 * how they are found. The text is gone over once, for the few characters with which they begin or
 * which stand in their middle; only there is it looked at more closely, and no character more
 * than a few times, whatever the text is. What is put in their place is decided elsewhere.
 */

import { type Execute, makeTracelessPattern } from './own-realm.ts';
import {
  awsKeyAt,
  bearerTokenAt,
  type Finding,
  jwtAt,
  type Place,
  privateKeyAt,
  urlCredentialsAt,
} from './secret-forms.ts';

/** Names of the forms. */
export const SECRET_SHAPES = ['bearer', 'jwt', 'pem', 'aws', 'url'] as const;

export type SecretShape = (typeof SECRET_SHAPES)[number];

/** A part of a text, in UTF-16 units. */
export interface Secret extends Place {
  readonly shape: SecretShape;
}

/** Shorter texts are not searched: nearly all that are logged, and hardly any holds a secret. */
export const MIN_SEARCHED_UNITS = 16;

interface Form {
  /** What is searched for: an expression that takes as many characters at most as it has. */
  readonly anchor: string;
  /** By which first characters its matches are told from those of other forms. */
  readonly firsts: string;
  /** The secret of which `text` has the anchor from `start` to `end`, if it is one. */
  readonly at: (text: string, start: number, end: number, isCut: boolean) => Finding;
}

const FORMS: { readonly [shape in SecretShape]: Form } = {
  bearer: { anchor: '[Bb](?:earer|EARER)', firsts: 'Bb', at: bearerTokenAt },
  jwt: { anchor: 'eyJ', firsts: 'e', at: jwtAt },
  pem: { anchor: '-----BEGIN ', firsts: '-', at: privateKeyAt },
  aws: {
    anchor: 'A[KS]IA|[Ss](?:ecret_?[Aa]ccess_?[Kk]ey|ECRET_?ACCESS_?KEY)',
    firsts: 'ASs',
    at: awsKeyAt,
  },
  url: { anchor: '://', firsts: ':', at: urlCredentialsAt },
};

export class SecretSearch {
  readonly #source: string;
  /**
   * Made with the first text. 0.2 ns a character and 12 ns a text (Node 20.20); a search for each
   * anchor took five times that, and so did a look at every third character.
   */
  #anchors: { pattern: RegExp; exec: Execute } | null = null;
  /** By the character with which the match of an anchor begins. */
  readonly #shapeOf: SecretShape[] = [];

  constructor(shapes: readonly SecretShape[]) {
    this.#source = shapes.map((shape) => FORMS[shape].anchor).join('|');
    for (const shape of shapes) {
      for (const first of FORMS[shape].firsts) this.#shapeOf[first.charCodeAt(0)] = shape;
    }
  }

  /**
   * The first secret at or after `from`. Of a text that `isCut`, what reaches its end counts if
   * it could be the beginning of one.
   */
  next(text: string, from: number, isCut: boolean): Secret | null {
    this.#anchors ??= makeTracelessPattern(this.#source);
    const { pattern, exec } = this.#anchors;
    pattern.lastIndex = from;
    let noJwtBefore = 0;
    for (;;) {
      const match = exec(pattern, text);
      if (match === null) return null;
      const shape = this.#shapeOf[match[0].charCodeAt(0)];
      if (shape === 'jwt' && match.index < noJwtBefore) continue;
      const found = FORMS[shape].at(text, match.index, pattern.lastIndex, isCut);
      if (typeof found === 'object') return { shape, ...found };
      if (shape === 'jwt') noJwtBefore = found;
    }
  }
}
