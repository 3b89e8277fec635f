export interface ScoredItem {
  readonly item: number;
  readonly score: number;
}

/**
 * The best `count` of the candidates, best first; equal scores are ordered by item number.
 * @param candidates item numbers, in any order, without duplicates
 * @param scores of all items, by their numbers; or of the candidates, in their order, when `beside` is set
 */
export function topItems(
  candidates: ArrayLike<number>,
  scores: ArrayLike<number>,
  count: number,
  scoresAre: 'by item' | 'beside' = 'by item',
): ScoredItem[] {
  const best: ScoredItem[] = [];
  const areBeside = scoresAre === 'beside';
  for (let at = 0; at < candidates.length; at += 1) {
    const item = candidates[at]!;
    const score = scores[areBeside ? at : item]!;
    const last = best.at(-1);
    if (best.length === count && last && !isBefore(item, score, last)) continue;
    let place = best.length;
    while (place > 0 && isBefore(item, score, best[place - 1]!)) place -= 1;
    best.splice(place, 0, { item, score });
    if (best.length > count) best.pop();
  }
  return best;
}

function isBefore(item: number, score: number, other: ScoredItem): boolean {
  return score > other.score || (score === other.score && item < other.item);
}
