/** Whether a model that was just trained may be served: what its purchases must look like, and how it must score beside the one served. */

/** Purchases and interest as they were exported. */
export interface ExportFacts {
  /** Bought products, one for each product of an order. */
  readonly lines: number;
  /** People with an account or a guest's cart who bought or looked. */
  readonly shoppers: number;
  readonly products: number;
  readonly baskets: number;
  readonly carts: number;
  readonly views: number;
  /** Epoch milliseconds, of purchases. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** When the snapshot was taken, by the database's clock. */
  readonly takenMs: number;
  /** Lines of the product that was bought most, and of the shopper who bought most. */
  readonly mostOfProduct: number;
  readonly mostOfShopper: number;
  /** Why views and carts are not in it; absent when they are. */
  readonly withoutEvents?: string;
}

/** An NDCG@10 with its 95 % interval, and how many lists it is the mean of. */
export interface Figure {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface ModelScores {
  /** Items new to the shopper. */
  readonly newItems: Figure;
  /** Items bought before or not. */
  readonly anyItems: Figure;
  /** The others of one basket, given one of it. */
  readonly together: Figure;
  /** Different items shown ÷ items known. */
  readonly coverage: number;
}

const MEASURES = { newItems: 'new items', anyItems: 'all items', together: 'items bought together' } as const;
export type Measure = keyof typeof MEASURES;

/** A history of half the size was cut off somewhere. */
const MIN_SHARE_OF_SERVED = 0.5;
/** Clocks differ by seconds, not by this. */
const FUTURE_MS = 3_600_000;
/** No product, and no shopper, of a shop of this size is in so many of its lines. */
const MAX_SHARE = 0.3;
const JUDGED_FROM = { lines: 1_000, products: 50 } as const;

const DAY_MS = 86_400_000;
const HELD_OUT_DAYS = 31;
/** Shorter histories hold out a fifth. */
const HELD_OUT_SHARE = 0.2;

/** Fewer lists than this are chance. */
export const MIN_LISTS = 50;
/** A served model that scores below this share of what it scored when it was published no longer knows the shop. */
const MIN_SHARE_OF_OWN = 0.5;

/** From when on purchases are held out for the evaluation, epoch milliseconds. */
export function heldOutFromMs({ firstMs, lastMs }: Pick<ExportFacts, 'firstMs' | 'lastMs'>): number {
  return Math.max(lastMs - HELD_OUT_DAYS * DAY_MS, lastMs - (lastMs - firstMs) * HELD_OUT_SHARE);
}

/** Why nothing can be trained on it at all, as a sentence; undefined when something can. */
export function missingFrom(facts: ExportFacts): string | undefined {
  return facts.lines === 0 || facts.lastMs === facts.firstMs
    ? 'the purchases are too few or too close together in time to train on'
    : undefined;
}

/**
 * Why an export does not look like the shop's purchases, as a sentence without its full stop; undefined when it does.
 * @param servedLines lines that the served model was trained on; undefined while none is served
 */
export function strangenessOf(facts: ExportFacts, servedLines: number | undefined): string | undefined {
  const { lines, products, lastMs, takenMs, mostOfProduct, mostOfShopper } = facts;
  if (lines < (servedLines ?? 0) * MIN_SHARE_OF_SERVED)
    return `the export has ${counted(lines, 'line')}, less than half of the ${servedLines} that the served model was trained on`;
  if (lastMs > takenMs + FUTURE_MS)
    return `the export contains purchases dated in the future: ${new Date(lastMs).toISOString()}`;
  if (lines <= JUDGED_FROM.lines || products <= JUDGED_FROM.products) return undefined;
  if (mostOfProduct > lines * MAX_SHARE)
    return `one product is in ${percent(mostOfProduct / lines)} of the export’s lines, more than the plausible ${percent(MAX_SHARE)}`;
  if (mostOfShopper > lines * MAX_SHARE)
    return `one customer has ${percent(mostOfShopper / lines)} of the export’s lines, more than the plausible ${percent(MAX_SHARE)}`;
  return undefined;
}

export interface Comparison {
  readonly measure: Measure;
  readonly before: number;
  readonly after: number;
  /** Of both the smaller count. */
  readonly count: number;
  /** Undefined where there were too few lists to tell. */
  readonly isWorse: boolean | undefined;
}

export interface Verdict {
  readonly isGood: boolean;
  /** Why, as a sentence without its full stop. */
  readonly because: string;
  readonly comparisons: readonly Comparison[];
}

export interface Contest {
  readonly candidate: ModelScores;
  /** What it is compared with, on the same purchases. */
  readonly opponent: ModelScores;
  /** The opponent's scores when it was published; undefined for plain popularity. */
  readonly opponentAtFirst?: ModelScores | undefined;
  /** In words: "the model m-…", "plain popularity". */
  readonly opponentName: string;
  /** By how much a figure may fall, relative to the opponent's, 0–1. */
  readonly margin: number;
}

/** Decides: good is what is not worse in any figure by more than the margin, on purchases that look like the shop. */
export function judge({ candidate, opponent, opponentAtFirst, opponentName, margin }: Contest): Verdict {
  const measures = Object.keys(MEASURES) as Measure[];
  const comparisons = measures.map((measure): Comparison => {
    const [before, after] = [opponent[measure], candidate[measure]];
    const count = Math.min(before.count, after.count);
    const isWorse = count < MIN_LISTS ? undefined : after.mean < before.mean * (1 - margin);
    return { measure, before: before.mean, after: after.mean, count, isWorse };
  });
  const collapsed = measures.find((measure) => {
    const [then, now] = [opponentAtFirst?.[measure], opponent[measure]];
    const isComparable = then !== undefined && then.count >= MIN_LISTS && now.count >= MIN_LISTS;
    return isComparable && now.mean < then.mean * MIN_SHARE_OF_OWN;
  });
  if (collapsed) {
    const [then, now] = [opponentAtFirst![collapsed].mean, opponent[collapsed].mean];
    return {
      isGood: false,
      because: `${opponentName} fell from ${score(then)} to ${score(now)} in ${named(collapsed)}, so these purchases do not resemble the ones that it was trained on`,
      comparisons,
    };
  }
  const worse = comparisons.filter(({ isWorse }) => isWorse);
  if (worse.length > 0) {
    const falls = worse.map(
      ({ measure, before, after }) => `${named(measure)} fell from ${score(before)} to ${score(after)}`,
    );
    return { isGood: false, because: `${falls.join(', ')}, more than the ${percent(margin)} allowed`, comparisons };
  }
  const few = comparisons.filter(({ isWorse }) => isWorse === undefined);
  const left = few.map(({ measure, count }) => `${MEASURES[measure]} (${count})`).join(', ');
  const leftOut = few.length > 0 ? `; not compared: ${left}, because at least ${MIN_LISTS} lists are needed` : '';
  const because =
    few.length === comparisons.length
      ? 'there is too little data to compare'
      : `no score is more than ${percent(margin)} below that of ${opponentName}`;
  return { isGood: true, because: `${because}${leftOut}`, comparisons };
}

export function named(measure: Measure): string {
  return `NDCG@10 of ${MEASURES[measure]}`;
}

/** .0714 → ".071", as such figures are usually written. */
export function score(value: number): string {
  return value.toFixed(3).replace(/^0/, '');
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
