/** Decides whether a newly trained model may be served, from its training data and its scores compared with the served model's. */

/** Statistics of the exported purchases and events. */
export interface ExportFacts {
  /** Order lines: one for each product of an order. */
  readonly lines: number;
  /** Accounts and guest carts with a purchase or an event. */
  readonly shoppers: number;
  readonly products: number;
  readonly baskets: number;
  readonly carts: number;
  readonly views: number;
  /** First and last purchase, epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** When the snapshot was taken by the database's clock, epoch milliseconds. */
  readonly takenMs: number;
  /** Lines of the most-bought product, and of the shopper who bought most. */
  readonly mostOfProduct: number;
  readonly mostOfShopper: number;
  /** Why the export has no views and carts; absent when it has them. */
  readonly withoutEvents?: string;
}

/** A mean NDCG@10 with its 95% confidence interval and the number of lists. */
export interface Figure {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface ModelScores {
  /** Items that the shopper has not bought before. */
  readonly newItems: Figure;
  /** All items, whether bought before or not. */
  readonly anyItems: Figure;
  /** The other items of an order, given one of them. */
  readonly together: Figure;
  /** Distinct items shown ÷ items in the model. */
  readonly coverage: number;
}

const MEASURES = { newItems: 'new items', anyItems: 'all items', together: 'items bought together' } as const;
export type Measure = keyof typeof MEASURES;

/** An export with less than half of the served model's lines was probably cut off. */
const MIN_SHARE_OF_SERVED = 0.5;
/** Tolerance for clock differences, which are seconds rather than an hour. */
const FUTURE_MS = 3_600_000;
/** In a shop of this size, no product and no shopper plausibly has a larger share of the lines. */
const MAX_SHARE = 0.3;
const JUDGED_FROM = { lines: 1_000, products: 50 } as const;

const DAY_MS = 86_400_000;
const HELD_OUT_DAYS = 31;
/** Share of a shorter history to hold out. */
const HELD_OUT_SHARE = 0.2;

/** Results over fewer lists are not significant. */
export const MIN_LISTS = 50;
/** A served model that scores below this share of its score at publication no longer fits the shop. */
const MIN_SHARE_OF_OWN = 0.5;

/** Start of the purchases held out for evaluation, epoch milliseconds. */
export function heldOutFromMs({ firstMs, lastMs }: Pick<ExportFacts, 'firstMs' | 'lastMs'>): number {
  return Math.max(lastMs - HELD_OUT_DAYS * DAY_MS, lastMs - (lastMs - firstMs) * HELD_OUT_SHARE);
}

/** Why a model can't be trained on the export at all, as a sentence; undefined when it can. */
export function missingFrom(facts: ExportFacts): string | undefined {
  return facts.lines === 0 || facts.lastMs === facts.firstMs
    ? 'the purchases are too few or too close together in time to train on'
    : undefined;
}

/**
 * Why an export is implausible, as a sentence without its period; undefined when it is plausible.
 * @param servedLines lines that the served model was trained on; undefined while no model is served
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
  /** The smaller of both counts of lists. */
  readonly count: number;
  /** Undefined when there were too few lists to decide. */
  readonly isWorse: boolean | undefined;
}

export interface Verdict {
  readonly isGood: boolean;
  /** The reason, as a sentence without its period. */
  readonly because: string;
  readonly comparisons: readonly Comparison[];
}

export interface Contest {
  readonly candidate: ModelScores;
  /** Scores of the model that it is compared with, on the same purchases. */
  readonly opponent: ModelScores;
  /** The opponent's scores at its publication; undefined for plain popularity. */
  readonly opponentAtFirst?: ModelScores | undefined;
  /** For display: "the model m-…", "plain popularity". */
  readonly opponentName: string;
  /** How far a score may fall below the opponent's, as a share of it, 0–1. */
  readonly margin: number;
}

/** Accepts a candidate when no score is below the opponent's by more than the margin and the opponent itself has not collapsed. */
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

/** .0714 → ".071", the usual notation of such scores. */
export function score(value: number): string {
  return value.toFixed(3).replace(/^0/, '');
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
