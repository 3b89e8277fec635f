import { expect, it } from 'vitest';
import { isAboutProduct, REASON_KINDS, reasonText } from './reasons.ts';

it('names the related product where there is one', () => {
  expect(REASON_KINDS.map((kind) => reasonText(kind, 'Stoneware mug'))).toEqual([
    'Because you bought Stoneware mug',
    'Because you looked at Stoneware mug',
    'Goes with Stoneware mug in your cart',
    'You bought this before',
    'Often bought with Stoneware mug',
    'Similar to Stoneware mug',
    'Popular right now',
    'New in the shop, similar to Stoneware mug',
  ]);
});

it('is a complete sentence without the name, too', () => {
  for (const kind of REASON_KINDS) {
    expect(reasonText(kind)).toMatch(/^[A-Z][\w ]+$/);
    expect(reasonText(kind)).not.toMatch(/undefined| $/);
    expect(isAboutProduct(kind)).toBe(reasonText(kind, 'X') !== reasonText(kind));
  }
});
