import { expect, it } from 'vitest';
import { MAX_PRICE } from '../../../domain/price.ts';
import { describePrices, linkWith, readPage, readPrices, readSort } from './catalog-query.ts';

const parameters = (query: string) => new URLSearchParams(query);

it('reads valid parameters and ignores the rest', () => {
  expect(readSort(parameters('sort=price_asc'))).toBe('price_asc');
  expect(readSort(parameters('sort=nonsense'))).toBe('newest');
  expect(readPrices(parameters('min_price=10&max_price=abc'))).toEqual({ min: 10, max: undefined });
  expect(readPrices(parameters('min_price=50&max_price=20'))).toEqual({ min: 20, max: 50 });
  expect(readPrices(parameters('min_price=-1&max_price=1e9'))).toEqual({ min: undefined, max: undefined });
  expect([readPage(parameters('page=3')), readPage(parameters('page=0')), readPage(parameters('page=x'))]).toEqual([
    3, 1, 1,
  ]);
});

it('links to the same list with other filters, from its start', () => {
  const current = parameters('q=oak&category=a&category=b&cursor=xyz&page=4&sort=price_asc');
  expect(linkWith(current, { sort: null })).toBe('?q=oak&category=a&category=b');
  expect(linkWith(current, { category: ['c'] })).toBe('?q=oak&sort=price_asc&category=c');
  expect(linkWith(current, { page: 2 })).toBe('?q=oak&category=a&category=b&sort=price_asc&page=2');
  expect(linkWith(parameters('page=2'), {})).toBe('?');
});

it('describes price ranges', () => {
  expect(describePrices({ min: 20, max: 50 }, 'usd')).toBe('$20 – $50');
  expect(describePrices({ min: undefined, max: 50 }, 'usd')).toBe('Up to $50');
  expect(describePrices({ min: 199.5, max: undefined }, 'usd')).toBe('$199.50 and up');
  expect(describePrices({ min: undefined, max: undefined }, 'usd')).toBe('Any price');
  expect(describePrices({ min: undefined, max: 5000 }, 'jpy')).toBe('Up to ¥5,000');
});

it.each([
  ['min_price=&max_price=20', undefined, 20],
  ['min_price=%20%20', undefined, undefined],
  ['min_price=0', 0, undefined],
  ['max_price=0', undefined, 0],
  ['min_price=20&max_price=20', 20, 20],
  ['min_price=20', 20, undefined],
  [`max_price=${MAX_PRICE}`, undefined, MAX_PRICE],
  [`max_price=${MAX_PRICE + 1}`, undefined, undefined],
  ['min_price=Infinity', undefined, undefined],
])('reads of “%s” the prices from %s to %s', (query, min, max) => {
  expect(readPrices(parameters(query))).toEqual({ min, max });
});

it.each([
  ['page=1', 1],
  ['page=400', 400],
  ['page=401', 400],
  ['page=-1', 1],
  ['page=1.5', 1],
  ['page=', 1],
  ['', 1],
])('reads of “%s” the page %i', (query, page) => {
  expect(readPage(parameters(query))).toBe(page);
});

it('leaves empty values out of a link', () => {
  expect(linkWith(parameters('q=oak'), { q: '', sort: 'newest' })).toBe('?sort=newest');
  expect(linkWith(parameters('category=a'), { category: [] })).toBe('?');
});

it('describes a price from 0 without a lower end', () => {
  expect(describePrices({ min: 0, max: 50 }, 'usd')).toBe('Up to $50');
  expect(describePrices({ min: 0, max: undefined }, 'usd')).toBe('Any price');
});
