import { expect, it } from 'vitest';
import { countOf, countryName, formatMoney, formatRemaining } from './format.ts';

it('formats for shoppers', () => {
  expect(formatMoney(1234.5, 'usd')).toBe('$1,234.50');
  expect([formatMoney(20, 'usd', { short: true }), formatMoney(19.5, 'usd', { short: true })]).toEqual([
    '$20',
    '$19.50',
  ]);
  expect([formatMoney(1200, 'jpy'), formatMoney(1.23, 'kwd'), formatMoney(10.5, 'afn')]).toEqual([
    '¥1,200',
    'KWD\u00a01.230',
    'AFN\u00a010.50',
  ]);
  expect([countOf(1, 'item'), countOf(1200, 'item'), countOf(0, 'box', 'boxes')]).toEqual([
    '1 item',
    '1,200 items',
    '0 boxes',
  ]);
  expect([600_000, 599_001, 59_000, 1, 0, -5000, 3_723_000].map(formatRemaining)).toEqual([
    '10:00',
    '10:00',
    '0:59',
    '0:01',
    '0:00',
    '0:00',
    '1:02:03',
  ]);
});

it('names countries', () => {
  expect(countryName('US')).toBe('United States');
  expect(countryName('DE')).toBe('Germany');
  expect(countryName('XQ')).toBe('XQ');
});
