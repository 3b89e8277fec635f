/** Lists of recommended products: which ones exist, their addresses, and their titles. */
import type { Placement } from '../../../domain/analytics.ts';
import type { Recommendation } from './contracts.ts';

export type { Placement };

/** Which list to show. */
export type RecommendationTarget =
  | { placement: 'home' | 'again' | 'cart' }
  /** Products that pair well with this one. */
  | { placement: 'product'; productId: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads the list from an address; undefined when there is no such list. */
export function readTarget(parameters: URLSearchParams): RecommendationTarget | undefined {
  const placement = parameters.get('placement') ?? 'home';
  const productId = parameters.get('product');
  if (placement === 'product') return productId && UUID.test(productId) ? { placement, productId } : undefined;
  return placement === 'home' || placement === 'again' || placement === 'cart' ? { placement } : undefined;
}

/** Renders the list as a query, including the `?`. */
export function writeTarget(target: RecommendationTarget): string {
  const parameters = new URLSearchParams({ placement: target.placement });
  if (target.placement === 'product') parameters.set('product', target.productId);
  return `?${parameters}`;
}

/** Reasons that are about the shopper. */
const PERSONAL: ReadonlySet<Recommendation['reason']['kind']> = new Set(['bought', 'viewed', 'in_cart', 'again']);

/** The title of a list. It only claims to be personal when a reason is. */
export function titleOf(target: RecommendationTarget, items: readonly Pick<Recommendation, 'reason'>[]): string {
  // Products with similar texts don’t necessarily pair well.
  const isAlike = items.length > 0 && items.every(({ reason }) => reason.kind === 'similar');
  if (isAlike && target.placement !== 'home') return 'You may also like';
  switch (target.placement) {
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
