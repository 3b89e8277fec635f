import { expect, it } from 'vitest';
import type { Cart, Reservation } from './contracts.ts';
import { priceChanges } from './price-changes.ts';

const item = (product_id: string, price: number) =>
  ({ product_id, name: product_id, price }) as Reservation['items'][number];
const cart = (items: [string, number, number | null][]) =>
  ({ items: items.map(([product_id, price, price_when_added]) => ({ product_id, price, price_when_added })) }) as Cart;

it('compares the reserved price with the one at which the shopper added the item', () => {
  const reserved = [item('mug', 45), item('bowl', 10), item('cup', 8), item('jar', 5)];
  expect(
    priceChanges(
      reserved,
      cart([
        ['mug', 45, 30],
        ['bowl', 10, null],
        // The price fell between the cart and the reservation.
        ['cup', 9, null],
      ]),
    ),
  ).toEqual([
    { name: 'mug', before: 30, now: 45 },
    { name: 'cup', before: 9, now: 8 },
  ]);
  expect(priceChanges(reserved, undefined)).toEqual([]);
});
