/** Caches shoppers' recent rankings, which are valid as long as none of their inputs change. */
import { LRUCache } from 'lru-cache';
import type { Candidate } from './offer.ts';

/** Signals lose weight with age, but ten minutes make no visible difference. */
const LIFE_MS = 600_000;
/** Each has about a dozen candidates and takes about 1,200 bytes. */
const MAX_RANKINGS = 50_000;

/** All inputs of a ranking: primitive values, or objects that are replaced when they change. */
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
