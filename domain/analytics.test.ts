import { expect, it } from 'vitest';
import { anonymousPath, mayIdentify } from './analytics.ts';

const ID = '0b8f6f0e-5a0c-4b61-8f0e-7b6f6f1f2a11';

it('removes IDs that could identify a person from a path', () => {
  expect(anonymousPath(`/orders/${ID}`)).toBe('/orders/:id');
  expect(anonymousPath(`/checkout/${ID.toUpperCase()}/x`)).toBe('/checkout/:id/x');
  expect(anonymousPath(`/products/${ID}`)).toBe(`/products/${ID}`);
  expect(anonymousPath('/c/mugs')).toBe('/c/mugs');
});

it('respects consent unless the browser opts out', () => {
  expect(mayIdentify('granted', {})).toBe(true);
  expect(mayIdentify('granted', { dnt: '0', gpc: '' })).toBe(true);
  expect(mayIdentify('granted', { dnt: '1' })).toBe(false);
  expect(mayIdentify('granted', { gpc: '1' })).toBe(false);
  expect(mayIdentify('declined', {})).toBe(false);
  expect(mayIdentify('yes', {})).toBe(false);
  expect(mayIdentify(undefined, {})).toBe(false);
});
