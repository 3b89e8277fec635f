/**
 * The diversity rule: every ten products include at most three of a category and one of a family, unless no other candidates are left.
 * A product without a category counts as a category of its own.
 */

export const MAX_PER_CATEGORY = 3;
const WINDOW = 10;
/** The candidate at this place is half as likely to be drawn as the first. */
const HALF_AS_LIKELY_AT = 10;

export interface Placed {
  /** Products of one family are the same item in several sizes or colors. */
  readonly family: string;
  readonly category: string | null;
}

/** Builds a list by that rule from candidates added best first, and keeps their order where the rule allows it. */
export class VariedList<Candidate extends Placed> {
  readonly chosen: Candidate[] = [];
  readonly #limit: number;
  readonly #maxOfACategory: number;
  readonly #families = new Set<string>();
  /** Products per category in the ten being filled. */
  #counts = new Map<string, number>();
  #passedOver: Candidate[] = [];

  constructor(limit: number, maxOfACategory = MAX_PER_CATEGORY) {
    this.#limit = limit;
    this.#maxOfACategory = maxOfACategory;
  }

  /** Once full, further candidates can't change the list. */
  get isFull(): boolean {
    return this.chosen.length >= this.#limit;
  }

  offer(candidate: Candidate): void {
    if (this.isFull) return;
    if (!this.#take(candidate)) this.#passedOver.push(candidate);
    else if (this.chosen.length % WINDOW === 0) this.#beginTen();
  }

  /** Fills the list with skipped candidates once no others are left; families that are not in the list yet come first. */
  fillUp(): Candidate[] {
    while (!this.isFull && this.#passedOver.length > 0) {
      const other = this.#passedOver.findIndex(({ family }) => !this.#families.has(family));
      const [candidate] = this.#passedOver.splice(Math.max(0, other), 1);
      this.#families.add(candidate!.family);
      this.chosen.push(candidate!);
      if (this.chosen.length % WINDOW === 0) this.#beginTen();
    }
    return this.chosen;
  }

  #take(candidate: Candidate): boolean {
    const { family } = candidate;
    const category = candidate.category ?? `family ${family}`;
    const count = this.#counts.get(category) ?? 0;
    if (count >= this.#maxOfACategory || this.#families.has(family)) return false;
    this.#families.add(family);
    this.#counts.set(category, count + 1);
    this.chosen.push(candidate);
    return true;
  }

  /** Starts the next ten, with a new limit of three per category; skipped candidates come first. */
  #beginTen(): void {
    this.#counts = new Map();
    const again = this.#passedOver;
    this.#passedOver = [];
    for (const candidate of again) this.offer(candidate);
  }
}

/** Selects up to `limit` of the candidates by that rule. @param candidates best first */
export function diversify<Candidate extends Placed>(candidates: readonly Candidate[], limit: number): Candidate[] {
  const list = new VariedList<Candidate>(limit);
  for (const candidate of candidates) list.offer(candidate);
  return list.fillUp();
}

/**
 * Draws `count` candidates without replacement. Earlier ones are likelier, so that shoppers don't all see the same products.
 * @param random returns 0 ≤ number < 1; the same numbers give the same draw
 */
export function drawEarlyOnes<Candidate>(
  candidates: readonly Candidate[],
  count: number,
  random: () => number,
): Candidate[] {
  // Exponential race: the candidate with the greatest weight finishes first most often.
  const finishes = candidates.map((candidate, place) => ({
    candidate,
    time: -Math.log(1 - random()) * (place + HALF_AS_LIKELY_AT),
  }));
  finishes.sort((one, other) => one.time - other.time);
  return finishes.slice(0, count).map(({ candidate }) => candidate);
}
