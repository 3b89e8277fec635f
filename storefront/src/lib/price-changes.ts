import type { Cart, Reservation } from './contracts.ts';

export interface PriceChange {
  name: string;
  before: number;
  now: number;
}

/** Reserved items whose price differs from the one at which the shopper added them to the cart. */
export function priceChanges(reserved: Reservation['items'], cart: Cart | undefined): PriceChange[] {
  return reserved.flatMap(({ product_id, name, price }) => {
    const inCart = cart?.items.find((item) => item.product_id === product_id);
    const before = inCart?.price_when_added ?? inCart?.price;
    return before === undefined || before === price ? [] : [{ name, before, now: price }];
  });
}
