import { describe, expect, it } from 'vitest';
import type { Recommendation } from './contracts.ts';
import { readWish, titleOf, type Wish, writeWish } from './recommendations.ts';

const PRODUCT = '00000000-0000-4000-8000-000000000001';
const because = (...kinds: Recommendation['reason']['kind'][]) =>
  kinds.map((kind) => ({ reason: { kind, text: '', product_id: null } }));

describe('a wish', () => {
  it.each<Wish>([
    { placement: 'home' },
    { placement: 'again' },
    { placement: 'cart' },
    { placement: 'product', productId: PRODUCT },
  ])('is read as it was written: %o', (wish) => {
    expect(readWish(new URLSearchParams(writeWish(wish)))).toEqual(wish);
  });

  it('is what everybody wants when nothing is said, and nothing when it makes no sense', () => {
    expect(readWish(new URLSearchParams())).toEqual({ placement: 'home' });
    const odd = ['../cart', `${PRODUCT}0`, `x${PRODUCT}`].map((product) => `placement=product&product=${product}`);
    for (const query of ['placement=attic', 'placement=product', ...odd])
      expect(readWish(new URLSearchParams(query))).toBeUndefined();
  });
});

it('a list says that it was chosen for somebody only when it was', () => {
  const home: Wish = { placement: 'home' };
  expect(titleOf(home, because('popular', 'bought'))).toBe('Recommended for you');
  expect(titleOf(home, because('popular', 'new'))).toBe('Popular right now');
  expect(titleOf(home, because('new', 'new'))).toBe('Just in');
});

it('a list of what is only alike does not say that it goes together', () => {
  for (const wish of [{ placement: 'cart' }, { placement: 'product', productId: PRODUCT }] as const) {
    expect(titleOf(wish, because('similar', 'similar'))).toBe('You may also like');
    expect(titleOf(wish, because('together', 'similar'))).toContain('Pairs well with');
  }
});

it('names a product only where one is wished for', () => {
  expect(writeWish({ placement: 'home' })).toBe('?placement=home');
});

it.each([
  ['home', ['bought'], 'Recommended for you'],
  ['home', ['viewed'], 'Recommended for you'],
  ['home', ['in_cart'], 'Recommended for you'],
  ['home', ['again'], 'Recommended for you'],
  ['home', ['similar'], 'Popular right now'],
  ['home', [], 'Popular right now'],
  ['cart', [], 'Pairs well with your cart'],
  ['again', ['again'], 'Buy again'],
] as const)('calls a list for %s because of %j “%s”', (placement, kinds, title) => {
  expect(titleOf({ placement }, because(...kinds))).toBe(title);
});

it('calls a list for a product so', () => {
  const wish: Wish = { placement: 'product', productId: PRODUCT };
  expect(titleOf(wish, because('together'))).toBe('Pairs well with this item');
  expect(titleOf(wish, [])).toBe('Pairs well with this item');
});
