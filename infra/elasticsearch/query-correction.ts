/** Corrects misspelled words of a query: those that no product contains, in any form, and that are close to one that a product contains. */
import type { estypes } from '@elastic/elasticsearch';
import type { ProductIndex } from './product-index.ts';
import { type ParsedQuery, stem } from './text.ts';

/** Fields with the stems of a product's texts. */
const STEM_FIELDS = ['name_stems', 'tag_stems', 'description_stems'];
/** From this length on, a word may have two typos. */
const LONG_WORD = 8;
const OFFERS = 5;

/** The part of a search request that offers corrections for words that no product contains in exactly this form. */
export function suggestCorrections({ words }: ParsedQuery): estypes.SearchSuggester {
  return {
    words: {
      text: words.join(' '),
      term: {
        field: 'words',
        suggest_mode: 'missing',
        size: OFFERS,
        prefix_length: 1,
        min_word_length: 4,
        analyzer: 'whitespace',
      },
    },
  } as estypes.SearchSuggester;
}

/**
 * @param offers what `suggestCorrections` returned
 * @returns the query with corrected words; undefined if no word needs a correction, or none is close enough
 */
export async function correctedQuery(
  index: ProductIndex,
  parsed: ParsedQuery,
  offers: unknown,
): Promise<ParsedQuery | undefined> {
  const corrections = new Map<string, string>();
  for (const { text, options } of (offers ?? []) as { text: string; options: { text: string }[] }[]) {
    const best = options.find((option) => isTypoOf(text, option.text));
    if (best) corrections.set(text, best.text);
  }
  for (const word of await knownWords(index, [...corrections.keys()])) corrections.delete(word);
  if (corrections.size === 0) return undefined;
  const words = parsed.words.map((word) => corrections.get(word) ?? word);
  return { ...parsed, words, wanted: words.map(stem) };
}

/** The words of which a product contains another form: "bikes" while products contain only "bike". */
async function knownWords(index: ProductIndex, words: readonly string[]): Promise<string[]> {
  if (words.length === 0) return [];
  const { responses } = await index.client.msearch({
    searches: words.flatMap((word) => [
      { index: index.alias },
      { size: 0, terminate_after: 1, query: { multi_match: { query: stem(word), fields: STEM_FIELDS } } },
    ]),
  });
  return words.filter((_, at) => {
    const response = responses[at]!;
    if ('error' in response) throw new Error(`Elasticsearch refused a search: ${response.error.type}`);
    const { total } = response.hits;
    return (typeof total === 'number' ? total : (total?.value ?? 0)) > 0;
  });
}

/** Whether a word can be a misspelling of another: one typo, or two in a long word. */
function isTypoOf(typed: string, word: string): boolean {
  return distance(typed, word) <= (typed.length >= LONG_WORD ? 2 : 1);
}

/** Insertions, deletions, replacements, and swaps of neighbors that turn one word into the other (optimal string alignment). */
function distance(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row.at(-1)!;
}
