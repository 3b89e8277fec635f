/** The filters of lists and search as they stand in the address, so that every choice is a link. */

import { MAX_PRICE } from '../../../domain/price.ts';
import { formatMoney } from './format.ts';

export const SORTS = [
  { value: 'newest', label: 'Newest' },
  { value: 'price_asc', label: 'Price: low to high' },
  { value: 'price_desc', label: 'Price: high to low' },
] as const;
export type Sort = (typeof SORTS)[number]['value'];

/** Prices in whole currency units with decimals, both ends included. */
export interface PriceRange {
  min: number | undefined;
  max: number | undefined;
}

/** The sort order asked for; anything unknown is the default. */
export function readSort(parameters: URLSearchParams): Sort {
  return SORTS.find(({ value }) => value === parameters.get('sort'))?.value ?? 'newest';
}

/** The price range asked for; what is no price is left out, and ends given the wrong way round are turned. */
export function readPrices(parameters: URLSearchParams): PriceRange {
  const min = readPrice(parameters.get('min_price'));
  const max = readPrice(parameters.get('max_price'));
  return (min ?? 0) > (max ?? MAX_PRICE) ? { min: max, max: min } : { min, max };
}

/** A page number of at least 1. */
export function readPage(parameters: URLSearchParams): number {
  const page = Number(parameters.get('page'));
  return Number.isInteger(page) && page >= 1 && page <= 400 ? page : 1;
}

/**
 * The same list with other filters. Places in the list (`cursor`, `page`) only hold for the filters they came from, so
 * they go unless they are changed themselves.
 * @param changes parameters to set; null or an empty list removes one
 */
export function linkWith(
  current: URLSearchParams,
  changes: Record<string, string | number | readonly string[] | null>,
): string {
  const next = new URLSearchParams(current);
  for (const name of ['cursor', 'page', ...Object.keys(changes)]) next.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    for (const part of Array.isArray(value) ? value : [value]) {
      if (part !== null && part !== '') next.append(name, String(part));
    }
  }
  return `?${next}`;
}

/** "$20 – $50", "Under $50", "$200 and up". */
export function describePrices({ min, max }: PriceRange, currency: string): string {
  const price = (amount: number) => formatMoney(amount, currency, { short: true });
  if (min) return max === undefined ? `${price(min)} and up` : `${price(min)} – ${price(max)}`;
  return max === undefined ? 'Any price' : `Under ${price(max)}`;
}

function readPrice(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const price = Number(text);
  return Number.isFinite(price) && price >= 0 && price <= MAX_PRICE ? price : undefined;
}
