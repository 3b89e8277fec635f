/** What a shopper did with a product, and how much that says of their taste. */

export const SIGNAL_KINDS = ['purchase', 'cart', 'view'] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

export interface Signal {
  /** Place of the product in the model's list. */
  readonly item: number;
  readonly kind: SignalKind;
  /** Epoch milliseconds. */
  readonly timeMs: number;
}

/** Beside a purchase of the same product, which counts 1 however long ago: what one owns stays one's taste. */
const WEIGHTS: Readonly<Record<SignalKind, number>> = { purchase: 1, cart: 0.6, view: 0.3 };
/** What was only looked at is forgotten; a look a month ago says next to nothing. */
const HALF_LIFE_DAYS: Readonly<Record<SignalKind, number>> = { purchase: Number.POSITIVE_INFINITY, cart: 14, view: 7 };

const DAY_MS = 86_400_000;

/** How much a signal says of its shopper's interest, 0–1. */
export function weightOf({ kind, timeMs }: Pick<Signal, 'kind' | 'timeMs'>, nowMs: number): number {
  const ageDays = Math.max(0, nowMs - timeMs) / DAY_MS;
  return WEIGHTS[kind] * 0.5 ** (ageDays / HALF_LIFE_DAYS[kind]);
}
