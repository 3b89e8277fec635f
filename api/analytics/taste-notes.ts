/** Records product views and cart changes for recommendations, with the shopper's consent and unless they opted out. */
import type { NotedTaste } from '../../infra/redis/tastes.ts';
import type { ApiDependencies } from '../context.ts';
import type { AnalyticsEvent } from '../contracts/analytics.ts';
import { namesOf } from '../recommendations/shopper.ts';
import type { Sender } from './service.ts';

/** Errors are only logged, because the events themselves were accepted. @param sender empty without consent */
export async function noteTastes(
  { recommender, log }: Pick<ApiDependencies, 'recommender' | 'log'>,
  events: readonly AnalyticsEvent[],
  sender: Sender,
): Promise<void> {
  const [name] = namesOf(sender);
  const tastes = name ? events.flatMap(tasteOf) : [];
  if (!name || tastes.length === 0) return;
  try {
    // An opt-out under any of the shopper's names applies to all of them.
    const allowed = await Promise.all(namesOf(sender).map((each) => recommender.shoppers.mayNote(each)));
    if (allowed.every(Boolean)) await recommender.tastes.note(name, tastes);
  } catch (error) {
    log.warn({ err: error }, 'recommendations: product views could not be recorded');
  }
}

function tasteOf(event: AnalyticsEvent): NotedTaste[] {
  const timeMs = Math.min(Date.now(), Date.parse(event.occurred_at));
  switch (event.event) {
    case 'product_view':
      return [{ productId: event.product_id.toLowerCase(), kind: 'view', timeMs }];
    case 'add_to_cart':
      return [{ productId: event.product_id.toLowerCase(), kind: 'cart', timeMs }];
    case 'remove_from_cart':
      return [{ productId: event.product_id.toLowerCase(), kind: 'cart', timeMs, isOver: true }];
    default:
      return [];
  }
}
