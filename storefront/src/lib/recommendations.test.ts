import { describe, expect, it } from 'vitest';
import type { Recommendation } from './contracts.ts';
import { type RecommendationTarget, readTarget, titleOf, writeTarget } from './recommendations.ts';

const PRODUCT = '00000000-0000-4000-8000-000000000001';
const because = (...kinds: Recommendation['reason']['kind'][]) =>
  kinds.map((kind) => ({ reason: { kind, text: '', product_id: null } }));

describe('a list’s address', () => {
  it.each<RecommendationTarget>([
    { placement: 'home' },
    { placement: 'again' },
    { placement: 'cart' },
    { placement: 'product', productId: PRODUCT },
  ])('is read as it was written: %o', (target) => {
    expect(readTarget(new URLSearchParams(writeTarget(target)))).toEqual(target);
  });

  it('defaults to the home list, and is undefined when it is invalid', () => {
    expect(readTarget(new URLSearchParams())).toEqual({ placement: 'home' });
    const odd = ['../cart', `${PRODUCT}0`, `x${PRODUCT}`].map((product) => `placement=product&product=${product}`);
    for (const query of ['placement=attic', 'placement=product', ...odd])
      expect(readTarget(new URLSearchParams(query))).toBeUndefined();
  });
});

it('a list claims to be personal only when it is', () => {
  const home: RecommendationTarget = { placement: 'home' };
  expect(titleOf(home, because('popular', 'bought'))).toBe('Recommended for you');
  expect(titleOf(home, because('popular', 'new'))).toBe('Popular right now');
  expect(titleOf(home, because('new', 'new'))).toBe('Just in');
});

it('a list of similar products does not claim that they pair well', () => {
  for (const target of [{ placement: 'cart' }, { placement: 'product', productId: PRODUCT }] as const) {
    expect(titleOf(target, because('similar', 'similar'))).toBe('You may also like');
    expect(titleOf(target, because('together', 'similar'))).toContain('Pairs well with');
  }
});

it('names a product only for a product list', () => {
  expect(writeTarget({ placement: 'home' })).toBe('?placement=home');
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
] as const)('titles the %s list with reasons %j “%s”', (placement, kinds, title) => {
  expect(titleOf({ placement }, because(...kinds))).toBe(title);
});

it('titles a product’s list', () => {
  const target: RecommendationTarget = { placement: 'product', productId: PRODUCT };
  expect(titleOf(target, because('together'))).toBe('Pairs well with this item');
  expect(titleOf(target, [])).toBe('Pairs well with this item');
});
