/** What a shopper did with a product, and how strongly it indicates their interest. */

export const SIGNAL_KINDS = ['purchase', 'cart', 'view'] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

export interface Signal {
  /** Place of the product in the model's list. */
  readonly item: number;
  readonly kind: SignalKind;
  /** Epoch milliseconds. */
  readonly timeMs: number;
}

/** Relative to a purchase of the same product, which counts 1 no matter how old it is because owned items keep reflecting taste. */
const WEIGHTS: Readonly<Record<SignalKind, number>> = { purchase: 1, cart: 0.6, view: 0.3 };
/** Views fade: one from a month ago has almost no weight. */
const HALF_LIFE_DAYS: Readonly<Record<SignalKind, number>> = { purchase: Number.POSITIVE_INFINITY, cart: 14, view: 7 };

const DAY_MS = 86_400_000;

/** How strongly a signal indicates its shopper's interest, 0–1. */
export function weightOf({ kind, timeMs }: Pick<Signal, 'kind' | 'timeMs'>, nowMs: number): number {
  const ageDays = Math.max(0, nowMs - timeMs) / DAY_MS;
  return WEIGHTS[kind] * 0.5 ** (ageDays / HALF_LIFE_DAYS[kind]);
}
