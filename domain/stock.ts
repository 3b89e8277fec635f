/** Changes of stock on hand other than sales: deliveries, corrections, imports. */

/** The maximum number of units on hand of one product. */
export const MAX_STOCK = 10_000_000;

export interface StockState {
  /** Units on hand, including reserved units. */
  quantity: number;
  reserved: number;
  /** Counts the changes of `quantity`, sales included. */
  version: number;
}

/** A number of units added or removed, or a new count with the version that it was based on. */
export type StockChange = { delta: number } | { quantity: number; version?: number };

export type StockOutcome =
  | { quantity: number }
  /** `changed`: the count was based on an older version, or on none. `reserved`: fewer units would remain than are reserved. */
  | { refused: 'changed' | 'reserved' | 'too_many' };

/**
 * The stock on hand after a change. A count taken before a sale would put the sold units back on sale, so it is refused unless it
 * names the current version or changes nothing.
 */
export function changeStock(state: StockState, change: StockChange): StockOutcome {
  if ('quantity' in change && change.quantity !== state.quantity && change.version !== state.version)
    return { refused: 'changed' };
  const quantity = 'delta' in change ? state.quantity + change.delta : change.quantity;
  if (quantity < state.reserved) return { refused: 'reserved' };
  return quantity > MAX_STOCK ? { refused: 'too_many' } : { quantity };
}
