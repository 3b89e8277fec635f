/** The filters of product lists and search, stored in the address so that every choice is a link. */
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

/** The requested sort order, or the default. */
export function readSort(parameters: URLSearchParams): Sort {
  return SORTS.find(({ value }) => value === parameters.get('sort'))?.value ?? 'newest';
}

/** The requested price range. Invalid prices are ignored, and reversed ends are swapped. */
export function readPrices(parameters: URLSearchParams): PriceRange {
  const min = readPrice(parameters.get('min_price'));
  const max = readPrice(parameters.get('max_price'));
  return (min ?? 0) > (max ?? MAX_PRICE) ? { min: max, max: min } : { min, max };
}

/** The last page that search returns. */
export const MAX_PAGE = 400;

/** A page number of at least 1; one after the last page is the last one. */
export function readPage(parameters: URLSearchParams): number {
  const page = Number(parameters.get('page'));
  return Number.isInteger(page) && page >= 1 ? Math.min(page, MAX_PAGE) : 1;
}

/**
 * Links to the same list with other filters. Positions in the list (`cursor`, `page`) are only valid for their own filters, so
 * they are removed unless they are in `changes`.
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

/** "$20 – $50", "Up to $50", "$200 and up". */
export function describePrices({ min, max }: PriceRange, currency: string): string {
  const price = (amount: number) => formatMoney(amount, currency, { short: true });
  if (min) return max === undefined ? `${price(min)} and up` : `${price(min)} – ${price(max)}`;
  return max === undefined ? 'Any price' : `Up to ${price(max)}`;
}

function readPrice(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const price = Number(text);
  return Number.isFinite(price) && price >= 0 && price <= MAX_PRICE ? price : undefined;
}
