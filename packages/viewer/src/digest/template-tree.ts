/**
 * Templates of texts that vary, after Drain (He et al., 2017): texts of the same number of words and the
 * same first word share a leaf, where each joins the template that most of its words fit. Templates
 * of a leaf with few texts are left apart: these are the constant messages of a program.
 */

import { WILDCARD } from './message-mask.ts';

/** Texts of one leaf up to which each is taken for a message of its own. */
const MAX_CONSTANTS = 12;
/** The share of words that must be equal. */
const LEAST_SIMILARITY = 0.5;
/** Texts of a leaf after which there is a pause. */
const TEXTS_PER_PAUSE = 64;
/** Templates of a leaf; the rest joins the most similar one. */
const MAX_TEMPLATES = 200;

/** The template of each text, given by their words; pauses now and then. */
export function* templateSteps(
  texts: readonly (readonly string[])[],
): Generator<void, (readonly string[])[]> {
  const different = new Map<string, readonly string[]>();
  const keys = texts.map((words) => words.join(' '));
  for (const [index, key] of keys.entries()) different.set(key, texts[index]);
  const leaves = new Map<string, string[]>();
  for (const [key, words] of different) {
    // A first word that is a value itself separates nothing.
    const first = words[0].includes(WILDCARD) ? WILDCARD : words[0];
    const leafKey = `${words.length} ${first}`;
    const leaf = leaves.get(leafKey);
    if (leaf === undefined) leaves.set(leafKey, [key]);
    else leaf.push(key);
  }
  for (const leaf of leaves.values()) {
    if (leaf.length > MAX_CONSTANTS) yield* settleLeaf(leaf, different);
  }
  return keys.map((key) => different.get(key)!);
}

/** Puts in place of each text of a leaf its template. */
function* settleLeaf(
  keys: readonly string[],
  texts: Map<string, readonly string[]>,
): Generator<void> {
  const found: string[][] = [];
  for (const [place, key] of keys.entries()) {
    if (place % TEXTS_PER_PAUSE === 0) yield;
    const words = texts.get(key)!;
    let best: string[] | undefined;
    let bestCount = -1;
    for (const template of found) {
      const count = countEqual(template, words);
      if (count > bestCount) {
        best = template;
        bestCount = count;
      }
    }
    const isSimilar = bestCount >= words.length * LEAST_SIMILARITY;
    if (best === undefined || (!isSimilar && found.length < MAX_TEMPLATES)) {
      best = [...words];
      found.push(best);
    } else {
      for (let index = 0; index < words.length; index++) {
        if (best[index] !== words[index]) best[index] = WILDCARD;
      }
    }
    texts.set(key, best);
  }
}

/** A wildcard fits nothing here, or the most general template would draw in all texts. */
function countEqual(template: readonly string[], words: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < words.length; index++) {
    if (template[index] === words[index]) count++;
  }
  return count;
}
