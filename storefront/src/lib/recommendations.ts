/** Rows of chosen products: which there are, where their lists are, and what they are called. */
import type { Placement } from '../../../domain/analytics.ts';
import type { Recommendation } from './contracts.ts';

export type { Placement };

/** Which list is wanted. */
export type Wish =
  | { placement: 'home' | 'again' | 'cart' }
  /** What goes with this product. */
  | { placement: 'product'; productId: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The wish that an address holds; undefined for none that there is. */
export function readWish(parameters: URLSearchParams): Wish | undefined {
  const placement = parameters.get('placement') ?? 'home';
  const productId = parameters.get('product');
  if (placement === 'product') return productId && UUID.test(productId) ? { placement, productId } : undefined;
  return placement === 'home' || placement === 'again' || placement === 'cart' ? { placement } : undefined;
}

/** As a query, `?` included. */
export function writeWish(wish: Wish): string {
  const parameters = new URLSearchParams({ placement: wish.placement });
  if (wish.placement === 'product') parameters.set('product', wish.productId);
  return `?${parameters}`;
}

/** Reasons that are about the shopper, not about the shop. */
const PERSONAL: ReadonlySet<Recommendation['reason']['kind']> = new Set(['bought', 'viewed', 'in_cart', 'again']);

/** What a list is called; one that knows nothing of the shopper does not say that it does. */
export function titleOf(wish: Wish, items: readonly Pick<Recommendation, 'reason'>[]): string {
  // What is alike by its words need not go together.
  const isAlike = items.length > 0 && items.every(({ reason }) => reason.kind === 'similar');
  if (isAlike && wish.placement !== 'home') return 'You may also like';
  switch (wish.placement) {
    case 'product':
      return 'Pairs well with this item';
    case 'cart':
      return 'Pairs well with your cart';
    case 'again':
      return 'Buy again';
    case 'home':
      if (items.some(({ reason }) => PERSONAL.has(reason.kind))) return 'Recommended for you';
      return items.length > 0 && items.every(({ reason }) => reason.kind === 'new') ? 'Just in' : 'Popular right now';
  }
}
