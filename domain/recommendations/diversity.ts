/**
 * The rule of a varied list: in every ten at most three of a category, and one of a family, unless there is nothing else. What has
 * no category counts as a category of its own.
 */

export const MOST_OF_A_CATEGORY = 3;
const WINDOW = 10;
/** The candidate at this place is drawn half as likely as the first. */
const HALF_AS_LIKELY_AT = 10;

export interface Placed {
  /** Products of one family are one thing in several sizes or colours. */
  readonly family: string;
  readonly category: string | null;
}

/** The first `limit` of the candidates by that rule; their order is kept where the rule allows it. @param candidates best first */
export function diversify<Candidate extends Placed>(candidates: readonly Candidate[], limit: number): Candidate[] {
  const chosen: Candidate[] = [];
  let left = candidates;
  while (chosen.length < limit && left.length > 0) {
    const round = Math.min(limit, chosen.length + WINDOW - (chosen.length % WINDOW));
    const families = new Set(chosen.map(({ family }) => family));
    const counts = new Map<string, number>();
    const passedOver: Candidate[] = [];
    let at = 0;
    for (; at < left.length && chosen.length < round; at += 1) {
      const candidate = left[at]!;
      const category = candidate.category ?? `family ${candidate.family}`;
      const count = counts.get(category) ?? 0;
      if (families.has(candidate.family) || count >= MOST_OF_A_CATEGORY) {
        passedOver.push(candidate);
        continue;
      }
      families.add(candidate.family);
      counts.set(category, count + 1);
      chosen.push(candidate);
    }
    left = [...passedOver, ...left.slice(at)];
    // Nothing else is left for this ten: those that were passed over fill it, another family before the same one again.
    while (chosen.length < round && left.length > 0) {
      const other = Math.max(
        0,
        left.findIndex(({ family }) => !families.has(family)),
      );
      const candidate = left[other]!;
      families.add(candidate.family);
      chosen.push(candidate);
      left = left.filter((_, place) => place !== other);
    }
  }
  return chosen;
}

/** Whether a list keeps the rule throughout. What `diversify` chose by it alone it would have chosen of any longer list too. */
export function isVaried(list: readonly Placed[]): boolean {
  const families = new Set<string>();
  let counts = new Map<string, number>();
  for (const [place, { family, category }] of list.entries()) {
    if (place % WINDOW === 0) counts = new Map();
    const name = category ?? `family ${family}`;
    const count = (counts.get(name) ?? 0) + 1;
    if (families.has(family) || count > MOST_OF_A_CATEGORY) return false;
    families.add(family);
    counts.set(name, count);
  }
  return true;
}

/**
 * Draws `count` without putting back: the earlier in the list the likelier, so that not everybody sees the same ones.
 * @param random numbers of 0 ≤ number < 1; the same ones give the same draw
 */
export function drawEarlyOnes<Candidate>(
  candidates: readonly Candidate[],
  count: number,
  random: () => number,
): Candidate[] {
  // Exponential races: the one with the greatest weight finishes first most often.
  const finishes = candidates.map((candidate, place) => ({
    candidate,
    time: -Math.log(1 - random()) * (place + HALF_AS_LIKELY_AT),
  }));
  finishes.sort((one, other) => one.time - other.time);
  return finishes.slice(0, count).map(({ candidate }) => candidate);
}
