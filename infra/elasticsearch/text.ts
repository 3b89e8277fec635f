/**
 * Turns text into search terms. The application does this for both documents and queries, so that search works the same on a server
 * without language analyzers; the index only splits at spaces.
 */
import { stemmer } from 'stemmer';

/** Words without meaning in a product search. The list is short because rare words have more weight anyway. */
const STOP_WORDS = new Set(
  'a an and are as at be by for from in into is it its of on or our that the their this to with your'.split(' '),
);

/** Words, including compounds with hyphens, whose parts are split later. Numbers with a decimal separator stay whole. */
const WORD = /\d+(?:[.,]\d+)+[a-z]*|[\p{Letter}\p{Number}]+(?:[-‐‑][\p{Letter}\p{Number}]+)*/gu;
/** Scripts that don't separate words, or that attach particles to them. Pairs of characters stand for their words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
/** The article, with or without a preposition or conjunction before it: “الكتاب” and “والكتاب” are “كتاب”. */
const ARABIC_ARTICLE = /^[وفبك]?ال(?=\p{Script=Arabic}{2})/u;

/**
 * Lower-case words without accents. "1.5L" → "1.5l". A compound gives its parts and the whole, since shoppers write it in any way:
 * "T-Shirt" → "t", "shirt", "tshirt".
 */
export function words(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .normalize('NFC')
    .toLowerCase();
  return (plain.match(WORD) ?? []).flatMap((word) => {
    const parts = word.split(/[-‐‑]/);
    // The whole of a part number is of no use, because all parts of it are in the query as well.
    const whole = parts.length > 1 && !/\d/.test(word) ? [parts.join('')] : [];
    return [...parts, ...whole].flatMap(unspacedPairs);
  });
}

/** Splits a word at its runs of unspaced script, and these into overlapping pairs: "咖啡杯" → "咖啡", "啡杯". */
function unspacedPairs(word: string): string[] {
  const runs = word.match(UNSPACED);
  if (!runs) return [word.replace(ARABIC_ARTICLE, '')];
  const others = word.split(UNSPACED).filter(Boolean);
  return [...others, ...runs.flatMap(pairs)];
}

function pairs(run: string): string[] {
  const characters = [...run];
  return characters.length === 1 ? characters : characters.slice(1).map((second, index) => characters[index]! + second);
}

/** Plurals that the stemmer leaves apart from their singulars. */
const IRREGULAR: Readonly<Record<string, string>> = {
  calves: 'calf',
  children: 'child',
  feet: 'foot',
  geese: 'goose',
  halves: 'half',
  hooves: 'hoof',
  knives: 'knife',
  leaves: 'leaf',
  loaves: 'loaf',
  men: 'man',
  mice: 'mouse',
  people: 'person',
  scarves: 'scarf',
  shelves: 'shelf',
  teeth: 'tooth',
  thieves: 'thief',
  wolves: 'wolf',
  women: 'woman',
};

export function stem(word: string): string {
  return /\d/.test(word) ? word : stemmer(Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word]! : word);
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
