/**
 * Turns text into search terms. The application does this for both documents and queries, so that search works the same on a server
 * without language analyzers; the index only splits at spaces.
 */
import { stemmer } from 'stemmer';

/** Words without meaning in a product search. The list is short because rare words have more weight anyway. */
const STOP_WORDS = new Set(
  'a an and are as at be by for from in into is it its of on or our that the their this to with your'.split(' '),
);

/** Lower-case words without accents; "1.5L" → "1.5l", "T-Shirt" → "t", "shirt". */
export function words(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{Mark}+/gu, '')
      .toLowerCase()
      .match(/\d+(?:[.,]\d+)+[a-z]*|[\p{Letter}\p{Number}]+/gu) ?? []
  );
}

export function stem(word: string): string {
  return /\d/.test(word) ? word : stemmer(word);
}

/** Stems of all words except stop words. */
export function stems(text: string): string[] {
  return words(text)
    .filter((word) => !STOP_WORDS.has(word))
    .map(stem);
}

/** Joins adjacent stems, so that "coffee table" and "table for coffee" differ. */
export function adjacentPairs(allStems: readonly string[]): string[] {
  return allStems.slice(1).map((second, index) => `${allStems[index]}_${second}`);
}

export interface ParsedQuery {
  words: string[];
  /** Stems of the words to find. */
  wanted: string[];
  /** Stems of the words to exclude: "table without drawers". */
  unwanted: string[];
}

const NEGATIONS = new Set(['without', 'no', 'not']);

export function parseQuery(query: string): ParsedQuery {
  const all = words(query);
  const negation = all.findIndex((word, index) => index > 0 && NEGATIONS.has(word) && index < all.length - 1);
  const wantedWords = (negation === -1 ? all : all.slice(0, negation)).filter((word) => !STOP_WORDS.has(word));
  // Only the word after "without" is excluded: "bag without zip for men" still matches bags for men.
  const unwantedWord = negation === -1 ? undefined : all.slice(negation + 1).find((word) => !STOP_WORDS.has(word));
  const rest =
    negation === -1 || !unwantedWord
      ? []
      : all.slice(all.indexOf(unwantedWord, negation) + 1).filter((word) => !STOP_WORDS.has(word));
  const wanted = [...wantedWords, ...rest];
  return {
    // A query of only stop words searches for them.
    words: wanted.length > 0 ? wanted : all,
    wanted: (wanted.length > 0 ? wanted : all).map(stem),
    unwanted: unwantedWord ? [stem(unwantedWord)] : [],
  };
}
