/** What was found for shoppers a moment ago: it is found again as long as everything it was found by is the same. */
import { LRUCache } from 'lru-cache';
import type { Candidate } from './offer.ts';

/** What was looked at and put into carts says less every day; ten minutes do not show. */
const LIFE_MS = 600_000;
/** Of a dozen candidates each some 1,200 bytes. */
const MAX_RANKINGS = 50_000;

/** All that the ranking goes by, each an object that gives way to another one when it changes, or a plain value. */
export type Basis = readonly unknown[];

interface Ranking {
  basis: Basis;
  candidates: readonly Candidate[];
  untilMs: number;
}

export class RankingMemory {
  readonly #rankings = new LRUCache<string, Ranking>({ max: MAX_RANKINGS });

  get(who: string, basis: Basis): readonly Candidate[] | undefined {
    const known = this.#rankings.get(who);
    if (!known || known.untilMs < Date.now() || known.basis.length !== basis.length) return undefined;
    return known.basis.every((each, at) => each === basis[at]) ? known.candidates : undefined;
  }

  set(who: string, basis: Basis, candidates: readonly Candidate[]): void {
    this.#rankings.set(who, { basis, candidates, untilMs: Date.now() + LIFE_MS });
  }
}
