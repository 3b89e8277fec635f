import { expect, it } from 'vitest';
import { limitSentence } from './cart-limits.ts';

const cart = (products: number, units: number) => ({
  items: Array.from({ length: products }, () => ({})),
  item_count: units,
  max_units: 20,
  max_products: 50,
});

it('says what to remove from a cart that is too large for one checkout, before the shopper tries', () => {
  expect(limitSentence(cart(2, 20))).toBeUndefined();
  expect(limitSentence(cart(50, 20))).toBeUndefined();
  expect(limitSentence(cart(2, 23))).toBe('You can check out up to 20 items at a time. Remove 3 to continue.');
  expect(limitSentence(cart(52, 60))).toBe(
    'You can order up to 50 different products at a time. Remove 2 to check out, and order them separately.',
  );
});
