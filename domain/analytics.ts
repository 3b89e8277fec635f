/** Analytics events, and the rules on when they may identify a shopper. */

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

/** Where recommendations are shown: rows on the home page, a product page, and the cart, and the page that lists all of them. */
export const PLACEMENTS = ['home', 'again', 'product', 'cart', 'list'] as const;
export type Placement = (typeof PLACEMENTS)[number];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * A page's path without the IDs that could identify a person: those of orders, reservations, and carts. Product pages are the same for
 * everyone and keep theirs.
 */
export function anonymousPath(path: string): string {
  return path.startsWith('/products/') ? path : path.replaceAll(UUID, ':id');
}

/**
 * Whether events may carry IDs. A browser's opt-out (`DNT: 1`, `Sec-GPC: 1`) overrides the shopper's choice; no choice means no consent.
 * @param choice the shopper's choice; undefined when they made none
 */
export function mayIdentify(choice: string | undefined, signals: { dnt?: string; gpc?: string }): boolean {
  return choice === 'granted' && signals.dnt !== '1' && signals.gpc !== '1';
}
