/** Finds the drawing for a product: by its kind's tag when it has one, else by the words that describe it. */
import { KINDS, type Kind } from '../kinds/index.ts';
import { hashText } from '../random.ts';
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

interface Known {
  kind: Kind;
  /** Words of the kind's own name weigh more than those of its tags. */
  weights: ReadonlyMap<string, number>;
}

const KNOWN: readonly Known[] = KINDS.map((kind) => {
  const weights = new Map<string, number>();
  for (const word of kind.tags.flatMap(wordsOf)) weights.set(word, 1);
  for (const word of wordsOf(`${kind.slug} ${kind.noun}`)) weights.set(word, 2);
  return { kind, weights };
});

function byWords(product: Pictured): Kind | undefined {
  const words = new Set(wordsOf(`${product.name} ${product.tags.join(' ')}`));
  let best: Kind | undefined;
  let bestScore = 1.5;
  for (const { kind, weights } of KNOWN) {
    let score = kind.category === product.categorySlug ? 0.9 : 0;
    for (const word of words) score += weights.get(word) ?? 0;
    if (score > bestScore) {
      best = kind;
      bestScore = score;
    }
  }
  return best;
}

function byCategory(product: Pictured): Kind | undefined {
  const kinds = KINDS.filter((kind) => kind.category === product.categorySlug);
  return kinds[hashText(product.sku) % kinds.length];
}

export function motifOf(product: Pictured): Motif {
  for (const tag of product.tags) {
    const motif = MOTIFS.get(tag);
    if (motif) return motif;
  }
  const kind = byWords(product) ?? byCategory(product);
  return (kind && MOTIFS.get(kind.slug)) ?? parcel;
}
