import type { Cart } from './contracts.ts';
import { countOf } from './format.ts';

type Limited = Pick<Cart, 'item_count' | 'max_units' | 'max_products'> & { items: readonly unknown[] };

/** Says how many items must leave a cart that is too large for one checkout; undefined for one that is not. */
export function limitSentence({ items, item_count, max_units, max_products }: Limited): string | undefined {
  if (items.length > max_products)
    return `You can order up to ${countOf(max_products, 'different product')} at a time. Remove ${items.length - max_products} to check out, and order them separately.`;
  if (item_count > max_units)
    return `You can check out up to ${countOf(max_units, 'item')} at a time. Remove ${item_count - max_units} to continue.`;
  return undefined;
}
