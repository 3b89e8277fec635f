export interface ScoredItem {
  readonly item: number;
  readonly score: number;
}

/**
 * The best `count` of the candidates, best first; those level in score in the order of their numbers.
 * @param candidates in any order, each once
 */
export function topItems(candidates: Iterable<number>, scores: ArrayLike<number>, count: number): ScoredItem[] {
  const best: ScoredItem[] = [];
  const isBefore = (item: number, score: number, other: ScoredItem) =>
    score > other.score || (score === other.score && item < other.item);
  for (const item of candidates) {
    const score = scores[item]!;
    const last = best.at(-1);
    if (best.length === count && last && !isBefore(item, score, last)) continue;
    let place = best.length;
    while (place > 0 && isBefore(item, score, best[place - 1]!)) place -= 1;
    best.splice(place, 0, { item, score });
    if (best.length > count) best.pop();
  }
  return best;
}
