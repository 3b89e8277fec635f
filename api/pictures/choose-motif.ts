/** Chooses the drawing for a product: by a tag that names a motif, else by the words of its name and tags, else by its category. */
import { hashText } from '../../domain/random.ts';
import { MOTIF_WORDS, type MotifWords } from './motif-words.ts';
import { MOTIFS } from './motifs/index.ts';
import type { Motif } from './motifs/motif.ts';
import { parcel } from './motifs/parcel.ts';
import type { Pictured } from './paint.ts';

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2)
    .map((word) => word.replace(/(?<=[^s])s$/, ''));
}

interface Weighed extends Omit<MotifWords, 'words'> {
  /** By word: 2 for the motif's name, 1 for the others. */
  weights: ReadonlyMap<string, number>;
}

const WEIGHED: readonly Weighed[] = MOTIF_WORDS.map(({ motif, category, noun, words }) => {
  const weights = new Map<string, number>();
  for (const word of words.flatMap(wordsOf)) weights.set(word, 1);
  for (const word of wordsOf(`${motif} ${noun}`)) weights.set(word, 2);
  return { motif, category, noun, weights };
});

function byWords(product: Pictured): string | undefined {
  const words = new Set(wordsOf(`${product.name} ${product.tags.join(' ')}`));
  let best: string | undefined;
  let bestScore = 1.5;
  for (const { motif, category, weights } of WEIGHED) {
    let score = category === product.categorySlug ? 0.9 : 0;
    for (const word of words) score += weights.get(word) ?? 0;
    if (score > bestScore) {
      best = motif;
      bestScore = score;
    }
  }
  return best;
}

function byCategory(product: Pictured): string | undefined {
  const motifs = MOTIF_WORDS.filter(({ category }) => category === product.categorySlug);
  return motifs[hashText(product.sku) % motifs.length]?.motif;
}

export function motifOf(product: Pictured): Motif {
  for (const tag of product.tags) {
    const motif = MOTIFS.get(tag);
    if (motif) return motif;
  }
  return MOTIFS.get(byWords(product) ?? byCategory(product) ?? '') ?? parcel;
}
