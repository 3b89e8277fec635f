/** What the shop counts, and what it keeps of whom. */

export const ANALYTICS_EVENTS = [
  'page_view',
  'product_view',
  'add_to_cart',
  'remove_from_cart',
  'checkout_start',
  'purchase',
  'impression',
  'click',
] as const;
export type AnalyticsEventName = (typeof ANALYTICS_EVENTS)[number];

/** Where recommendations are shown: rows of the home page, of a product's page and of the cart, and the page that is all of them. */
export const PLACEMENTS = ['home', 'again', 'product', 'cart', 'list'] as const;
export type Placement = (typeof PLACEMENTS)[number];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * A page's path without what points to a person: orders, reservations and carts are known by their ids, a product's page is
 * everyone's.
 */
export function anonymousPath(path: string): string {
  return path.startsWith('/products/') ? path : path.replaceAll(UUID, ':id');
}

/**
 * Whether events may carry ids. A browser that asks not to be followed (`DNT: 1`, `Sec-GPC: 1`) is believed, whatever else
 * was said; without a word nobody has agreed.
 * @param word what the shopper chose, if anything
 */
export function mayIdentify(word: string | undefined, signals: { dnt?: string; gpc?: string }): boolean {
  return word === 'granted' && signals.dnt !== '1' && signals.gpc !== '1';
}
